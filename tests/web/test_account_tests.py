"""People test a token of their own; its secret is looked at once, and stands nowhere after that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pytest

from authserver.services.audit_searches import SearchTerms
from tests.rfc.sinks import leaks, written_below

if TYPE_CHECKING:
    from tests.people.browser import Browser
    from tests.people.world import PeopleWorld

ANSWERS: Final = {"purpose": "Export", "resources": "jira-main", "scopes": "READ"}
NEW: Final = "/account/tokens/new/end"
TEST: Final = "/account/tokens/test"


def made(browser: Browser) -> str:
    """The secret of a token that whoever is signed in makes."""
    browser.get(f"{NEW}?{urlencode(ANSWERS)}")
    return browser.click("make").texts["token"]


@pytest.mark.feature(64)
def test_a_token_is_tested_by_a_button_and_its_secret_stands_nowhere(world: PeopleWorld) -> None:
    browser = world.signed_in()
    value = made(browser)
    before = len(world.container.audit.search(SearchTerms()).records)
    browser.get(TEST)
    page = browser.click("ask", secret=value)
    assert page.status == 200, page.text
    assert "passes" in page.texts
    assert "GET /rest/api/2/myself" in page.texts["content"]
    assert "the API token counts here" in page.texts["steps"]
    assert value not in page.text + page.url
    page = browser.click("ask", secret=value, call="DELETE /rest/api/2/issue/AB-1")
    assert "scopes that the token lacks" in page.texts["refused"]
    assert "WRITE" in page.texts["content"]
    sinks = written_below(world.installation.folder)
    assert leaks(sinks, {"token": value}) == []
    assert len(world.container.audit.search(SearchTerms()).records) == before


@pytest.mark.feature(64)
def test_a_token_that_ended_says_so(world: PeopleWorld) -> None:
    browser = world.signed_in()
    value = made(browser)
    (token,) = world.container.own_api_tokens.list(world.ada.subject).live
    world.container.own_api_tokens.revoke(
        world.ada.subject, token.token_id, world.container.operator
    )
    browser.get(f"{TEST}?token={token.token_id}")
    assert "revoked" in browser.click("ask").texts["refused"]
    assert "revoked" in browser.click("ask", secret=value).texts["refused"]


@pytest.mark.feature(4)
@pytest.mark.rule("AD-03")
def test_a_token_of_somebody_else_is_as_good_as_none(world: PeopleWorld) -> None:
    value = made(world.signed_in())
    (token,) = world.container.own_api_tokens.list(world.ada.subject).live
    bob = world.signed_in(world.user("bob"))
    said = set()
    for secret in (value, token.token_id, "asv_pat_none", ""):
        bob.get(TEST)
        page = bob.click("ask", secret=secret)
        assert page.status == 400
        assert "Export" not in page.text
        said.add(page.texts["secret-error"])
    assert len(said) == 1


def test_what_is_no_call_is_said_beside_it(world: PeopleWorld) -> None:
    browser = world.signed_in()
    value = made(browser)
    browser.get(TEST)
    page = browser.click("ask", secret=value, call="everything")
    assert (page.status, "call-error" in page.texts) == (400, True)
    assert value not in page.text
    browser.get(TEST)
    page = browser.click("ask", secret=value, address="here")
    assert (page.status, "address-error" in page.texts) == (400, True)
