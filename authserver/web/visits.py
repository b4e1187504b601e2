"""Visits: the browser behind a request, who is signed in there, and what its forms must carry."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from flask import g, redirect, request
from werkzeug.exceptions import HTTPException

from authserver.domain.calls import Call
from authserver.services.sessions import COOKIE_PREFIX
from authserver.web.cookies import BROWSER_PREFIX, Cookies
from authserver.web.cross_site import (
    OPEN_PATHS,
    SAFE_METHODS,
    check_origin,
    is_without_cookies,
    stale_form,
)
from authserver.web.errors import REQUEST_ID_KEY
from authserver.web.return_targets import return_target

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask, Response
    from werkzeug.wrappers import Response as AnyResponse

    from authserver.domain.ports import Clock, SecretDigester, SecretMaker
    from authserver.services.sessions import SignedIn, StartedSession

PEER_KEY: Final = "authserver.peer"
"""Where the shell puts the caller's address."""
CSRF_PURPOSE: Final = "csrf"
CSRF_FIELD: Final = "csrf"
ONCE_FIELD: Final = "once"
"""The number of a form that is done once, however often it is sent (`web.sent_forms`)."""
OF_THE_BROWSER: Final = frozenset({"login", "sign-out"})
"""Forms bound to the browser alone: a second click, or a second tab, comes after the sign-in or
the sign-out that the first brought about."""
_USER_AGENT_CHARACTERS: Final = 200
_VISIT: Final = "authserver_visit"


class Visits:
    """Makes the visit of each request, and sets its cookies on the answer."""

    def __init__(
        self,
        *,
        issuer: str,
        find_session: Callable[[str, Call], SignedIn | None],
        digester: SecretDigester,
        secret_maker: SecretMaker,
        clock: Clock,
    ) -> None:
        """Take the collaborators; `find_session` is `Sessions.find`."""
        parts = urlsplit(issuer)
        self._own_origin = f"{parts.scheme}://{parts.netloc}"
        self.issuer_path = parts.path
        self.cookies = Cookies(issuer)
        self.find_session = find_session
        self.digester = digester
        self.secret_maker = secret_maker
        self.clock = clock

    def install(self, app: Flask) -> None:
        """Guard every post to `app`, and give its templates `csrf('<form name>')` and `once()`."""
        app.before_request(self._check_origin)
        app.after_request(self._finish)
        app.jinja_env.globals["csrf"] = lambda form: self.current().csrf(form)
        app.jinja_env.globals["once"] = self.secret_maker.identifier

    def current(self) -> Visit:
        """The visit of this request: one per request."""
        visit: Visit | None = g.get(_VISIT)
        if visit is None:
            if is_without_cookies(request.path):
                raise RuntimeError(f"{request.endpoint} looks at cookies")
            visit = Visit(self)
            setattr(g, _VISIT, visit)
        return visit

    def signed_in_or_login(
        self, next_target: str = "", *, one_time_password_will_do: bool = False
    ) -> SignedIn:
        """Who is signed in; anybody else is sent to sign in and then to `next_target`.

        `next_target` is one of `return_targets`; by default the page that was asked for. Whoever
        has to choose a password first is sent to do that, unless `one_time_password_will_do`.

        Raises:
            HTTPException: the redirect, 303.
        """
        target = next_target or (
            request.full_path.rstrip("?") if request.method in SAFE_METHODS else request.path
        )
        way_back = "?next=" + quote(return_target(target), safe="/")
        signed_in = self.current().signed_in
        if signed_in is None:
            raise self.sent_to("/login" + way_back)
        if signed_in.user.must_change_password and not one_time_password_will_do:
            raise self.sent_to("/account/password" + way_back)
        return signed_in

    def sent_to(self, target: str) -> HTTPException:
        """An exception that ends the request by a redirect to a page of ours, 303."""
        return HTTPException(response=self.redirect_to(target))

    def redirect_to(self, target: str) -> AnyResponse:
        """A redirect to a page of ours, 303."""
        return redirect(self.issuer_path + target, 303)

    def _check_origin(self) -> None:
        check_origin(request.method, request.path, request.headers, self._own_origin)

    def _finish(self, response: Response) -> Response:
        visit: Visit | None = g.get(_VISIT)
        checked = visit is not None and visit.csrf_checked
        if not checked and _changes_something(response):
            # A view that forgets the check is found by its first test, not by an attacker.
            raise RuntimeError(f"{request.endpoint} answered a post without looking at its token")
        if visit is not None:
            for name, value in visit.cookies_to_set.items():
                self.cookies.put(response, name, value)
        return response


class Visit:
    """One request of one browser. Cookies are only looked at when somebody asks for them."""

    def __init__(self, visits: Visits) -> None:
        """Note the cookies that came with the request."""
        self._visits = visits
        self._browser = self._sent(visits.cookies.browser, BROWSER_PREFIX)
        self._session = self._sent(visits.cookies.session, COOKIE_PREFIX)
        self._found: SignedIn | None = None
        self._looked = False
        self.cookies_to_set: dict[str, str] = {}
        self.csrf_checked = False
        self.call = Call(
            at=visits.clock.now(),
            request_id=str(request.environ.get(REQUEST_ID_KEY, "")),
            peer=str(request.environ.get(PEER_KEY, "")),
        )

    @property
    def user_agent(self) -> str:
        """What the browser says it is: at most 200 printable characters."""
        said = request.headers.get("User-Agent", "")
        return "".join(each for each in said if each.isprintable())[:_USER_AGENT_CHARACTERS]

    @property
    def came_with_browser(self) -> bool:
        """Whether the browser cookie came with the request: False in a browser's first."""
        return bool(self._browser) and self._visits.cookies.browser not in self.cookies_to_set

    @property
    def browser(self) -> str:
        """The value of the browser cookie, made now and set on the answer if there was none."""
        if not self._browser:
            self._browser = self._visits.secret_maker.secret(BROWSER_PREFIX)
            self.cookies_to_set[self._visits.cookies.browser] = self._browser
        return self._browser

    @property
    def known_browsers(self) -> str:
        """The cookie of `services.known_browsers`, as it was sent; empty without one."""
        return request.cookies.get(self._visits.cookies.known, "")

    def remember(self, known_browsers: str) -> None:
        """Set that cookie on the answer."""
        self.cookies_to_set[self._visits.cookies.known] = known_browsers

    @property
    def signed_in(self) -> SignedIn | None:
        """The live session of this browser and its user. Raises StorageUnavailable."""
        if not self._looked:
            found = self._visits.find_session(self._session, self.call) if self._session else None
            self._found, self._looked = found, True
        return self._found

    def begin(self, started: StartedSession) -> None:
        """Sign in from now on: the new session's cookie goes out with the answer."""
        self._use(started.cookie)

    def end(self) -> None:
        """Be signed out from now on: the session's cookie is removed with the answer.

        Only one that came: what another site posts brings no cookies, and must remove none.
        """
        if self._session:
            self._use("")

    def csrf(self, form: str) -> str:
        """The token that the form of this name carries in its field `csrf`."""
        return self._token(form, self._visits.digester.current_pepper)

    def check_csrf(self, form: str) -> None:
        """Insist on the token of the form.

        Raises:
            PageRefusal: 403, it is missing, or belongs to another form, session or browser.
        """
        self.csrf_checked = True
        sent = request.form.getlist(CSRF_FIELD)
        if not self.came_with_browser or len(sent) != 1:
            raise stale_form()
        presented = sent[0].encode("utf-8", "surrogatepass")
        matches = [
            hmac.compare_digest(presented, self._token(form, pepper).encode())
            for pepper in self._visits.digester.peppers
        ]
        if not any(matches):
            raise stale_form()

    def _sent(self, name: str, prefix: str) -> str:
        """A cookie that we may have made; anything else counts as none."""
        value = request.cookies.get(name, "")
        return value if self._visits.secret_maker.looks_like(prefix, value) else ""

    def _use(self, session: str) -> None:
        self._session = session
        self._found, self._looked = None, False
        self.cookies_to_set[self._visits.cookies.session] = session

    def _token(self, form: str, pepper: str) -> str:
        # The session, not its cookie: proving oneself again in another tab changes only the cookie.
        signed_in = None if form in OF_THE_BROWSER else self.signed_in
        session = "" if signed_in is None else signed_in.session.session_id
        bound_to = f"{self.browser}\0{session}\0{form}"
        digest = self._visits.digester.digest(CSRF_PURPOSE, bound_to, pepper)
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _changes_something(response: Response) -> bool:
    return (
        request.method not in SAFE_METHODS
        and request.path not in OPEN_PATHS
        and not is_without_cookies(request.path)
        and request.url_rule is not None
        and response.status_code < 400  # noqa: PLR2004 - where errors begin
    )
