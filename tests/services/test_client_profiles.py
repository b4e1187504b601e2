"""What a client may state of its dealings with users: field by field, and as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.authorization_profiles import (
    ApplicationType,
    AssertionAudience,
    AuthorizationProfile,
    ConsentRule,
    ResponseMode,
)
from authserver.domain.keys import SigningAlgorithm
from authserver.services.client_profiles import MOST_URIS
from tests.services.profiled import CALLBACK, REFRESHING, change_refused, changed, made, refused

if TYPE_CHECKING:
    from tests.services.world import World


@pytest.fixture
def world(world: World) -> World:
    world.add_resource()
    return world


def test_what_is_not_stated_is_the_careful_choice(world: World) -> None:
    profile = made(world).profile
    assert profile == AuthorizationProfile(redirect_uris=(CALLBACK,))
    assert profile.require_pkce
    assert profile.id_token_algorithm is SigningAlgorithm.RS256
    assert profile.assertion_audience is AssertionAudience.ISSUER


def test_everything_that_is_stated_is_kept(world: World) -> None:
    client = made(
        world,
        client={"grant_types": REFRESHING},
        application_type="native",
        redirect_uris=[CALLBACK, "http://127.0.0.1/cb", "com.example.app:/cb"],
        post_logout_redirect_uris=["https://app.example.com/bye"],
        response_modes=["query"],
        require_pkce=False,
        require_pushed_requests=True,
        consent="always",
        publisher="  Example Ltd ",
        client_uri="https://app.example.com/?a=b#c",
        logo_uri="https://app.example.com/logo.png",
        policy_uri="https://app.example.com/policy",
        tos_uri="https://app.example.com/terms",
        id_token_algorithm="ES256",
        userinfo_algorithm="RS256",
        assertion_audience="token_endpoint",
        default_max_age=0,
        backchannel_logout_uri="https://app.example.com/logout?x=1",
        backchannel_logout_session_required=True,
        session_refresh=True,
        refresh_idle_seconds=3600,
        refresh_absolute_seconds=7200,
    )
    assert client.profile == AuthorizationProfile(
        application_type=ApplicationType.NATIVE,
        redirect_uris=(CALLBACK, "http://127.0.0.1/cb", "com.example.app:/cb"),
        post_logout_redirect_uris=("https://app.example.com/bye",),
        response_modes=frozenset({ResponseMode.QUERY}),
        require_pkce=False,
        require_pushed_requests=True,
        consent=ConsentRule.ALWAYS,
        publisher="Example Ltd",
        client_uri="https://app.example.com/?a=b#c",
        logo_uri="https://app.example.com/logo.png",
        policy_uri="https://app.example.com/policy",
        tos_uri="https://app.example.com/terms",
        id_token_algorithm=SigningAlgorithm.ES256,
        userinfo_algorithm=SigningAlgorithm.RS256,
        assertion_audience=AssertionAudience.TOKEN_ENDPOINT,
        default_max_age=0,
        backchannel_logout_uri="https://app.example.com/logout?x=1",
        backchannel_logout_session_required=True,
        session_refresh=True,
        refresh_idle_seconds=3600,
        refresh_absolute_seconds=7200,
    )


def test_an_update_changes_what_it_states_and_nothing_else(world: World) -> None:
    before = made(world, publisher="Example", default_max_age=60).profile
    after = changed(world, publisher="", default_max_age=-1, userinfo_algorithm="none").profile
    assert (after.publisher, after.default_max_age, after.userinfo_algorithm) == ("", None, None)
    assert after.redirect_uris == before.redirect_uris


def test_redirect_uris_come_and_go_one_by_one(world: World) -> None:
    made(world)
    other = "https://app.example.com/other"
    client = changed(world, client={"add_redirect_uris": [other]})
    assert client.profile.redirect_uris == (CALLBACK, other)
    client = changed(world, client={"remove_redirect_uris": [CALLBACK]})
    assert client.profile.redirect_uris == (other,)
    assert change_refused(world, client={"remove_redirect_uris": [CALLBACK]}).field == (
        "remove_redirect_uris"
    )
    assert change_refused(world, client={"add_redirect_uris": ["nowhere"]}).field == "redirect_uris"
    assert change_refused(world, client={"remove_redirect_uris": [other]}).field == "redirect_uris"


@pytest.mark.rule("AZ-05")
@pytest.mark.parametrize("field", ["redirect_uris", "post_logout_redirect_uris"])
@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example.com/cb",
        "HTTP://app.example.com/cb",
        "http://127.0.0.1.evil.test/cb",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "DATA:text/html,x",
        "vbscript:x",
        "VBScript:x",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "https://*.example.com/cb",
        "https://app.example.com/*",
        "https://app.example.com/cb#",
        "https://app.example.com/cb#x",
        "https://user@app.example.com/cb",
        "https://user:password@app.example.com/cb",
        "/callback",
        "//app.example.com/cb",
        "callback",
        "",
        "https://",
        "com.example.app:/cb",
    ],
)
def test_a_dangerous_uri_is_refused_at_creation_and_at_update(
    world: World, field: str, uri: str
) -> None:
    refusal = refused(world, **{field: [CALLBACK, uri]})
    assert refusal.field == field
    assert len(uri) < len("https://app") or uri not in str(refusal)
    made(world)
    assert change_refused(world, **{field: [uri]}).field == field


@pytest.mark.rule("AZ-05")
@pytest.mark.parametrize("field", ["redirect_uris", "post_logout_redirect_uris"])
@pytest.mark.parametrize("value", [CALLBACK, {CALLBACK: 1}, 7, [7], [None], [[CALLBACK]], True])
def test_what_is_no_list_of_texts_is_refused(world: World, field: str, value: object) -> None:
    assert refused(world, **{field: value}).field == field


def test_uris_are_bounded_and_count_once(world: World) -> None:
    many = [f"{CALLBACK}/{number}" for number in range(MOST_URIS + 1)]
    assert refused(world, redirect_uris=many).allowed == "at most 50"
    assert made(world, redirect_uris=[CALLBACK, CALLBACK]).profile.redirect_uris == (CALLBACK,)


@pytest.mark.rule("AZ-04")
def test_what_only_a_native_application_may_have_it_keeps_only_as_one(world: World) -> None:
    made(world, application_type="native", redirect_uris=["com.example.app:/cb"])
    assert change_refused(world, application_type="web").field == "redirect_uris"


@pytest.mark.rule("OI-02")
@pytest.mark.parametrize("field", ["id_token_algorithm", "userinfo_algorithm"])
@pytest.mark.parametrize("value", ["HS256", "None", "NONE", "rs256", "RS512", "PS256", "", 5, []])
def test_an_algorithm_that_this_server_does_not_sign_with_is_refused(
    world: World, field: str, value: object
) -> None:
    assert refused(world, **{field: value}).field == field
    made(world)
    assert change_refused(world, **{field: value}).field == field


@pytest.mark.rule("OI-02")
def test_an_unsigned_id_token_cannot_be_registered(world: World) -> None:
    refusal = refused(world, id_token_algorithm="none")
    assert (refusal.field, refusal.allowed) == ("id_token_algorithm", "one of ES256, RS256")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("application_type", "desktop"),
        ("response_modes", ["fragment"]),
        ("response_modes", []),
        ("response_modes", "query"),
        ("consent", "never"),
        ("assertion_audience", "anyone"),
        ("require_pkce", "false"),
        ("require_pushed_requests", 1),
        ("publisher", "x" * 101),
        ("publisher", "a\nb"),
        ("publisher", 7),
        ("software_id", "x" * 101),
        ("default_max_age", -2),
        ("default_max_age", 366 * 86_400 + 1),
        ("default_max_age", True),
        ("default_max_age", "60"),
        ("refresh_idle_seconds", 59),
        ("refresh_absolute_seconds", 367 * 86_400),
    ],
)
def test_a_refusal_names_the_field(world: World, field: str, value: object) -> None:
    assert refused(world, **{field: value}).field == field


@pytest.mark.parametrize(
    "field",
    ["client_uri", "logo_uri", "policy_uri", "tos_uri", "backchannel_logout_uri", "jwks_uri"],
)
@pytest.mark.parametrize(
    "link",
    [
        "http://app.example.com/",
        "HTTPS://app.example.com/",
        "javascript:alert(1)",
        "https://user@app.example.com/",
        "https://app.example.com\\@evil.test/",
        "https://app.example.com/a b",
        'https://app.example.com/"onload=',
        "https://app.example.com/<x>",
        "https://app.example.com:0/",
        "https://app.example.com:99999/",
        "https://[::1/",
        "https://",
        "app.example.com",
        "https://app.example.com/" + "x" * 1000,
        7,
    ],
)
def test_links_are_plain_https(world: World, field: str, link: object) -> None:
    assert refused(world, **{field: link}).field == field


@pytest.mark.parametrize("field", ["backchannel_logout_uri", "jwks_uri"])
def test_what_this_server_calls_has_no_fragment(world: World, field: str) -> None:
    refusal = refused(world, **{field: "https://app.example.com/x#y"})
    assert refusal.field == field
    assert "without fragment" in refusal.allowed
