"""The sign-in page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import Blueprint, request

from authserver.domain.errors import Throttled
from authserver.services.authorization_requests import NotOpen
from authserver.services.password_check import SecretAsPassword, SignInRefused
from authserver.web.languages import gettext as _
from authserver.web.languages import ngettext, prefer
from authserver.web.onward import Onward, form_targets
from authserver.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from authserver.domain.ports import SecretMaker
    from authserver.services.authorization_requests import AuthorizationRequests, OpenRequest
    from authserver.services.known_browsers import KnownBrowsers
    from authserver.services.sign_in import LocalSignIn
    from authserver.services.sign_in_choices import Choices, SignInChoices
    from authserver.web.visits import Visits

FORM: Final = "login"
LONGEST_USERNAME: Final = 320
MINUTE: Final = 60
AGAIN: Final = "again"
"""Asks for a sign-in of whoever is signed in: to prove it anew."""
OTHER: Final = "other"
"""Leaves out who the app thinks it is."""


class LoginPage:
    """Asks for user name and password, or leads to a provider."""

    def __init__(
        self,
        *,
        visits: Visits,
        sign_in: LocalSignIn,
        known_browsers: KnownBrowsers,
        requests: AuthorizationRequests,
        choices: SignInChoices,
        secret_maker: SecretMaker,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._sign_in = sign_in
        self._known_browsers = known_browsers
        self._requests = requests
        self._choices = choices
        self._secret_maker = secret_maker

    def show(self) -> AnyResponse:
        """GET: the form, unless nobody needs it. With `again` also whoever is signed in does."""
        onward = Onward.read(request.args)
        signed_in = self._visits.current().signed_in
        if onward.request_id:
            opened = self._open(onward)
            if opened is None:
                return self._visits.redirect_to(onward.target)
            username = opened.request.parameters.login_hint
            if signed_in is not None and not username:
                username = signed_in.user.username
            return self._page(onward, opened, username[:LONGEST_USERNAME])
        if signed_in is not None and AGAIN not in request.args:
            return self._visits.redirect_to(onward.target)
        return self._page(onward, None, "" if signed_in is None else signed_in.user.username)

    def submit(self) -> AnyResponse:
        """POST: sign in, then on to where the person came from."""
        visit = self._visits.current()
        visit.check_csrf(FORM)
        onward = Onward.read(request.form)
        opened = self._open(onward)
        username = request.form.get("username", "")[:LONGEST_USERNAME]
        choices = self._choices_for(opened, username)
        if choices.is_forced:
            # Whatever was typed as a password, and whoever there is: nothing is looked at.
            return self._page(onward, opened, username, choices=choices)
        previous = None if visit.signed_in is None else visit.signed_in.session
        try:
            started = self._sign_in.sign_in(
                username,
                request.form.get("password", ""),
                browser=visit.browser,
                previous=previous,
                call=visit.call,
                user_agent=visit.user_agent,
                attempt=request.form.get("attempt", ""),
                known_browsers=visit.known_browsers,
            )
        except SecretAsPassword:
            wrong = _(
                "This is an API token, not a password. Apps send it, nobody signs in with it."
            )
            return self._page(onward, opened, username, wrong=wrong, status=403)
        except SignInRefused:
            wrong = _("User name or password is wrong.")
            return self._page(onward, opened, username, wrong=wrong, status=403)
        except Throttled as refusal:
            return self._throttled(onward, opened, username, refusal)
        visit.begin(started)
        subject = started.session.subject
        visit.remember(self._known_browsers.remember(visit.known_browsers, subject))
        return self._visits.redirect_to(onward.target)

    def _throttled(
        self, onward: Onward, opened: OpenRequest | None, username: str, refusal: Throttled
    ) -> Response:
        minutes = -(-refusal.retry_after_seconds // MINUTE)
        wrong = ngettext(
            "There were too many wrong passwords. Try again in %(minutes)s minute.",
            "There were too many wrong passwords. Try again in %(minutes)s minutes.",
            minutes,
        )
        page = self._page(onward, opened, username, wrong=wrong % {"minutes": minutes}, status=429)
        page.headers["Retry-After"] = str(refusal.retry_after_seconds)
        return page

    def _open(self, onward: Onward) -> OpenRequest | None:
        """The authorization request that this is for, `None` when the dispatcher knows better."""
        if not onward.request_id:
            return None
        visit = self._visits.current()
        try:
            opened = self._requests.open(onward.request_id, visit.browser, visit.call.at)
        except NotOpen:
            return None
        prefer(opened.request.parameters.ui_locales)
        return opened

    def _choices_for(self, opened: OpenRequest | None, username: str) -> Choices:
        essential = () if opened is None else opened.request.parameters.claims.essential_acr
        return self._choices.choices(username, essential)

    def _page(
        self,
        onward: Onward,
        opened: OpenRequest | None,
        username: str,
        *,
        choices: Choices | None = None,
        wrong: str = "",
        status: int = 200,
    ) -> Response:
        # Whoever is not who the app thinks asks for the page without its hint.
        is_other = OTHER in request.args
        username = "" if is_other else username
        choices = choices or self._choices_for(opened, username)
        again = {AGAIN: "yes"} if AGAIN in request.values else {}
        hint = {"login_hint": username} if choices.suggested is not None else {}
        return render(
            "login.html",
            status=status,
            form_targets=form_targets(opened),
            client=None if opened is None else opened.client,
            username=username,
            wrong=wrong,
            choices=choices,
            providers=[
                (each, f"/login/{each.name}?{urlencode({**onward.fields, **again, **hint})}")
                for each in choices.providers
            ],
            other=f"/login?{urlencode({**onward.fields, **again, OTHER: 'yes'})}",
            hidden={**onward.fields, **again, "attempt": self._secret_maker.identifier()},
        )


def login_blueprint(page: LoginPage) -> Blueprint:
    """Serves /login."""
    blueprint = Blueprint("login", __name__)
    blueprint.add_url_rule("/login", "show", page.show, methods=["GET"])
    blueprint.add_url_rule("/login", "submit", page.submit, methods=["POST"])
    return blueprint
