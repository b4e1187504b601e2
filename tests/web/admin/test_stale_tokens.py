"""Tokens that nobody uses, in the console."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from tests.web.admin.test_tokens import make

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk

DAY = 86_400.0


def test_unused_tokens_are_listed_by_how_long_and_stopped(desk: Desk) -> None:
    for name in ("Old <b>", "Older", "New"):
        make(desk, "olive", name)
    container = desk.world.container
    now = container.clock.now()
    with container.database.writing() as stores:
        for token in stores.api_tokens.page(ApiTokenFilter()):
            age = {"Old <b>": 60, "Older": 200, "New": 0}[token.purpose] * DAY
            made = now - age
            stores.api_tokens.save(replace(token, created_at=made, status_changed_at=made))
    assert "Unused tokens" in desk.get("/tokens").text
    assert desk.get("/tokens/-/stale").texts["stale-tokens"].count("Old") == 1
    page = desk.get("/tokens/-/stale?for=30d")
    assert "Old <b>" in page.texts["stale-tokens"]
    assert "Older" in page.texts["stale-tokens"]
    assert "New" not in page.texts["stale-tokens"]
    assert "nothing" in desk.get("/tokens/-/stale?for=365d").texts
    assert desk.get("/tokens/-/stale?for=1d").status == 400
    assert "Older" in desk.get("/tokens/-/stale?format=csv").text
    desk.get("/tokens/-/stale")
    (older,) = [
        each for each in container.api_tokens.page(ApiTokenFilter()) if each.purpose == "Older"
    ]
    desk.browser.submit("stale-tokens-form", {"id": older.token_id}, button="bulk-disable")
    desk.browser.submit("tokens_bulk", {"reason": "nobody uses it"})
    assert container.api_tokens.get(older.token_id).status is ApiTokenStatus.DISABLED
    assert "nothing" in desk.get("/tokens/-/stale").texts
