"""A small application whose pages know their visitors, to try visits on."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from flask import Flask, redirect, render_template_string

from authserver.crypto.digests import HmacDigester
from authserver.crypto.secret_values import ReadableSecretMaker
from authserver.domain.errors import StorageUnavailable
from authserver.services.sessions import StartedSession
from authserver.web.design import design_blueprint
from authserver.web.errors import register_errors
from authserver.web.visits import Visits
from tests.doubles import FakeClock, FakeEntropy

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse
    from werkzeug.wrappers import Response

    from authserver.domain.calls import Call

ISSUER = "https://auth.example.test/sso"
BROWSER = "__Host-authserver-browser"
SESSION = "__Host-authserver-session"
PEPPERS = {"p1": b"1" * 32, "p2": b"2" * 32}


@dataclass
class Bench:
    """A small application on visits; `people` are signed in by session cookie."""

    issuer: str = ISSUER
    people: dict[str, Any] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    stored: bool = True

    def __post_init__(self) -> None:
        self.entropy = FakeEntropy()
        self.maker = ReadableSecretMaker(self.entropy)
        self.visits = self.make_visits("p1")
        self.app = Flask(__name__, static_folder=None)
        self.client = self.make_client(self.app, self.visits)

    def make_visits(self, pepper: str) -> Visits:
        return Visits(
            issuer=self.issuer,
            find_session=self.find,
            digester=HmacDigester(PEPPERS, pepper, self.entropy),
            secret_maker=self.maker,
            clock=FakeClock(),
        )

    def find(self, cookie: str, call: Call) -> Any:
        self.calls.append(call)
        if not self.stored:
            raise StorageUnavailable("away")
        return self.people.get(cookie)

    def person(self, *, must_change_password: bool = False) -> str:
        """The session cookie of a new person."""
        cookie = self.maker.secret("se")
        user = SimpleNamespace(username="ada", must_change_password=must_change_password)
        session = SimpleNamespace(session_id=self.maker.identifier())
        self.people[cookie] = SimpleNamespace(user=user, session=session)
        return cookie

    def make_client(self, app: Flask, visits: Visits) -> FlaskClient:
        visits.install(app)
        app.register_blueprint(design_blueprint())
        register_errors(app, lambda: None)

        @app.get("/form/<name>")
        def form(name: str) -> str:
            return render_template_string("{{ csrf(name) }}", name=name)

        @app.post("/form/<name>")
        def sent(name: str) -> str:
            visits.current().check_csrf(name)
            return "done"

        @app.post("/careless")
        def careless() -> str:
            return "done"

        @app.post("/oauth2/authorize")
        def authorize() -> str:
            return "stored"

        @app.post("/enter/<cookie>")
        def enter(cookie: str) -> Response:
            visits.current().check_csrf("login")
            session: Any = SimpleNamespace()
            visits.current().begin(StartedSession(session, cookie))
            return redirect("/", 303)

        @app.post("/leave")
        def leave() -> Response:
            visits.current().check_csrf("sign-out")
            visits.current().end()
            return redirect("/", 303)

        @app.get("/account/sessions")
        def account() -> str:
            return visits.signed_in_or_login().user.username

        @app.get("/account/password")
        def password() -> str:
            return visits.signed_in_or_login(one_time_password_will_do=True).user.username

        @app.get("/quiet")
        def quiet() -> str:
            return "no cookie needed"

        base = (
            "http://localhost" if self.issuer.startswith("http:") else "https://auth.example.test"
        )
        client = app.test_client()
        client.environ_base |= {"authserver.request_id": "r-1", "authserver.peer": "192.0.2.9"}
        self.base = base
        return client

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, base_url=self.base, **options)

    def post(self, path: str, form: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        return self.client.post(path, base_url=self.base, data=form, **options)

    def token(self, form: str) -> str:
        return self.get(f"/form/{form}").get_data(as_text=True)

    def use_session(self, cookie: str) -> None:
        host = "localhost" if self.issuer.startswith("http:") else "auth.example.test"
        name = self.visits.cookies.session
        self.client.set_cookie(name, cookie, domain=host, secure=host != "localhost")


def set_cookies(answer: TestResponse) -> dict[str, str]:
    return {
        line.partition("=")[0]: line.partition(";")[2]
        for line in answer.headers.getlist("Set-Cookie")
    }
