"""`/account/notices`: which mails about my account I get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, request

from authserver.services.security_notices import INFORMATION
from authserver.web.account import act_of
from authserver.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from authserver.services.notice_choices import NoticeChoices
    from authserver.web.visits import Visits

NOTICES: Final = "/account/notices"
FORM: Final = "notices"


class NoticePages:
    """Shows the choice and takes it."""

    def __init__(self, visits: Visits, choices: NoticeChoices) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._choices = choices

    def show(self) -> Response:
        """GET /account/notices."""
        signed_in = self._visits.signed_in_or_login(NOTICES)
        return render(
            "account_notices.html",
            here="notices",
            person=signed_in.user,
            view=self._choices.of(signed_in.user),
            done=bool(request.args.get("done")),
        )

    def save(self) -> AnyResponse:
        """POST the same."""
        visit = self._visits.current()
        visit.check_csrf(FORM)
        signed_in = self._visits.signed_in_or_login(NOTICES)
        subject = signed_in.user.subject
        # A box that is not shown says nothing.
        hidden = [
            each.kind
            for each in self._choices.of(signed_in.user).states
            if each.may_choose and each.is_wanted and not each.is_sent
        ]
        wanted = [kind for kind in INFORMATION if request.form.get(kind) or kind in hidden]
        self._choices.choose(subject, wanted, act_of(visit, subject))
        return self._visits.redirect_to(f"{NOTICES}?done=yes")


def notices_blueprint(pages: NoticePages) -> Blueprint:
    """Serves /account/notices."""
    blueprint = Blueprint("account_notices", __name__)
    blueprint.add_url_rule(NOTICES, "show", pages.show, methods=["GET"])
    blueprint.add_url_rule(NOTICES, "save", pages.save, methods=["POST"])
    return blueprint
