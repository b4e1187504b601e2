"""Incident mode of the console."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from authserver.web.admin.incident_pages import FIELDS
from tests.web.admin.test_tokens import make, states

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk


def look(desk: Desk, where: str, to: str) -> None:
    """The preview of an incident."""
    desk.get("/incidents")
    page = desk.browser.submit("choose", {"where": where, "to": to})
    assert page.status == 200, page.text


def test_tokens_are_stopped_by_what_they_are_after_they_were_seen_and_undone(desk: Desk) -> None:
    for number in range(2):
        make(desk, "olive", f"Job {number}")
    make(desk)
    look(desk, "owner=olive", "disabled")
    page = desk.browser.page
    assert "2 tokens are meant" in page.texts["meant-title"]
    assert "Job 1" in page.texts["meant"]
    assert desk.browser.submit("incidents", {"reason": ""}).status == 400
    page = desk.browser.submit("incidents", {"reason": "leaked <b>"})
    assert "2 tokens were changed" in page.texts["done"]
    assert sorted(states(desk)) == ["disabled", "disabled", "pending"]
    page = desk.browser.get(next(each for each in page.links if "incidents?where" in each))
    page = desk.browser.submit("incidents", {"reason": "false alarm"})
    assert sorted(states(desk)) == ["enabled", "enabled", "pending"]


def test_what_was_not_shown_is_not_stopped_even_when_as_many_went(desk: Desk) -> None:
    make(desk, "olive", "First")
    look(desk, "owner=olive", "revoked")
    shown = desk.browser.page
    power, tokens = desk.world.container.api_token_power, desk.world.container.api_tokens
    (first,) = tokens.page(ApiTokenFilter())
    make(desk, "olive", "Another <b>")
    power.revoke(first.token_id, desk.world.container.operator)
    desk.browser.page = shown
    page = desk.browser.submit("incidents", {"reason": "leaked"})
    assert page.status == 400
    assert "Other tokens" in page.texts["errors"]
    assert "Another <b>" in page.texts["added"]
    assert "First" in page.texts["ended"]
    assert "revoked" in page.texts["ended"]
    assert 'value="leaked"' in page.text
    assert sorted(states(desk)) == [ApiTokenStatus.ENABLED, ApiTokenStatus.REVOKED]
    page = desk.browser.submit("incidents")
    assert "1 token was changed" in page.texts["done"]


def test_a_condition_that_cannot_be_read_says_where(desk: Desk) -> None:
    page = desk.get("/incidents?where=colour%3Dred&to=revoked")
    assert page.status == 400
    assert "where-error" in page.texts
    assert desk.get("/incidents?where=owner%3Dada&to=melted").status == 400


def test_every_example_can_be_read(desk: Desk) -> None:
    for text, _meaning in FIELDS:
        page = desk.get(f"/incidents?to=disabled&where={quote(text)}")
        assert page.status == 200, (text, page.texts["errors"])
    assert desk.world.container.api_tokens.count(ApiTokenFilter()) == 0
