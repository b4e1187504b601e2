"""Pushed authorization requests (group A15, RFC 9126)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from authserver.domain.authorization_requests import PUSHED_SECONDS, REQUEST_URI_START
from authserver.services.client_profiles import ProfileChanges
from tests.rfc.authorizing import asked_for, assert_local, assert_told, rows_of_codes
from tests.rfc.lanes import assert_invalid_client

if TYPE_CHECKING:
    from tests.machine.doors import Answer
    from tests.people.browser import Browser
    from tests.people.cast import App
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

PAR = "/oauth2/par"
REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("invalid_request", {"redirect_uri": "https://evil.test/callback"}),
    ("invalid_request", {"redirect_uri": None}),
    ("invalid_request", {"code_challenge": None}),
    ("invalid_request", {"code_challenge": "short"}),
    ("invalid_request", {"code_challenge_method": "plain"}),
    ("invalid_request", {"response_type": None}),
    ("unsupported_response_type", {"response_type": "token"}),
    ("invalid_scope", {"scope": "openid nonsense"}),
    ("invalid_target", {"resource": "https://nowhere.example.test"}),
    ("invalid_request", {"prompt": "none login"}),
    ("invalid_request", {"response_mode": "fragment"}),
    ("invalid_request", {"max_age": "x"}),
    ("invalid_request", {"claims": "["}),
    ("invalid_request", {"id_token_hint": "x.y.z"}),
    ("invalid_request", {"state": "x" * 3000}),
    ("invalid_request", {"request_uri": REQUEST_URI_START + "x"}),
    ("invalid_request", {"request_uri": "https://app.example.test/request"}),
    ("request_not_supported", {"request": "eyJhbGciOiJub25lIn0.e30."}),
]


def pushed(world: PeopleWorld, app: App, **parameters: str | None) -> Answer:
    """The answer to a pushed request."""
    client_id = None if app.secret else app.client_id
    asked = world.asked(app, client_id=client_id, **parameters)
    return world.lane.post(PAR, asked, app.authorization)


def request_uri(world: PeopleWorld, app: App, **parameters: str | None) -> str:
    answer = pushed(world, app, **parameters)
    assert answer.status == 201, answer.body
    return str(answer.json["request_uri"])


def brought(world: PeopleWorld, browser: Browser, app: App, uri: str, **parameters: str) -> Page:
    """What a browser gets that brings a `request_uri`."""
    sent = {"client_id": app.client_id, "request_uri": uri, **parameters}
    return asked_for(world, browser, urlencode(sent))


@pytest.mark.rule("PS-01")
@pytest.mark.parametrize("who", ["web_app", "spa", "native"])
def test_a_pushed_request_leads_to_a_code(world: PeopleWorld, who: str) -> None:
    app: App = getattr(world, who)
    answer = pushed(world, app)
    assert answer.status == 201
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json["expires_in"] == PUSHED_SECONDS <= 90
    uri = answer.json["request_uri"]
    assert re.fullmatch(re.escape(REQUEST_URI_START) + r"asv_pr_[A-Za-z0-9_-]{43}\w{6}", uri)
    browser = world.signed_in()
    assert brought(world, browser, app, uri).path == "/consent"
    page = browser.click("allow")
    assert page.answer["state"] == "state-of-the-app"
    assert world.redeem(app, page.answer["code"]).status == 200


@pytest.mark.rule("PS-01")
def test_pushing_needs_the_client_to_authenticate(world: PeopleWorld) -> None:
    asked = world.asked(world.web_app)
    assert_invalid_client(world.lane.post(PAR, asked))
    assert_invalid_client(world.lane.post(PAR, {**asked, "client_secret": "wrong"}))
    without = {name: value for name, value in asked.items() if name != "client_id"}
    assert_invalid_client(world.lane.post(PAR, without))


@pytest.mark.rule("PS-01")
def test_a_request_uri_is_good_once_for_its_client_and_for_a_minute(world: PeopleWorld) -> None:
    browser = world.signed_in()
    uri = request_uri(world, world.web_app)
    # Another client that brings it gets nothing, and takes nothing away.
    assert_local(brought(world, browser, world.spa, uri), error="invalid_request_uri")
    assert brought(world, browser, world.web_app, uri).path == "/consent"
    assert_local(brought(world, browser, world.web_app, uri), error="invalid_request_uri")
    late = request_uri(world, world.web_app)
    world.clock.advance(PUSHED_SECONDS)
    assert_local(brought(world, browser, world.web_app, late), error="invalid_request_uri")
    guesses = (
        REQUEST_URI_START,
        REQUEST_URI_START + "x",
        uri[:-1],
        uri[:-8] + "AAAAAAAA",
        REQUEST_URI_START + world.container.secret_maker.secret("pr"),
        REQUEST_URI_START + world.container.secret_maker.secret("ac"),
    )
    for guess in guesses:
        assert_local(brought(world, browser, world.web_app, guess), error="invalid_request_uri")
    assert rows_of_codes(world) == 0


@pytest.mark.rule("PS-01")
def test_a_request_uri_is_stored_as_a_digest(world: PeopleWorld) -> None:
    secret = request_uri(world, world.web_app).removeprefix(REQUEST_URI_START)
    with world.container.database.engine.connect() as connection:
        rows = list(connection.exec_driver_sql("SELECT * FROM pushed_requests"))
    assert len(rows) == 1
    assert secret not in repr(rows)
    assert secret[7:30] not in repr(rows)


@pytest.mark.rule("PS-02")
def test_a_client_may_be_held_to_pushing(world: PeopleWorld) -> None:
    strict = world.app(
        "strict",
        "https://strict.example.test/cb",
        profile=ProfileChanges(require_pushed_requests=True),
    )
    browser = world.signed_in()
    page = world.authorize(browser, strict)
    assert_told(page, "invalid_request", redirect_uri=strict.redirect_uri)
    page = browser.post("/oauth2/authorize", world.asked(strict), cross_site=True)
    assert_told(page, "invalid_request", redirect_uri=strict.redirect_uri)
    assert brought(world, browser, strict, request_uri(world, strict)).path == "/consent"
    page = browser.click("allow")
    assert world.redeem(strict, page.answer["code"]).status == 200


@pytest.mark.rule("PS-02")
def test_what_was_pushed_wins_over_what_is_brought(world: PeopleWorld) -> None:
    browser = world.signed_in()
    uri = request_uri(world, world.web_app, scope="openid READ", state="pushed")
    page = brought(
        world,
        browser,
        world.web_app,
        uri,
        scope="openid READ WRITE offline_access",
        state="brought",
        redirect_uri="https://evil.test/callback",
        response_type="token",
        code_challenge="A" * 43,
        prompt="none",
        request="eyJhbGciOiJub25lIn0.e30.",
    )
    assert page.path == "/consent"
    page = browser.click("allow")
    assert page.location.startswith(world.web_app.redirect_uri + "?")
    assert page.answer["state"] == "pushed"
    answer = world.redeem(world.web_app, page.answer["code"])
    assert set(answer.json["scope"].split()) == {"openid", "READ"}


@pytest.mark.rule("PS-02")
def test_a_pushed_request_may_be_brought_by_post(world: PeopleWorld) -> None:
    browser = world.signed_in()
    uri = request_uri(world, world.web_app)
    sent = {"client_id": "web-app", "request_uri": uri}
    assert browser.post("/oauth2/authorize", sent, cross_site=True).path == "/consent"


@pytest.mark.rule("PS-03")
def test_a_pushed_request_is_judged_whole(world: PeopleWorld) -> None:
    for error, changes in REFUSED:
        answer = pushed(world, world.web_app, **changes)
        assert answer.error == (400, error), (changes, answer.body)
        assert answer.headers["content-type"] == "application/json"
        assert "evil" not in answer.description


@pytest.mark.rule("PS-03")
def test_nothing_may_be_pushed_twice_or_beside_the_body(world: PeopleWorld) -> None:
    asked = world.asked(world.web_app, client_id=None)
    app = world.web_app
    twice = [*asked.items(), ("scope", "openid")]
    assert world.lane.post(PAR, twice, app.authorization).error == (400, "invalid_request")
    beside = world.lane.post(PAR, asked, app.authorization, query="scope=openid")
    assert beside.error == (400, "invalid_request")
    other = {**asked, "client_id": "spa"}
    assert world.lane.post(PAR, other, app.authorization).error == (400, "invalid_request")
    assert world.lane.get(PAR).status == 405


@pytest.mark.rule("PS-03")
def test_a_client_without_the_grant_pushes_nothing(world: PeopleWorld) -> None:
    machine = world.app(
        "machine",
        "https://machine.example.test/cb",
        grant_types=("client_credentials",),
        scopes=("READ",),
        profile=ProfileChanges(redirect_uris=()),
    )
    assert pushed(world, machine).status == 400
