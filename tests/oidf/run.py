"""One run of one module: a fresh browser, a client, and the flow that every module shares."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.oidf.op import id_token_claims, signed_claims
from tests.people.walking import FORM, finish
from tests.people.world import AUTHORIZE, ISSUER

if TYPE_CHECKING:
    from tests.machine.doors import Answer
    from tests.oidf.clients import SuiteClient
    from tests.people.browser import Browser
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

USERINFO: Final = "/oauth2/userinfo"
STATE_LENGTH: Final = 128
_numbers: Final = itertools.count()


@dataclass(frozen=True, slots=True)
class Flow:
    """What a whole authorization gave."""

    code: str = field(repr=False)
    told: dict[str, Any] = field(repr=False)
    claims: dict[str, Any] = field(repr=False)

    @property
    def access_token(self) -> str:
        """The access token."""
        return str(self.told["access_token"])


@dataclass
class Run:
    """A module's run. `mode` is the plan's variant of `response_mode`."""

    world: PeopleWorld
    client: SuiteClient
    mode: str = "default"
    browser: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.browser = self.world.browser()
        number = next(_numbers)
        self.state = f"state-{number}-".ljust(STATE_LENGTH, "z")
        self.nonce = f"nonce-{number}"

    def request(self, **parameters: str | None) -> dict[str, str]:
        """An authorization request; `None` takes a parameter out."""
        usual: dict[str, str | None] = {
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": "openid",
            "state": self.state,
            "nonce": self.nonce,
            "response_type": "code",
            "response_mode": "form_post" if self.mode == "form_post" else None,
        }
        sent = {**usual, **parameters}
        return {name: value for name, value in sent.items() if value is not None}

    def go(self, **parameters: str | None) -> Page:
        """Send the browser to the authorization endpoint."""
        query = urlencode(self.request(**parameters))
        return self.browser.get(f"{AUTHORIZE}?{query}", cross_site=True)

    def post(self, **parameters: str | None) -> Page:
        """The same, by a form on the suite's own page."""
        return self.browser.post(AUTHORIZE, self.request(**parameters), cross_site=True)

    def finish(self) -> Page:
        """Sign in and allow, whatever of it is asked for."""
        return finish(self.browser, self.world.ada)

    def answer(self) -> dict[str, str]:
        """What the browser is sent to the callback with, in the way that was asked for."""
        page = self.browser.page
        if self.mode == "form_post":
            assert not page.location
            form = page.forms[FORM]
            assert (form.method, form.action) == ("post", self.client.redirect_uri)
            return dict(form.fields)
        start, _, query = page.location.partition("?")
        wanted = urlsplit(self.client.redirect_uri)
        assert start == wanted._replace(query="").geturl()
        registered = parse_qsl(wanted.query, keep_blank_values=True)
        given = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
        assert given[: len(registered)] == registered, "the registered query comes first"
        pairs = given[len(registered) :]
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    def code(self) -> str:
        """The code of a successful answer."""
        told = self.answer()
        assert "error" not in told, told
        assert told["state"] == self.state
        assert told["iss"] == ISSUER
        return told["code"]

    def call(self, form: dict[str, str], client: SuiteClient | None = None) -> Answer:
        """The token endpoint's answer."""
        client = client or self.client
        fields = {**form, **client.fields(self.world.clock.now())}
        return self.world.lane.post("/oauth2/token", fields, client.authorization)

    def redeem(self, code: str, **form: str) -> Answer:
        """The token endpoint's answer to a code."""
        uri = self.client.redirect_uri
        usual = {"grant_type": "authorization_code", "code": code, "redirect_uri": uri}
        return self.call({**usual, **form})

    def refresh(self, token: str, client: SuiteClient | None = None, scope: str = "") -> Answer:
        """The token endpoint's answer to a refresh token, with its scope unless empty."""
        more = {"scope": scope} if scope else {}
        form = {"grant_type": "refresh_token", "refresh_token": token, **more}
        return self.call(form, client)

    def taken(self, code: str, *, nonce: str | None = "", **form: str) -> Flow:
        """Redeem a code, check the ID token, and call userinfo. `""`: the nonce that was sent."""
        answer = self.redeem(code, **form)
        assert answer.status == 200, answer.body
        told = dict(answer.json)
        assert told["token_type"] == "Bearer"
        assert isinstance(told["expires_in"], int)
        expected = self.nonce if nonce == "" else nonce
        claims = id_token_claims(self.world, told, self.client.client_id, expected)
        assert self.userinfo(told["access_token"])["sub"] == claims["sub"]
        return Flow(code, told, claims)

    def flow(self, **parameters: str | None) -> Flow:
        """A whole authorization as most modules run it."""
        self.go(**parameters)
        self.finish()
        return self.taken(self.code())

    def silently(self, **parameters: str) -> Flow:
        """The same without any page."""
        self.go(prompt="none", **parameters)
        return self.taken(self.code())

    def asked(self, access_token: str) -> Answer:
        """The userinfo endpoint's answer."""
        headers = {"Authorization": f"Bearer {access_token}"}
        return self.world.lane.get(USERINFO, headers=headers)

    def userinfo(self, access_token: str) -> dict[str, Any]:
        """What userinfo says, as JSON; of a client that gets it signed, its claims."""
        answer = self.asked(access_token)
        assert answer.status == 200, answer.body
        if answer.headers["content-type"] == "application/jwt":
            return signed_claims(self.world, answer.body.decode(), self.client.client_id)
        assert answer.headers["content-type"] == "application/json"
        return dict(answer.json)
