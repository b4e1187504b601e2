"""What is done with those that are ticked in a list of the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/clients", "disable"),
        ("/tokens", "revoke"),
        ("/grants", "revoke"),
        ("/sessions", "end"),
        ("/mails", "retry"),
    ],
)
def test_who_ticks_only_what_is_gone_changes_nothing(desk: Desk, path: str, action: str) -> None:
    page = desk.get(f"{path}/-/bulk?action={action}&id=gone")
    assert page.url.endswith(f"{path}?done=nothing")
    assert page.texts["done"].startswith("Nothing was ticked")


@pytest.mark.parametrize("path", ["/clients", "/tokens"])
@pytest.mark.parametrize("query", ["", "?action=melt", "?id=gone"])
def test_where_several_things_can_be_done_one_has_to_be_named(
    desk: Desk, path: str, query: str
) -> None:
    page = desk.get(f"{path}/-/bulk{query}")
    assert page.status == 400
    assert page.texts["error"].startswith("action: one of disable, enable")
