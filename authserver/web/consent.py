"""`/consent`: what a client asks for, and the user's yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, request

from authserver.domain.redirect_uris import form_target_of, host_of
from authserver.services.authorization_requests import NotOpen
from authserver.services.authorization_steps import Page, always_asks
from authserver.web.rendering import render
from authserver.web.step_pages import StepPages

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from authserver.services.authorization_user_answers import UserAnswers
    from authserver.web.visits import Visits

FORM: Final = "consent"
ALLOW: Final = "allow"
DENY: Final = "deny"


class ConsentPage:
    """Its form posts the id of a stored request, a token and a decision, nothing else."""

    def __init__(self, visits: Visits, answers: UserAnswers) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._answers = answers
        self._steps = StepPages(visits, answers)

    def show(self) -> Response:
        """GET: the question."""
        waiting = self._steps.waiting(Page.CONSENT)
        redirect_uri = waiting.opened.request.parameters.redirect_uri
        return render(
            "consent.html",
            form_targets=[form_target_of(redirect_uri)],
            request_id=waiting.request_id,
            question=self._answers.question(waiting.opened, waiting.signed_in),
            user=waiting.signed_in.user,
            redirect_host=host_of(redirect_uri),
            asks_always=always_asks(waiting.opened.client, redirect_uri)
            or waiting.opened.request.parameters.details is not None,
        )

    def decide(self) -> Response:
        """POST: the answer; whatever it is, the dispatcher says what comes next."""
        answer = self._steps.answer(FORM)
        call = self._visits.current().call
        decision = request.form.get("decision", "")
        try:
            if decision == ALLOW:
                self._answers.allow(*answer, call)
            elif decision == DENY:
                self._answers.deny(*answer, call)
        except NotOpen as error:
            self._steps.lead_back(error)
        self._steps.go_back(request.form)


def consent_blueprint(page: ConsentPage) -> Blueprint:
    """Serves /consent."""
    blueprint = Blueprint("consent", __name__)
    blueprint.add_url_rule("/consent", "show", page.show, methods=["GET"])
    blueprint.add_url_rule("/consent", "decide", page.decide, methods=["POST"])
    return blueprint
