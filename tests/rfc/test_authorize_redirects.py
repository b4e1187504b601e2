"""Where the authorization endpoint sends people, and where never (group A1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

import pytest

from authserver.domain.errors import InvalidField
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientDraft, ClientUpdate
from tests.people.cast import USER_GRANTS
from tests.people.world import AUTHORIZE
from tests.rfc.authorizing import (
    STATE,
    asked_for,
    assert_local,
    assert_told,
    assert_too_long,
    rows_of_codes,
    rows_of_requests,
)

if TYPE_CHECKING:
    from tests.people.cast import App
    from tests.people.world import PeopleWorld

REGISTERED: Final = "https://app.example.test:8443/a/callback?tenant=one&lang=en"

MUTATIONS: Final = [
    "https://app.example.test:8443/a/callbac?tenant=one&lang=en",
    "https://app.example.test:8443/a/callbackx?tenant=one&lang=en",
    "https://app.example.test:8443/a/callback/?tenant=one&lang=en",
    "https://app.example.test:8443/a//callback?tenant=one&lang=en",
    "https://app.example.test:8443//a/callback?tenant=one&lang=en",
    "https://app.example.test:8443/a/x/../callback?tenant=one&lang=en",
    "https://app.example.test:8443/a/callback/../../evil?tenant=one&lang=en",
    "https://app.example.test:8443/a/..;/callback?tenant=one&lang=en",
    "https://app.example.test:8443/a/%2e%2e/callback?tenant=one&lang=en",
    "https://app.example.test:8443/a/%63allback?tenant=one&lang=en",
    "https://app.example.test:8443/a%2fcallback?tenant=one&lang=en",
    "https://app.example.test:8443/a/callback;p=1?tenant=one&lang=en",
    "https://app.example.test:8443/a/callback",
    "https://app.example.test:8443/a/callback?",
    "https://app.example.test:8443/a/callback?tenant=one",
    "https://app.example.test:8443/a/callback?lang=en&tenant=one",
    "https://app.example.test:8443/a/callback?tenant=one&lang=en&more=1",
    "https://app.example.test:8443/a/callback?tenant=one&lang=en&lang=en",
    "https://app.example.test:8443/a/callback?tenant=one&amp;lang=en",
    "https://app.example.test:8443/a/callback?tenant=one&lang=en#",
    "https://app.example.test:8443/a/callback?tenant=one&lang=en#x",
    "https://app.example.test:8443/a/callback?tenant=one&lang=en%23",
    "https://app.example.test:8443/a/callback?tenant=one&lang=en%00",
    "https://a@app.example.test:8443/a/callback?tenant=one&lang=en",
    "https://app.example.test:8443@evil.test/a/callback?tenant=one&lang=en",
    "https://app.example.test:8443@a@evil.test/a/callback?tenant=one&lang=en",
    "https://evil.test/https://app.example.test:8443/a/callback?tenant=one&lang=en",
    "https://evil.test?https://app.example.test:8443/a/callback?tenant=one&lang=en",
    "https://evil.test#https://app.example.test:8443/a/callback?tenant=one&lang=en",
    "https://app.example.test:8443\\a\\callback?tenant=one&lang=en",
    "https:\\\\app.example.test:8443/a/callback?tenant=one&lang=en",
    "https:/app.example.test:8443/a/callback?tenant=one&lang=en",
    "//app.example.test:8443/a/callback?tenant=one&lang=en",
    "/a/callback?tenant=one&lang=en",
    "HTTPS://app.example.test:8443/a/callback?tenant=one&lang=en",
    "https://APP.example.test:8443/a/callback?tenant=one&lang=en",
    "https://app.example.test:8443/A/callback?tenant=one&lang=en",
    "https://app.example.test:8443/a/callback?Tenant=one&lang=en",
    "https://app.example.test/a/callback?tenant=one&lang=en",
    "https://app.example.test:443/a/callback?tenant=one&lang=en",
    "https://app.example.test:08443/a/callback?tenant=one&lang=en",
    "http://app.example.test:8443/a/callback?tenant=one&lang=en",
    "https://x.app.example.test:8443/a/callback?tenant=one&lang=en",
    "https://example.test:8443/a/callback?tenant=one&lang=en",
    "https://app.example.test.evil.test:8443/a/callback?tenant=one&lang=en",
    "https://evilapp.example.test:8443/a/callback?tenant=one&lang=en",
    "https://app.example.test.:8443/a/callback?tenant=one&lang=en",
    "https://\u0430pp.example.test:8443/a/callback?tenant=one&lang=en",
    "https://xn--pp-7kc.example.test:8443/a/callback?tenant=one&lang=en",
    "\thttps://app.example.test:8443/a/callback?tenant=one&lang=en",
    "https://app.example.test:8443/a/call\tback?tenant=one&lang=en",
    "https://app.example.test:8443/a/callback?tenant=one&lang=en\r\nX-Evil: 1",
    "https://app.example.test:8443/a/callback?tenant=one&lang=en\n",
    " https://app.example.test:8443/a/callback?tenant=one&lang=en",
    "https://app.example.test:8443/a/callback?tenant=one&lang=en ",
    REGISTERED + "&x=" + "a" * 5000,
    "http://[::1",
    "https://[app.example.test]:8443/a/callback",
    "javascript:alert(1)",
    "data:text/html,x",
    "*",
    "https://*",
    "null",
    "about:blank",
    "%",
]


@pytest.fixture
def app(world: PeopleWorld) -> App:
    return world.app("exact", REGISTERED)


@pytest.mark.rule("AZ-01")
@pytest.mark.feature(39)
def test_a_redirect_uri_is_compared_character_by_character(world: PeopleWorld, app: App) -> None:
    assert len(MUTATIONS) >= 40
    browser = world.signed_in()
    for mutation in MUTATIONS:
        assert_local(world.authorize(browser, app, redirect_uri=mutation))
    for encoded in (quote(REGISTERED, safe="")[:-1] + "%", "%68ttps://%ff", REGISTERED[:-1]):
        query = urlencode(world.asked(app, redirect_uri=None)) + "&redirect_uri=" + encoded
        assert_local(asked_for(world, browser, query))
    long = world.asked(app, redirect_uri=REGISTERED + "&x=" + "a" * 8192)
    assert_too_long(browser.get(f"{AUTHORIZE}?{urlencode(long)}", cross_site=True))
    assert_local(browser.post(AUTHORIZE, long, cross_site=True))
    assert rows_of_requests(world) == 0
    assert rows_of_codes(world) == 0
    world.authorize(browser, app)
    assert world.finish(browser).location.startswith(REGISTERED + "&code=asv_ac_")


@pytest.mark.rule("AZ-02")
def test_an_unknown_client_is_told_to_the_user_alone(world: PeopleWorld) -> None:
    world.container.clients.disable(world.spa.client_id, world.container.operator)
    browser = world.browser()
    evil = "https://evil.test/callback"
    asked = world.asked(world.web_app, redirect_uri=evil, client_id=None)
    pages = {}
    for client_id in (
        "nobody-here",
        "spa",
        "WEB-APP",
        "web-app ",
        "x" * 5_000,
        "\u00fc",
        "a\0b",
        "",
    ):
        query = urlencode({**asked, "client_id": client_id})
        pages[client_id] = asked_for(world, browser, query)
        assert_local(pages[client_id])
    assert_local(asked_for(world, browser, urlencode(asked)))
    long = {**asked, "client_id": "x" * 10_240}
    assert_too_long(browser.get(f"{AUTHORIZE}?{urlencode(long)}", cross_site=True))
    assert_local(browser.post(AUTHORIZE, long, cross_site=True))
    # Not even where a client of that name is to be found tells the two apart.
    spa = world.asked(world.spa)
    disabled = asked_for(world, browser, urlencode(spa))
    unknown = asked_for(world, browser, urlencode({**spa, "client_id": "nobody-here"}))
    assert_local(disabled)
    request_ids = {page.texts["request-id"] for page in (disabled, unknown)}
    bodies = {page.text for page in (disabled, unknown)}
    for request_id in request_ids:
        bodies = {body.replace(request_id, "") for body in bodies}
    assert len(bodies) == 1


@pytest.mark.rule("AZ-03")
@pytest.mark.parametrize("scope", ["openid READ", "READ"])
def test_a_redirect_uri_is_always_required(world: PeopleWorld, scope: str) -> None:
    two = ProfileChanges(redirect_uris=("https://a.test/cb", "https://b.test/cb"))
    several = world.app("several", "https://a.test/cb", profile=two)
    browser = world.browser()
    for app in (world.web_app, several):
        assert_local(world.authorize(browser, app, redirect_uri=None, scope=scope))
        assert_local(world.authorize(browser, app, redirect_uri="", scope=scope))


@pytest.mark.rule("AZ-04")
def test_only_a_native_clients_loopback_address_has_any_port(world: PeopleWorld) -> None:
    browser = world.signed_in()
    for port in ("", ":1", ":49152", ":65535"):
        page = world.authorize(
            browser, world.native, redirect_uri=f"http://127.0.0.1{port}/callback"
        )
        assert page.path == "/consent", page.texts
    page = browser.click("allow")
    assert page.location.startswith("http://127.0.0.1:65535/callback?code=")
    for refused in (
        "http://127.0.0.1:49152/callbac",
        "http://127.0.0.1:49152/callback?x=1",
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:65536/callback",
        "http://localhost:49152/callback",
        "http://localhost/callback",
        "http://127.0.0.1.evil.test:49152/callback",
        "http://127.0.0.1:49152@evil.test/callback",
        "http://[::ffff:127.0.0.1]:49152/callback",
        "http://[::1]:49152/callback",
        "http://0x7f000001:49152/callback",
        "https://127.0.0.1:49152/callback",
        "com.example.native:/callback2",
    ):
        assert_local(world.authorize(browser, world.native, redirect_uri=refused))
    web = world.app("web-local", "http://127.0.0.1:3000/callback")
    assert_local(world.authorize(browser, web, redirect_uri="http://127.0.0.1:3001/callback"))
    named = world.app(
        "native-named",
        "http://localhost:3000/callback",
        profile=ProfileChanges(application_type="native"),
    )
    assert_local(world.authorize(browser, named, redirect_uri="http://localhost:3001/callback"))


DANGEROUS: Final = (
    "http://app.example.test/callback",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "VBScript:x",
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "https://*.example.test/callback",
    "https://app.example.test/*",
    "https://app.example.test/callback#",
    "https://app.example.test/callback#part",
    "https://user@app.example.test/callback",
    "https://user:word@app.example.test/callback",
    "/callback",
    "app.example.test/callback",
    "//app.example.test/callback",
    "",
)


@pytest.mark.rule("AZ-05")
def test_dangerous_redirect_uris_are_not_registered(world: PeopleWorld) -> None:
    clients, operator = world.container.clients, world.container.operator
    before = clients.list()
    for application_type in ("web", "native"):
        for uri in DANGEROUS:
            changes = ProfileChanges(application_type=application_type, redirect_uris=(uri,))
            draft = ClientDraft("Evil", client_id="evil", grant_types=USER_GRANTS, profile=changes)
            with pytest.raises(InvalidField):
                clients.create(draft, operator)
            with pytest.raises(InvalidField):
                clients.update("web-app", ClientUpdate(profile=changes), operator)
    whole = ProfileChanges(redirect_uris="https://app.example.test/callback")
    with pytest.raises(InvalidField):
        clients.update("web-app", ClientUpdate(profile=whole), operator)
    assert clients.list() == before


@pytest.mark.rule("AZ-06")
def test_an_error_is_redirected_only_to_a_redirect_uri_that_is_known(world: PeopleWorld) -> None:
    browser = world.browser()
    good = world.asked(world.web_app)
    cases: list[tuple[str, dict[str, str], str]] = [
        ("unsupported_response_type", {"response_type": "token"}, ""),
        ("invalid_request", {"response_type": ""}, ""),
        ("invalid_scope", {"scope": "openid nonsense"}, ""),
        ("login_required", {"prompt": "none"}, ""),
        ("invalid_request", {"prompt": "none login"}, ""),
        ("invalid_request", {}, "&nonce=a&nonce=b"),
        ("invalid_request", {"code_challenge": "short"}, ""),
        ("invalid_request", {"code_challenge_method": "plain"}, ""),
        ("request_not_supported", {"request": "eyJhbGciOiJub25lIn0.e30."}, ""),
        ("request_uri_not_supported", {"request_uri": "https://evil.test/r"}, ""),
        ("invalid_target", {"resource": "https://other.example.test"}, ""),
        ("invalid_request", {"max_age": "soon"}, ""),
        ("invalid_request", {"id_token_hint": "x.y.z"}, ""),
        ("invalid_request", {"claims": "{"}, ""),
        ("invalid_request", {"response_mode": "fragment"}, ""),
    ]
    for error, changes, tail in cases:
        query = urlencode({**good, **changes}) + tail
        page = asked_for(world, browser, query)
        assert_told(page, error, redirect_uri=world.web_app.redirect_uri, state=STATE)
        for bad in ("https://evil.test/callback", ""):
            query = urlencode({**good, **changes, "redirect_uri": bad}) + tail
            assert_local(asked_for(world, browser, query))
    assert rows_of_codes(world) == 0
