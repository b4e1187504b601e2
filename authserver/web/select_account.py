"""`/select-account`: go on as who is signed in, or as somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, request

from authserver.domain.redirect_uris import form_target_of
from authserver.services.authorization_requests import NotOpen
from authserver.services.authorization_steps import Page
from authserver.web.rendering import render
from authserver.web.step_pages import StepPages

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from authserver.services.authorization_user_answers import UserAnswers
    from authserver.web.visits import Visits

FORM: Final = "select-account"


class SelectAccountPage:
    """The page for `prompt=select_account`; somebody else signs in by a link on it."""

    def __init__(self, visits: Visits, answers: UserAnswers) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._answers = answers
        self._steps = StepPages(visits, answers)

    def show(self) -> Response:
        """GET: who is signed in."""
        waiting = self._steps.waiting(Page.SELECT_ACCOUNT)
        redirect_uri = waiting.opened.request.parameters.redirect_uri
        return render(
            "select_account.html",
            form_targets=[form_target_of(redirect_uri)],
            request_id=waiting.request_id,
            client=waiting.opened.client,
            user=waiting.signed_in.user,
        )

    def choose(self) -> Response:
        """POST: go on as who is signed in."""
        answer = self._steps.answer(FORM)
        try:
            self._answers.choose_account(*answer, self._visits.current().call)
        except NotOpen as error:
            self._steps.lead_back(error)
        self._steps.go_back(request.form)


def select_account_blueprint(page: SelectAccountPage) -> Blueprint:
    """Serves /select-account."""
    blueprint = Blueprint("select_account", __name__)
    blueprint.add_url_rule("/select-account", "show", page.show, methods=["GET"])
    blueprint.add_url_rule("/select-account", "choose", page.choose, methods=["POST"])
    return blueprint
