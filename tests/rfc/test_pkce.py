"""PKCE at the authorization endpoint (group A2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.services.client_profiles import ProfileChanges
from tests.people.cast import VERIFIER, challenge
from tests.rfc.authorizing import assert_told, rows_of_codes

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld

GOOD = challenge(VERIFIER)


@pytest.mark.rule("PK-01")
@pytest.mark.parametrize("who", ["web_app", "spa", "native"])
def test_every_client_needs_a_challenge(world: PeopleWorld, who: str) -> None:
    app = getattr(world, who)
    browser = world.signed_in()
    for method in ("S256", None):
        page = world.authorize(browser, app, code_challenge=None, code_challenge_method=method)
        assert_told(page, "invalid_request", redirect_uri=app.redirect_uri)
    assert rows_of_codes(world) == 0


@pytest.mark.rule("PK-01")
def test_an_exemption_is_for_a_client_that_authenticates(world: PeopleWorld) -> None:
    exempt = world.app(
        "exempt", "https://exempt.example.test/cb", profile=ProfileChanges(require_pkce=False)
    )
    browser = world.signed_in()
    none = {"code_challenge": None, "code_challenge_method": None}
    world.authorize(browser, exempt, **none)
    code = browser.click("allow").answer["code"]
    assert world.redeem(exempt, code, code_verifier=None).status == 200
    # Whoever sends a challenge all the same is held to it.
    for wrong in ({"code_challenge_method": "plain"}, {"code_challenge": "short"}):
        page = world.authorize(browser, exempt, **wrong)
        assert_told(page, "invalid_request", redirect_uri=exempt.redirect_uri)
    page = world.authorize(browser, exempt, code_challenge=None)
    assert_told(page, "invalid_request", redirect_uri=exempt.redirect_uri)
    code = world.authorize(browser, exempt).answer["code"]
    assert world.redeem(exempt, code, code_verifier=None).error == (400, "invalid_grant")


@pytest.mark.rule("PK-02")
def test_there_is_no_method_but_s256(world: PeopleWorld) -> None:
    browser = world.signed_in()
    for method in ("plain", None, "s256", "", "S512", "S256 ", "S256 plain"):
        page = world.authorize(browser, world.web_app, code_challenge_method=method)
        assert_told(page, "invalid_request", redirect_uri=world.web_app.redirect_uri)
    assert rows_of_codes(world) == 0


@pytest.mark.rule("PK-03")
def test_a_challenge_is_43_characters_of_base64url(world: PeopleWorld) -> None:
    browser = world.signed_in()
    refused = (
        GOOD[:-1],
        GOOD + "A",
        "A" * 129,
        GOOD[:-1] + "=",
        GOOD + "=",
        GOOD[:-1] + " ",
        " " + GOOD[1:],
        GOOD[:-1] + "+",
        GOOD[:-1] + "/",
        GOOD[:-1] + "\u00e4",
        "\u0661" * 43,
        GOOD[:-1] + "\n",
        "",
    )
    for value in refused:
        page = world.authorize(browser, world.web_app, code_challenge=value)
        assert_told(page, "invalid_request", redirect_uri=world.web_app.redirect_uri)
    assert rows_of_codes(world) == 0


@pytest.mark.rule("PK-06")
def test_what_is_announced_is_what_there_is(world: PeopleWorld) -> None:
    for name in ("openid-configuration", "oauth-authorization-server"):
        metadata = world.lane.get(f"/.well-known/{name}").json
        assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert "access_token" in world.tokens(world.spa)
