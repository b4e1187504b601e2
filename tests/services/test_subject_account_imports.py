"""Importing the accounts of many subjects: all lines or none."""

from __future__ import annotations

import pytest

from authserver.domain.errors import Conflict
from authserver.services import account_rows, subject_accounts
from authserver.services.account_rows import ImportRefused, ImportRow
from authserver.services.subject_accounts import ImportCounts
from tests.services.account_mapping import CI, map_ci, mapped, rows, told, with_two_sites
from tests.services.world import ADMIN, World


@pytest.fixture
def world(world: World) -> World:
    return with_two_sites(world)


def test_an_import_adds_and_changes_and_leaves_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject_accounts, "PAGE_ROWS", 2)
    for subject in ("same", "other", "unnamed"):
        world.subject_accounts.map("jira-main", subject, "old", ADMIN)
    stated = rows(("same", "old"), ("other", "new"), ("one", "x"), ("two", "x"), ("three", "x"))
    counts = ImportCounts(added=3, changed=1, unchanged=1)
    assert world.subject_accounts.preview("jira-main", stated).counts == counts
    assert mapped(world)["other"] == "old"
    steps: list[int] = []
    done = world.subject_accounts.import_rows("jira-main", stated, ADMIN, progress=steps.append)
    assert done == counts
    assert sum(steps) == len(stated)
    assert mapped(world) == {
        "same": "old",
        "other": "new",
        "unnamed": "old",
        "one": "x",
        "two": "x",
        "three": "x",
    }
    again = ImportCounts(added=0, changed=0, unchanged=5)
    before = world.database.state
    assert world.subject_accounts.import_rows("jira-main", stated, ADMIN) == again
    assert world.database.state is before


def test_an_import_waits_only_where_an_account_was_taken_away(world: World) -> None:
    world.subject_accounts.import_rows("jira-main", rows((CI, "a")), ADMIN)
    assert (told(world), world.clock.slept) == (["jira-main"], [])
    world.subject_accounts.import_rows("jira-main", rows((CI, "b"), ("x", "y")), ADMIN)
    assert (len(told(world)), len(world.clock.slept)) == (2, 1)


def test_every_wrong_line_is_named_and_none_is_imported(world: World) -> None:
    stated = [
        *rows(("good", "bot"), ("", "bot"), ("good", "bot"), ("x", " bot")),
        ImportRow(9, "", "", problem="2 columns, not 3"),
        ImportRow(11, "a\nb", "böt"),
    ]
    with pytest.raises(ImportRefused) as refused:
        world.subject_accounts.import_rows("jira-main", stated, ADMIN)
    assert refused.value.problems == (
        "line 3: subject: 1 to 255 printable characters",
        "line 4: subject: the one of line 2 again",
        "line 5: account: 1 to 255 printable ASCII characters without blanks at the ends",
        "line 9: 2 columns, not 3",
        (
            "line 11: subject: 1 to 255 printable characters, "
            "account: 1 to 255 printable ASCII characters without blanks at the ends"
        ),
    )
    assert mapped(world) == {}


def test_at_most_twenty_wrong_lines_are_named(world: World) -> None:
    with pytest.raises(ImportRefused) as refused:
        world.subject_accounts.preview("jira-main", rows(*[("", "bot")] * 1021))
    assert len(refused.value.problems) == 21
    assert refused.value.problems[-1] == "and 1001 more wrong lines"


def test_an_import_maps_no_client_to_the_account_of_a_person(world: World) -> None:
    for subject, account in (("user:1", "ada"), ("client:old", "bot"), ("user:2", "moved")):
        world.subject_accounts.map("jira-main", subject, account, ADMIN)
    stated = rows(
        *(("user:3", "carol"), (CI, "Carol"), ("client:a", "ADA"), ("user:4", "bot")),
        *(("user:5", "dan"), ("user:6", "dan"), ("user:2", "away"), ("client:b", "moved")),
    )
    own = "; a client never acts as a person, give each an account of its own"
    wrong = (
        f"line 3: account: the one of a user in line 2{own}",
        f"line 4: account: stands for a user at this site{own}",
        f"line 5: account: stands for a client at this site{own}",
    )
    with pytest.raises(ImportRefused) as seen:
        world.subject_accounts.preview("jira-main", stated)
    with pytest.raises(ImportRefused) as refused:
        world.subject_accounts.import_rows("jira-main", stated, ADMIN)
    assert seen.value.problems == refused.value.problems == wrong
    assert mapped(world) == {"user:1": "ada", "client:old": "bot", "user:2": "moved"}
    others = [each for each in stated if each.line not in {3, 4, 5}]
    counts = world.subject_accounts.import_rows("jira-main", others, ADMIN)
    assert (counts.added, counts.changed) == (4, 1)


def test_an_import_has_an_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_rows, "MOST_ROWS", 2)
    world.subject_accounts.preview("jira-main", rows(("a", "x"), ("b", "x")))
    endless = (ImportRow(line, f"s{line}", "x") for line in range(2, 10_000))
    with pytest.raises(ImportRefused, match="line 4: at most 2 rows in one import"):
        world.subject_accounts.preview("jira-main", endless)
    assert next(endless).line == 5


def test_mappings_that_came_meanwhile_are_not_overwritten_unseen(world: World) -> None:
    world.database.while_reading = lambda: map_ci(world, "by-somebody-else")
    with pytest.raises(Conflict, match="repeat the command"):
        world.subject_accounts.import_rows("jira-main", rows((CI, "bot")), ADMIN)
    assert mapped(world) == {CI: "by-somebody-else"}
