"""Counted calls by REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.call_counts import HOUR_SECONDS
from tests.storage.calls import call, count
from tests.web.admin.calling import decided
from tests.web.admin_api.rest import problem

if TYPE_CHECKING:
    from tests.web.admin_api.rest import Rest

CALLS = "/audit/calls"


@pytest.fixture
def rest(rest: Rest) -> Rest:
    """With calls of ada's, of a client's own, and of nobody's."""
    world = rest.world
    now, ada = world.container.clock.now(), world.ada.subject
    events = [
        *(call(client_id="web-app", subject=ada, at=now) for _ in range(3)),
        call(subject="client:robot", at=now - HOUR_SECONDS),
        call(client_id="robot", reason="read-only", at=now - 2 * HOUR_SECONDS),
        *(call(way="basic", client_id="", at=now - 3 * HOUR_SECONDS) for _ in range(2)),
    ]
    count(world.container.database, events)
    return rest


def test_a_count_says_who_called_what_how_and_how_often(rest: Rest) -> None:
    page = rest.get(CALLS, query="user=ada")
    assert page == {
        "items": [
            {
                "hour": "2027-01-15T08:00:00.000Z",
                "resource": "https://jira.example.org",
                "way": "access-token",
                "client_id": "web-app",
                "subject": rest.world.ada.subject,
                "username": "ada",
                "outcome": "success",
                "reason": "",
                "calls": 3,
            }
        ],
        "calls": 3,
        "complete": True,
        "next_cursor": None,
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [3, 1, 1, 2]),
        ("sort=hour", [2, 1, 1, 3]),
        ("way=legacy", [2]),
        ("way=basic&outcome=refused", []),
        ("client=-", [2]),
        ("user=-&client=robot", [1]),
        ("reason=read-only", [1]),
        ("resource=jira-main", []),
        ("since=1h&until=2027-01-15T08:00:00Z", [1]),
    ],
)
def test_parameters_narrow_and_turn(rest: Rest, query: str, expected: list[int]) -> None:
    page = rest.get(CALLS, query=query)
    assert [each["calls"] for each in page["items"]] == expected
    assert (page["calls"], page["complete"]) == (sum(expected), True)


def test_pages_follow_each_other_without_gap(rest: Rest) -> None:
    seen: list[Any] = []
    page = rest.get(CALLS, query="limit=1")
    while page["next_cursor"] is not None:
        assert page["calls"] == 7
        seen += page["items"]
        page = rest.get(CALLS, query=f"limit=1&cursor={page['next_cursor']}")
    assert seen + page["items"] == rest.get(CALLS)["items"]


def test_what_was_answered_a_moment_ago_is_counted(rest: Rest) -> None:
    decided(rest.world, "nobody's")
    assert rest.get(CALLS, query="outcome=refused")["calls"] == 2


@pytest.mark.parametrize("query", ["way=by-foot", "outcome=failed", "since=soon", "sort=calls"])
def test_what_cannot_be_read_is_refused(rest: Rest, query: str) -> None:
    answer = rest.call("GET", CALLS, query=query)
    assert problem(answer) == (400, "invalid-parameter"), query


def test_what_people_are_called_is_told_to_those_alone_who_may_see_users(rest: Rest) -> None:
    for number, (scopes, expected) in enumerate(
        [({"admin:audit:read"}, ""), ({"admin:audit:read", "admin:people:read"}, "ada")]
    ):
        token = rest.token_with(scopes, client_id=f"watcher-{number}")
        page = rest.get(CALLS, query="client=web-app", token=token)
        (only,) = page["items"]
        assert (only["subject"], only["username"]) == (rest.world.ada.subject, expected)
