"""The list of clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk


def test_clients_are_listed_found_and_sorted(desk: Desk) -> None:
    page = desk.get("/clients")
    assert page.status == 200, page.text
    for client_id in ("web-app", "spa", "native"):
        assert client_id in page.text
    page = desk.get("/clients?q=nat")
    assert "native" in page.text
    assert "web-app" not in page.text
    page = desk.get("/clients?sort=-client_id&kind=public")
    assert page.text.index('href="/admin/clients/spa"') < page.text.index(
        'href="/admin/clients/native"'
    )
