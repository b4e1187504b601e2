"""Clients are answered at the very URI that they registered, however it is spelled (AZ-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest

from authserver.domain.clients import ClientAuthMethod
from authserver.services.client_profiles import ProfileChanges

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld

URIS: Final = (
    "https://APP.example.test/callback",
    "https://app.example.test/callback?",
    "com.example.app://Callback",
    "com.example.app:///callback",
    "com.example.app://host:port/callback",
    "com.example.app://host:99999/callback",
    "com.example.app://.../callback",
    f"com.example.app://{'a' * 80}/callback",
)


@pytest.mark.parametrize("uri", URIS)
def test_an_answer_goes_to_the_registered_redirect_uri_character_by_character(
    world: PeopleWorld, uri: str
) -> None:
    app = world.app(
        "app",
        uri,
        auth_method=ClientAuthMethod.NONE,
        profile=ProfileChanges(application_type="native"),
    )
    page = world.authorize(world.browser(), app, prompt="none")
    assert page.status == 303
    assert page.location.startswith(uri)
    assert "error=login_required" in page.location


@pytest.mark.parametrize("uri", URIS)
def test_a_signed_out_browser_goes_to_the_registered_address_character_by_character(
    world: PeopleWorld, uri: str
) -> None:
    profile = ProfileChanges(application_type="native", post_logout_redirect_uris=(uri,))
    app = world.app("app", "https://app.example.test/callback", profile=profile)
    browser = world.browser()
    hint = world.tokens(app, browser, scope="openid")["id_token"]
    page = browser.get(
        f"/oauth2/logout?id_token_hint={hint}&post_logout_redirect_uri={quote(uri, safe='')}",
        cross_site=True,
    )
    assert page.status == 303
    assert page.location == uri


@pytest.mark.parametrize("port", ["1٢", "1२", "1２"])  # noqa: RUF001 - that is the attack
def test_digits_of_other_scripts_are_no_port(world: PeopleWorld, port: str) -> None:
    uri = f"http://127.0.0.1:{port}/callback"
    page = world.authorize(world.browser(), world.native, redirect_uri=uri, prompt="none")
    assert page.status == 400
    assert not page.location
