"""`/device`: a person types the code that a device shows, looks at what it asks, and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, request

from authserver.domain.errors import Conflict, NotFound, Throttled
from authserver.domain.user_codes import read_user_code, shown_user_code
from authserver.services.sessions import SignedOut
from authserver.web.languages import gettext as _
from authserver.web.languages import ngettext
from authserver.web.rendering import render
from authserver.web.user_agents import shown_browser

if TYPE_CHECKING:
    from flask import Response

    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.services.device_answers import DeviceAnswers, WaitingDevice
    from authserver.services.sessions import SignedIn
    from authserver.web.visits import Visits

CODE_FORM: Final = "device"
ANSWER_FORM: Final = "device-answer"
ALLOW: Final = "allow"
DENY: Final = "deny"
MINUTE: Final = 60


class DevicePages:
    """Its forms post the code, a token, and in the second step a decision."""

    def __init__(self, visits: Visits, answers: DeviceAnswers) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._answers = answers

    def show(self) -> Response:
        """GET: the form for the code; one that came with the address only fills it in."""
        code = read_user_code(request.args.get("user_code", ""))
        shown = shown_user_code(code) if code else ""
        signed_in = self._visits.signed_in_or_login(
            f"/device?user_code={shown}" if shown else "/device"
        )
        return self._form(signed_in, shown)

    def look(self) -> Response:
        """POST: what the device with this code asks for."""
        visit = self._visits.current()
        visit.check_csrf(CODE_FORM)
        signed_in = self._visits.signed_in_or_login("/device")
        typed = request.form.get("user_code", "")
        try:
            waiting = self._answers.waiting(typed, signed_in, visit.call)
        except (NotFound, Throttled, Conflict) as refusal:
            return self._refused(signed_in, typed, refusal)
        return self._question(signed_in, typed, waiting, visit.call)

    def answer(self) -> Response:
        """POST: allow or deny."""
        visit = self._visits.current()
        visit.check_csrf(ANSWER_FORM)
        signed_in = self._visits.signed_in_or_login("/device")
        typed = request.form.get("user_code", "")
        decision = request.form.get("decision", "")
        try:
            if decision == ALLOW:
                return self._done(self._answers.allow(typed, signed_in, visit.call), allowed=True)
            if decision == DENY:
                return self._done(self._answers.deny(typed, signed_in, visit.call), allowed=False)
        except (NotFound, Throttled, Conflict) as refusal:
            return self._refused(signed_in, typed, refusal)
        except SignedOut:
            raise self._visits.sent_to("/device") from None
        return self._form(signed_in, "")

    def _refused(
        self, signed_in: SignedIn, typed: str, refusal: NotFound | Throttled | Conflict
    ) -> Response:
        code = read_user_code(typed)
        shown = shown_user_code(code) if code else ""
        if isinstance(refusal, NotFound):
            wrong = _(
                "No device waits with this code. Look at the device once more: the code is good "
                "for ten minutes, and once."
            )
            return self._form(signed_in, shown, wrong=wrong, status=404)
        if isinstance(refusal, Conflict):
            wrong = _(
                "An administrator has switched off everything that speaks for you elsewhere, so "
                "that no device can be connected now."
            )
            return self._form(signed_in, shown, wrong=wrong, status=403)
        minutes = -(-refusal.retry_after_seconds // MINUTE)
        text = ngettext(
            "There were too many wrong codes. Try again in %(minutes)s minute.",
            "There were too many wrong codes. Try again in %(minutes)s minutes.",
            minutes,
        )
        wrong = text % {"minutes": minutes}
        page = self._form(signed_in, "", wrong=wrong, status=429)
        page.headers["Retry-After"] = str(refusal.retry_after_seconds)
        return page

    @staticmethod
    def _form(signed_in: SignedIn, shown: str, *, wrong: str = "", status: int = 200) -> Response:
        return render(
            "device.html", status=status, user=signed_in.user, user_code=shown, wrong=wrong
        )

    @staticmethod
    def _question(signed_in: SignedIn, typed: str, waiting: WaitingDevice, call: Call) -> Response:
        device = waiting.device
        browser, system = shown_browser(device.user_agent)
        return render(
            "device_confirm.html",
            user=signed_in.user,
            user_code=shown_user_code(read_user_code(typed) or ""),
            question=waiting.question,
            device=device,
            browser=browser,
            system=system,
            same_address=device.peer == call.peer,
        )

    @staticmethod
    def _done(client: Client, *, allowed: bool) -> Response:
        return render("device_done.html", client_name=client.name, allowed=allowed)


def device_blueprint(pages: DevicePages) -> Blueprint:
    """Serves /device."""
    blueprint = Blueprint("device", __name__)
    blueprint.add_url_rule("/device", "show", pages.show, methods=["GET"])
    blueprint.add_url_rule("/device", "look", pages.look, methods=["POST"])
    blueprint.add_url_rule("/device/answer", "answer", pages.answer, methods=["POST"])
    return blueprint
