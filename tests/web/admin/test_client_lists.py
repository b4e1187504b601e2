"""The list of clients."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pytest

from authserver.services.clients import ClientDraft

if TYPE_CHECKING:
    from tests.people.pages import Page
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


def clients(desk: Desk, count: int) -> None:
    for number in range(count):
        draft = ClientDraft(f"Robot {number:03}", client_id=f"robot-{number:03}")
        desk.world.container.clients.create(draft, desk.world.container.operator)


def ids(page: Page) -> list[str]:
    return re.findall(r'<td class="code"><a href="/admin/clients/([^"]+)"', page.text)


def test_a_long_list_goes_on_where_its_page_ended(desk: Desk) -> None:
    clients(desk, 60)
    for order in ("client_id", "-client_id", "created_at", "-created_at"):
        first = desk.get(f"/clients?q=robot&sort={order}")
        assert len(ids(first)) == 50
        (following,) = re.findall(r'id="next-page" rel="next" href="([^"]+)"', first.text)
        second = desk.browser.get(following.replace("&amp;", "&"))
        assert len({*ids(first), *ids(second)}) == 60
        assert "next-page" not in second.text
        assert ids(first) + ids(second) == sorted(
            ids(first) + ids(second), reverse=order.startswith("-")
        )


@pytest.mark.rule("AD-05")
def test_orders_filters_and_cursors_are_ours_or_refused(desk: Desk) -> None:
    clients(desk, 51)
    page = desk.get("/clients?q=robot")
    (cursor,) = re.findall(r"cursor=([A-Za-z0-9_-]+)", page.text)
    assert desk.get(f"/clients?q=robot&cursor={cursor}").status == 200
    for query in (
        f"q=other&cursor={cursor}",
        f"q=robot&sort=created_at&cursor={cursor}",
        f"q=robot&cursor={cursor[:-1]}",
        f"q=robot&cursor={cursor}A",
        "cursor=AAAA",
        "cursor=%C3%A4",
        "cursor=" + "A" * 3000,
        "sort=secrets",
        "sort=' or 1=1",
        "status=deleted",
        "grant=x",
    ):
        assert desk.get(f"/clients?{query.replace(' ', '%20')}").status == 400, query


@pytest.mark.rule("SE-09")
def test_a_list_as_a_file_is_complete_and_no_spreadsheet_runs_it(desk: Desk) -> None:
    clients(desk, 60)
    draft = ClientDraft('=HYPERLINK("https://evil.example")', client_id="formula")
    desk.world.container.clients.create(draft, desk.world.container.operator)
    page = desk.get("/clients?format=csv&sort=client_id")
    assert page.headers["content-type"].startswith("text/csv")
    assert "attachment" in page.headers["content-disposition"]
    rows = {row["client_id"]: row for row in csv.DictReader(io.StringIO(page.text))}
    assert len(rows) == 64
    assert rows["formula"]["name"] == '\'=HYPERLINK("https://evil.example")'
    assert rows["robot-000"]["status"] == "enabled"


@pytest.mark.rule("SE-09")
def test_foreign_texts_are_shown_and_do_nothing(desk: Desk) -> None:
    name = "<script>alert(1)</script>\"'><img src=x>{{ 7*7 }}"
    draft = ClientDraft(
        name,
        client_id="foreign",
        contact="<svg onload=alert(2)>",
        resources=("jira-main",),
        scopes=("READ",),
    )
    desk.world.container.clients.create(draft, desk.world.container.operator)
    for path in ("/clients", "/clients/foreign", "/clients/foreign/edit", "/clients?q=<script>"):
        page = desk.get(path)
        assert page.status == 200
        assert "<script" not in page.text
        assert "<svg" not in page.text
        assert "src=x" not in page.text.replace("&lt;img src=x&gt;", "")
        assert "script-src" not in page.headers["content-security-policy"]
        assert ">49<" not in page.text
