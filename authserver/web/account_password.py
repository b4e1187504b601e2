"""The page where users change their passwords, and where one-time passwords end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, request

from authserver.domain.errors import Throttled
from authserver.services.authorization_requests import NotOpen
from authserver.services.password_changes import PasswordChange
from authserver.services.password_check import SignInRefused
from authserver.services.password_rules import PasswordProblem, PasswordRefused
from authserver.web.languages import gettext as _
from authserver.web.onward import Onward, form_targets
from authserver.web.rendering import render
from authserver.web.return_targets import HOME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from authserver.services.authorization_requests import AuthorizationRequests
    from authserver.services.known_browsers import KnownBrowsers
    from authserver.services.password_changes import PasswordChanges
    from authserver.services.sessions import SignedIn
    from authserver.web.visits import Visits

FORM: Final = "change-password"
PATH: Final = "/account/password"
CURRENT, NEW, REPEAT = "current", "new", "repeat"
"""Names of the fields."""


class PasswordPage:
    """Asks for the current password and the new one."""

    def __init__(
        self,
        *,
        visits: Visits,
        changes: PasswordChanges,
        shortest: int,
        known_browsers: KnownBrowsers,
        requests: AuthorizationRequests,
    ) -> None:
        """Take the collaborators; `shortest` is how many characters a password needs."""
        self._visits = visits
        self._changes = changes
        self._shortest = shortest
        self._known_browsers = known_browsers
        self._requests = requests

    def show(self) -> AnyResponse:
        """GET: the form."""
        onward = Onward.read(request.args)
        signed_in = self._visits.current().signed_in
        if signed_in is None and onward.request_id:
            return self._visits.redirect_to(onward.target)
        signed_in = self._visits.signed_in_or_login(PATH, one_time_password_will_do=True)
        return self._page(signed_in, onward, {}, done=bool(request.args.get("done")))

    def submit(self) -> AnyResponse:
        """POST: change it."""
        visit = self._visits.current()
        visit.check_csrf(FORM)
        signed_in = self._visits.signed_in_or_login(PATH, one_time_password_will_do=True)
        onward = Onward.read(request.form)
        new = request.form.get(NEW, "")
        if new != request.form.get(REPEAT, ""):
            return self._refused(signed_in, onward, REPEAT, _("The two are not the same."))
        change = PasswordChange(
            current=request.form.get(CURRENT, ""),
            new=new,
            end_other_sessions=bool(request.form.get("end_others")),
            end_grants=bool(request.form.get("end_apps")),
        )
        try:
            started = self._changes.change(
                signed_in,
                change,
                call=visit.call,
                user_agent=visit.user_agent,
                known_browsers=visit.known_browsers,
            )
        except PasswordRefused as refusal:
            return self._refused(signed_in, onward, NEW, self._sentence(refusal.problem))
        except SignInRefused:
            return self._refused(signed_in, onward, CURRENT, _("This is not your password."), 403)
        except Throttled as refusal:
            sentence = _("There were too many wrong passwords. Wait a while and try again.")
            page = self._refused(signed_in, onward, CURRENT, sentence, 429)
            page.headers["Retry-After"] = str(refusal.retry_after_seconds)
            return page
        visit.begin(started)
        subject = signed_in.user.subject
        visit.remember(self._known_browsers.remember(visit.known_browsers, subject))
        return self._visits.redirect_to(onward.target if onward.fields else PATH + "?done=yes")

    def _refused(
        self, signed_in: SignedIn, onward: Onward, field: str, sentence: str, status: int = 400
    ) -> Response:
        return self._page(signed_in, onward, {field: sentence}, status=status)

    def _sentence(self, problem: PasswordProblem) -> str:
        if problem is PasswordProblem.TOO_SHORT:
            return _("Too short: it needs at least %(count)s characters.") % {
                "count": self._shortest
            }
        if problem is PasswordProblem.GUESSABLE:
            return _(
                "Too easy to guess: it is mostly your name, very common words, a sequence or a "
                "repetition. A few unrelated words make a good password."
            )
        if problem is PasswordProblem.SAME:
            return _("This is the password you have now. Choose another one.")
        if problem is PasswordProblem.LIKE_A_SECRET:
            return _("This looks like an API token, and could never be used to sign in.")
        if problem is PasswordProblem.TOO_LONG:
            return _("Too long: at most 4096 bytes are taken.")
        return _("This is not text that can be stored.")

    def _page(
        self,
        signed_in: SignedIn,
        onward: Onward,
        errors: dict[str, str],
        *,
        done: bool = False,
        status: int = 200,
    ) -> Response:
        return render(
            "account_password.html",
            status=status,
            form_targets=self._form_targets(onward),
            here="identities",
            person=signed_in.user,
            one_time=signed_in.user.must_change_password,
            errors=errors,
            end_others=request.method == "GET" or bool(request.form.get("end_others")),
            end_apps=bool(request.form.get("end_apps")),
            shortest=self._shortest,
            hidden=onward.fields,
            done=done,
            onward=onward.next if onward.next != HOME else "",
        )

    def _form_targets(self, onward: Onward) -> Sequence[str]:
        if not onward.request_id:
            return ()
        visit = self._visits.current()
        try:
            opened = self._requests.open(onward.request_id, visit.browser, visit.call.at)
        except NotOpen:
            return ()
        return form_targets(opened)


def password_blueprint(page: PasswordPage) -> Blueprint:
    """Serves /account/password."""
    blueprint = Blueprint("account_password", __name__)
    blueprint.add_url_rule(PATH, "show", page.show, methods=["GET"])
    blueprint.add_url_rule(PATH, "submit", page.submit, methods=["POST"])
    return blueprint
