"""`authserver audit unknown-paths` over decisions that were really made."""

from __future__ import annotations

import pytest

from authserver.domain.decisions import DenyReason
from tests.cli.administered import Administered
from tests.services.calling import BOB, Office
from tests.services.deciding import denied


class Place(Administered):
    """A command line over an office in which calls are decided."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office(self.world)

    def call(self, method: str, path: str) -> None:
        """A call of Bob's to a route that nobody knows."""
        authorization = f"Bearer {self.office.token(BOB)}"
        assert denied(self.office.ask(method, path, authorization)) is DenyReason.UNKNOWN_PATH


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.mark.feature(71)
def test_routes_that_an_upgrade_brought_are_listed_until_a_policy_opens_them(place: Place) -> None:
    place.call("GET", "/rest/brand-new/1.0/board/17")
    place.call("GET", "/rest/brand-new/1.0/board/18")
    place.call("POST", "/rest/brand-new/1.0/board")
    result = place.done("audit", "unknown-paths")
    heading, first, second = result.stdout.splitlines()
    assert heading.split()[:5] == ["CALLS", "METHOD", "PATH", "SITE", "LAST"]
    assert first.split()[:4] == ["2", "GET", "/rest/brand-new/1.0/board/{…}", "jira-main"]
    assert first.split()[-1] == "d-1"
    assert second.split()[:3] == ["1", "POST", "/rest/brand-new/1.0/board"]
    assert "[[open]]" in result.stderr
    told = place.json("audit", "unknown-paths", "--resource", "jira-main", "--days", "1")
    assert (told["calls"], told["others"], told["cut"]) == (3, 0, False)
    assert told["routes"][0] | {"first": "", "last": "", "callers": []} == {
        "resource": "jira-main",
        "method": "GET",
        "path": "/rest/brand-new/1.0/board/{…}",
        "calls": 2,
        "first": "",
        "last": "",
        "callers": [],
        "decision_id": "d-1",
    }
    place.done("policy", "explain", "--decision", told["routes"][0]["decision_id"])


def test_rows_that_are_left_out_are_counted(place: Place) -> None:
    for word in ("one", "two", "three"):
        place.call("GET", f"/rest/brand-new/1.0/{word}")
    result = place.done("audit", "unknown-paths", "--limit", "1", "--as-stored")
    assert len(result.stdout.splitlines()) == 2
    assert "and 2 more routes: --limit 3" in result.stderr
    assert place.json("audit", "unknown-paths", "--limit", "1")["others"] == 2


def test_nothing_unknown_is_said_in_words(place: Place) -> None:
    result = place.done("audit", "unknown-paths")
    assert result.stdout == ""
    assert result.stderr.startswith("no call to an unknown route is on record since ")
    assert place.json("audit", "unknown-paths")["routes"] == []
