"""The list of counted calls."""

from __future__ import annotations

import csv
import io
from html import unescape
from typing import TYPE_CHECKING

import pytest

from authserver.domain.call_counts import HOUR_SECONDS
from tests.storage.calls import call, count
from tests.web.admin.calling import decided

if TYPE_CHECKING:
    from tests.people.pages import Page
    from tests.web.admin.conftest import Desk


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """With calls of ada's, of a client's own, and of nobody's."""
    now, ada = desk.world.container.clock.now(), desk.world.ada.subject
    events = [
        *(call(client_id="web-app", subject=ada, at=now) for _ in range(3)),
        call(client_id="web-app", subject="user:gone", at=now - HOUR_SECONDS),
        call(subject="client:robot", at=now - HOUR_SECONDS),
        call(client_id="robot", reason="read-only", at=now - 2 * HOUR_SECONDS),
        *(call(way="basic", client_id="", at=now - 3 * HOUR_SECONDS) for _ in range(2)),
    ]
    count(desk.world.container.database, events)
    return desk


def rows(desk: Desk, query: str = "") -> list[dict[str, str]]:
    file = desk.get(f"/calls?format=csv&{query}")
    assert file.status == 200
    return list(csv.DictReader(io.StringIO(file.text.lstrip("\ufeff"))))


def numbers(desk: Desk, query: str) -> list[int]:
    return [int(row["calls"]) for row in rows(desk, query)]


def links(page: Page) -> list[str]:
    return [unescape(each) for each in page.links]


def test_a_row_says_who_called_what_how_and_how_often(desk: Desk) -> None:
    newest, *_ = rows(desk)
    assert newest == {
        "hour": "2027-01-15T08:00:00Z",
        "resource": "https://jira.example.org",
        "way": "access-token",
        "client": "web-app",
        "user": "ada",
        "outcome": "success",
        "reason": "",
        "calls": "3",
    }
    page = desk.get("/calls")
    assert "8 calls fit." in page.texts["note"]
    for path in ("/admin/clients/web-app", f"/admin/users/{desk.world.ada.subject}"):
        assert path in links(page)
    assert not any("user:gone" in each for each in links(page))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("way=legacy", [2]),
        ("way=access-token", [3, 1, 1, 1]),
        ("way=access-token&outcome=success", [3, 1, 1]),
        ("outcome=refused", [1]),
        ("reason=read-only", [1]),
        ("q=ada", [3]),
        ("q=user:gone", [1]),
        ("q=-", [1, 2]),
        ("q=-&client=robot", [1]),
        ("client=-", [2]),
        ("client=web-app", [3, 1]),
        ("resource=https://jira.example.org&since=2027-01-15T08:00Z", [3]),
        ("resource=jira-main", []),
        ("since=61m&until=1m", [1, 1, 1]),
        ("sort=hour&outcome=success", [2, 1, 1, 3]),
    ],
)
def test_lists_are_narrowed_and_turned(desk: Desk, query: str, expected: list[int]) -> None:
    assert numbers(desk, query) == expected
    shown = desk.get(f"/calls?{query}")
    assert shown.status == 200
    assert ("calls" in shown.texts) == bool(expected)


def test_what_cannot_be_read_is_refused_with_what_is_allowed(desk: Desk) -> None:
    for query in ("way=by-foot", "outcome=failed", "since=soon", "until=2027-01-15", "sort=calls"):
        assert desk.get(f"/calls?{query}").status == 400, query


def test_an_hour_leads_to_the_records_of_its_calls(desk: Desk) -> None:
    world = desk.world
    token = world.tokens(world.web_app)["access_token"]
    for path in ("/rest/api/2/no-such-thing", "/rest/api/2/nor-this"):
        decided(world, token, path=path)
    decided(world, token, method="DELETE")
    decided(world, "nobody's")
    world.container.audit.catch_up()
    page = desk.get("/calls?reason=unknown-path&q=ada")
    assert numbers(desk, "reason=unknown-path&q=ada") == [2]
    (link,) = (each for each in links(page) if "/admin/audit?" in each)
    records = desk.browser.get(link)
    assert records.texts["audit"].count("unknown-path") == 2
    assert records.texts["audit"].count("call.denied") == 2
    assert numbers(desk, "reason=insufficient-scope&q=ada") == [1]


def test_pages_follow_each_other(desk: Desk) -> None:
    now = desk.world.container.clock.now()
    events = [call(client_id=f"c{n}", at=now - 9 * HOUR_SECONDS) for n in range(60)]
    count(desk.world.container.database, events)
    first = desk.get("/calls")
    assert "68 calls fit." in first.texts["note"]
    after = next(each for each in links(first) if "cursor=" in each)
    rest = desk.browser.get(after)
    assert rest.texts["calls"].count("Jan 14, 2027") == 15
    assert desk.browser.get(after + "&way=legacy").status == 400
    assert len(rows(desk)) == 65
