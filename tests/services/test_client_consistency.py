"""What a client states must fit together, at creation and after every change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.services.client_descriptions import described
from tests.services.profiled import CALLBACK, change_refused, changed, made, refused

if TYPE_CHECKING:
    from tests.services.world import World


@pytest.fixture
def world(world: World) -> World:
    world.add_resource()
    return world


@pytest.mark.parametrize(
    ("field", "client", "stated"),
    [
        ("redirect_uris", {}, {"redirect_uris": []}),
        ("grant_types", {"grant_types": ["refresh_token"]}, {}),
        ("grant_types", {"grant_types": ["refresh_token", "client_credentials"]}, {}),
        (
            "grant_types",
            {"grant_types": ["client_credentials", "authorization_code"], "auth_method": "none"},
            {},
        ),
        ("scopes", {"grant_types": ["client_credentials"]}, {}),
        ("scopes", {"grant_types": []}, {}),
        ("scopes", {"scopes": ["openid", "READ"]}, {}),
        ("require_pkce", {"auth_method": "none"}, {"require_pkce": False}),
        ("require_pkce", {"scopes": ["profile"]}, {"require_pkce": False}),
        ("jwks", {"auth_method": "private_key_jwt"}, {}),
        ("jwks", {"jwks": {"keys": [{"kid": "k1"}]}}, {}),
        ("jwks_uri", {}, {"jwks_uri": "https://app.example.com/jwks"}),
        (
            "jwks_uri",
            {"auth_method": "private_key_jwt", "jwks": {"keys": [{"kid": "k1"}]}},
            {"jwks_uri": "https://app.example.com/jwks"},
        ),
        (
            "backchannel_logout_session_required",
            {},
            {"backchannel_logout_session_required": True},
        ),
        ("session_refresh", {}, {"session_refresh": True}),
        (
            "refresh_idle_seconds",
            {},
            {"refresh_idle_seconds": 120, "refresh_absolute_seconds": 60},
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(
    world: World, field: str, client: dict[str, Any], stated: dict[str, Any]
) -> None:
    assert refused(world, client=client, **stated).field == field


def test_what_an_update_leaves_must_fit_together_too(world: World) -> None:
    made(world, require_pkce=False)
    assert change_refused(world, redirect_uris=[]).field == "redirect_uris"
    assert change_refused(world, client={"grant_types": ["client_credentials"]}).field == "scopes"
    assert change_refused(world, client={"scopes": ["email"]}).field == "require_pkce"


def test_a_public_client_has_no_secret_and_must_use_pkce(world: World) -> None:
    client = made(world, client={"auth_method": "none"})
    assert (client.secrets, client.is_confidential) == ((), False)
    assert client.profile.require_pkce


def test_user_scopes_need_no_site(world: World) -> None:
    scopes = ["openid", "profile", "email", "groups", "offline_access"]
    assert made(world, client={"scopes": scopes}).scopes == frozenset(scopes)


def test_user_scopes_stand_beside_those_of_sites(world: World) -> None:
    client = made(world, client={"scopes": ["openid", "READ"], "resources": ["jira-main"]})
    assert client.scopes == {"openid", "READ"}


def test_keys_and_their_address_take_each_others_place(world: World) -> None:
    made(
        world,
        client={"auth_method": "private_key_jwt"},
        jwks_uri="https://app.example.com/jwks",
    )
    client = changed(world, client={"jwks": {"keys": [{"kid": "k1"}]}})
    assert (client.profile.jwks_uri, len(client.jwks)) == ("", 1)
    client = changed(world, jwks_uri="https://app.example.com/jwks")
    assert (client.profile.jwks_uri, client.jwks) == ("https://app.example.com/jwks", ())
    assert change_refused(world, jwks_uri="").field == "jwks"


def test_a_description_has_every_field_as_plain_values(world: World) -> None:
    shown = described(made(world, userinfo_algorithm="ES256"))
    assert shown["redirect_uris"] == [CALLBACK]
    assert shown["response_modes"] == ["form_post", "query"]
    assert (shown["consent"], shown["userinfo_algorithm"]) == ("remembered", "ES256")
    assert {type(value) for value in shown.values()} <= {str, int, float, bool, list, type(None)}
