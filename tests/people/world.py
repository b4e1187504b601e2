"""An issuer with a site, apps and a user, over https and SQLite, on a clock that tests set."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from authserver.crypto.passwords import BcryptHasher
from authserver.domain.clients import ClientAuthMethod
from authserver.services.client_profiles import ProfileChanges
from tests.federation.fake_http import FakeHttp
from tests.people.browser import Browser
from tests.people.cast import ADA, PASSWORD, VERIFIER, App, Person, add_app, add_user, challenge
from tests.people.walking import finish, sign_in
from tests.rfc.installations import Installation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.clients import Client
    from authserver.wiring import Container
    from tests.doubles import FakeClock
    from tests.instances import Site
    from tests.machine.doors import Answer
    from tests.people.pages import Page
    from tests.rfc.lanes import Lane

ISSUER: Final = "https://auth.example.test"
OVERRIDES: Final = {"AUTHSERVER_ISSUER": ISSUER}

AUTHORIZE: Final = "/oauth2/authorize"


class PeopleInstallation(Installation):
    """An installation where passwords are cheap to check: tests sign in often.

    Its identity providers are fakes: `provider_http` is all the network there is.
    """

    @cached_property
    def provider_http(self) -> FakeHttp:
        """What answers for identity providers, to all workers."""
        return FakeHttp()

    def make_container(self) -> Container:
        """The parts of one worker."""
        container = super().make_container()
        cheap = BcryptHasher(container.entropy, cost=4, at_once=8, waiting=64, patience_seconds=30)
        vars(container)["passwords"] = cheap
        vars(container)["provider_http"] = self.provider_http
        return container


@dataclass(frozen=True, slots=True)
class Cast:
    """`jira` is the site `jira-main`; `ada` has a password; apps may do all at `jira`."""

    jira: Site
    ada: Person
    web_app: App
    spa: App
    native: App


def move_in(installation: Installation) -> Cast:
    """Put everybody into an installation where nobody is yet."""
    container = installation.container
    jira = installation.site("jira-main", "jira-dc")
    return Cast(
        jira=jira,
        ada=add_user(container, "ada", data=ADA),
        web_app=add_app(container, jira, "web-app", "https://app.example.test/callback"),
        spa=add_app(
            container,
            jira,
            "spa",
            "https://spa.example.test/callback",
            auth_method=ClientAuthMethod.NONE,
        ),
        native=add_app(
            container,
            jira,
            "native",
            "http://127.0.0.1/callback",
            auth_method=ClientAuthMethod.NONE,
            profile=ProfileChanges(
                application_type="native",
                redirect_uris=("http://127.0.0.1/callback", "com.example.native:/callback"),
            ),
        ),
    )


@dataclass
class PeopleWorld:
    """Everybody, in an installation where they live already or else move in now."""

    installation: PeopleInstallation
    cast: Cast | None = None

    def __post_init__(self) -> None:
        cast = self.cast or move_in(self.installation)
        self.jira = cast.jira
        self.ada = cast.ada
        self.web_app = cast.web_app
        self.spa = cast.spa
        self.native = cast.native

    @property
    def clock(self) -> FakeClock:
        """The clock of everything."""
        return self.installation.clock

    @property
    def container(self) -> Container:
        """The parts of the first worker."""
        return self.installation.container

    @property
    def lane(self) -> Lane:
        """The way of machines into the first worker."""
        return self.installation.lane

    def user(self, username: str, password: str = PASSWORD, **stated: Any) -> Person:
        """See `cast.add_user`."""
        return add_user(self.container, username, password, **stated)

    def app(self, client_id: str, redirect_uri: str, **stated: Any) -> App:
        """See `cast.add_app`; for `jira`."""
        return add_app(self.container, self.jira, client_id, redirect_uri, **stated)

    def client(self, app: App) -> Client:
        """The registered client of an app."""
        return self.container.clients.get(app.client_id)

    def browser(self, **stated: str) -> Browser:
        """A new browser, without any cookie; `peer` and `user_agent` may be stated."""
        application = self.installation.worker.application.wsgi_app
        return Browser(application, self.installation.settings.issuer, **stated)

    def signed_in(self, person: Person | None = None, browser: Browser | None = None) -> Browser:
        """A browser in which a person (ada) is signed in, on the account page."""
        browser = browser or self.browser()
        page = browser.get("/login?next=/account")
        assert page.status == 200, page.text
        page = self.sign_in(browser, person)
        assert page.path.endswith("/account"), page.text
        return browser

    def sign_in(self, browser: Browser, person: Person | None = None) -> Page:
        """Fill in the sign-in page that the browser shows."""
        return sign_in(browser, person or self.ada)

    def asked(self, app: App, **parameters: str | None) -> dict[str, str]:
        """The parameters of an authorization request; `None` takes one out."""
        usual: dict[str, str | None] = {
            "response_type": "code",
            "client_id": app.client_id,
            "redirect_uri": app.redirect_uri,
            "scope": "openid READ",
            "state": "state-of-the-app",
            "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
        }
        sent = {**usual, **parameters}
        return {name: value for name, value in sent.items() if value is not None}

    def authorize(self, browser: Browser, app: App, **parameters: str | None) -> Page:
        """Send a browser here as the app does: the page or the answer it gets."""
        query = urlencode(self.asked(app, **parameters))
        return browser.get(f"{AUTHORIZE}?{query}", cross_site=True)

    def finish(self, browser: Browser, person: Person | None = None) -> Page:
        """Sign in and allow, whatever of it is asked for: the answer to the app."""
        return finish(browser, person or self.ada)

    def code(self, browser: Browser, app: App, **parameters: str | None) -> str:
        """A code for the app, after signing in and allowing where that is asked for."""
        self.authorize(browser, app, **parameters)
        page = self.finish(browser)
        assert "code" in page.answer, page.location
        return page.answer["code"]

    def redeem(self, app: App, code: str, *, peer: str | None = None, **form: str | None) -> Answer:
        """The token endpoint's answer to a code; fields that are `None` are left out."""
        sent: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": app.redirect_uri,
            "code_verifier": VERIFIER,
            "client_id": None if app.secret else app.client_id,
        }
        return self.lane.post(
            "/oauth2/token", _without_none(sent | form), app.authorization, peer=peer
        )

    def refresh(self, app: App, refresh_token: str, **form: str | None) -> Answer:
        """The token endpoint's answer to a refresh token."""
        sent: dict[str, str | None] = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": None if app.secret else app.client_id,
        }
        return self.lane.post("/oauth2/token", _without_none(sent | form), app.authorization)

    def tokens(
        self, app: App, browser: Browser | None = None, **parameters: str | None
    ) -> dict[str, Any]:
        """What the token endpoint gives for a code of a new browser (or that one)."""
        answer = self.redeem(app, self.code(browser or self.browser(), app, **parameters))
        assert answer.status == 200, answer.body
        return dict(answer.json)


def _without_none(form: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in form.items() if value is not None}
