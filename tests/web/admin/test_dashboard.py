"""The overview of the console."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.call_counts import HOUR_SECONDS
from authserver.domain.roles import Role
from tests.people.cast import add_user
from tests.storage.calls import call, count
from tests.web.admin.calling import ISSUE, decided
from tests.web.admin.test_tokens import make

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk

DAY: Final = 86_400.0
BAR: Final = re.compile(r'<a href="([^"]*)" aria-label="([^"]*)"><title>')
NUMBER: Final = re.compile(r'<a href="([^"]*/admin/[^"]*)">([0-9]+)</a>')


def test_every_number_leads_to_a_list_of_as_many(desk: Desk) -> None:
    make(desk, "olive")
    token = desk.world.tokens(desk.world.web_app)["access_token"]
    for path in ("/rest/api/2/no-such-thing", "/rest/api/2/nor-this"):
        decided(desk.world, token, path=path)
    desk.world.container.audit.catch_up()
    page = desk.get("")
    assert page.texts["credentials-api_tokens"].endswith("100")
    assert "2" in page.texts["refusals"]
    assert "web-app" in page.texts["talkers"]
    links = [each for each in page.links if "/admin/" in each and "?" in each]
    assert len(links) > 5
    for link in links:
        assert desk.browser.get(link).status == 200, link
    refused = next(each for each in links if "outcome=refused" in each)
    assert desk.browser.get(refused).texts["audit"].count("call.denied") == 2


def counted(desk: Desk, link: str) -> int:
    """How many lines the list behind a link has, as a file; of counts, what they come to."""
    file = desk.browser.get(link + ("&" if "?" in link else "?") + "format=csv")
    assert file.status == 200, link
    rows = list(csv.DictReader(io.StringIO(file.text.lstrip("\ufeff"))))
    return sum(int(row["calls"]) for row in rows) if "/calls" in link else len(rows)


@pytest.mark.feature(58)
def test_every_number_is_the_count_of_the_list_behind_it(desk: Desk) -> None:
    world = desk.world
    for purpose in ("Weekly export", "Nightly export"):
        make(desk, "olive", purpose)
    token = world.tokens(world.web_app, scope="openid READ offline_access")["access_token"]
    world.signed_in()
    for path in ("/rest/api/2/no-such-thing", "/rest/api/2/nor-this", ISSUE):
        decided(world, token, path=path)
    decided(world, "nobody's")
    world.container.audit.catch_up()
    page = desk.get("")
    numbers = NUMBER.findall(page.text)
    assert len(numbers) > 10
    shown = {}
    for link, number in numbers:
        path = unescape(link).removeprefix(desk.browser.origin)
        shown[path] = (int(number), counted(desk, path))
    assert {path: each for path, each in shown.items() if each[0] != each[1]} == {}
    assert shown["/admin/tokens?status=live"][0] == 2
    for part in ("/tokens", "/grants", "/sessions", "/clients", "/audit", "/calls"):
        assert any(part in path and each[0] for path, each in shown.items()), part


@pytest.mark.feature(58)
def test_lists_of_counts_come_to_what_the_numbers_of_callers_and_legacy_days_say(
    desk: Desk,
) -> None:
    ada, now = desk.world.ada.subject, desk.world.container.clock.now()
    events = [
        *(call(way="access-token", at=now - 3 * DAY) for _ in range(3)),
        *(call(way=way, client_id="", at=now - 3 * DAY) for way in ("basic", "basic", "session")),
        call(way="basic", client_id="", at=now - 3 * DAY, reason="read-only"),
        *(call(subject="client:robot", at=now) for _ in range(4)),
        *(call(reason="read-only", at=now - HOUR_SECONDS) for _ in range(2)),
        *(call(subject=ada, at=now - HOUR_SECONDS * hours) for hours in range(5)),
        *(call(subject="user:gone", at=now - HOUR_SECONDS) for _ in range(6)),
        call(client_id="", reason="token-invalid", at=now - HOUR_SECONDS),
    ]
    count(desk.world.container.database, events)
    page = desk.get("")
    numbers = {
        unescape(link): int(number)
        for link, number in NUMBER.findall(page.text)
        if "/admin/calls" in link
    }
    assert sorted(number for number in numbers.values() if number) == [2, 3, 4, 5, 6]
    assert {link: counted(desk, link) for link in numbers} == numbers
    day = next(link for link in numbers if "way=legacy" in link and numbers[link])
    (bar,) = BAR.findall(page.text)
    assert (unescape(bar[0]), bar[1][10:]) == (day, ": 3 of 6")
    assert bar[1][:10] in day
    assert "3 calls fit." in desk.browser.get(day).texts["note"]


def test_whoever_may_see_little_sees_no_numbers_of_the_rest(desk: Desk) -> None:
    desk.world.tokens(desk.world.web_app)
    for role in Role:
        person = add_user(desk.world.container, f"in-{role}", roles=frozenset({role}))
        page = desk.world.signed_in(person).get("/admin")
        assert page.status == 200
        assert ("keys" in page.texts) == (role in {Role.AUDITOR, Role.OWNER})
        assert ("mail-title" in page.texts) == (role in {Role.AUDITOR, Role.HELP_DESK, Role.OWNER})
