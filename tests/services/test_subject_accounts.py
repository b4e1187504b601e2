"""Saying which account of a site stands for which subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.errors import Conflict, InvalidField, NotFound, StorageUnavailable
from authserver.services import subject_accounts
from authserver.services.account_rows import ImportRefused
from tests.services.account_mapping import CI, map_ci, mapped, rows, told, with_two_sites
from tests.services.world import ADMIN, World, details

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def world(world: World) -> World:
    return with_two_sites(world)


def on_record(world: World) -> list[tuple[str, str, str, object]]:
    return [
        (event.action, event.object_id, event.resource, details(event))
        for event in world.database.audit
    ]


def test_a_subject_has_one_account_at_each_site(world: World) -> None:
    map_ci(world)
    world.subject_accounts.map("wiki", CI, "ci-at-wiki", ADMIN)
    map_ci(world, "other-bot")
    assert mapped(world) == {CI: "other-bot"}
    assert mapped(world, "wiki") == {CI: "ci-at-wiki"}


def test_the_mapping_that_was_replaced_is_told(world: World) -> None:
    assert world.subject_accounts.map("jira-main", CI, "first", ADMIN) is None
    before = world.subject_accounts.map("jira-main", CI, "second", ADMIN)
    assert before is not None
    assert before.account == "first"


def test_only_who_takes_an_account_away_waits_for_the_workers(world: World) -> None:
    map_ci(world)
    assert (told(world), world.clock.slept) == (["jira-main"], [])
    map_ci(world, "other-bot")
    assert (len(told(world)), len(world.clock.slept)) == (2, 1)
    world.subject_accounts.unmap("jira-main", CI, ADMIN)
    assert (len(told(world)), len(world.clock.slept)) == (3, 2)


def test_mapping_again_changes_nothing(world: World) -> None:
    map_ci(world)
    before = world.database.state
    map_ci(world)
    assert world.database.state is before


def test_a_mapping_that_came_meanwhile_is_not_overwritten_unseen(world: World) -> None:
    world.database.while_reading = lambda: map_ci(world, "by-somebody-else")
    with pytest.raises(Conflict, match="repeat the command"):
        map_ci(world)
    assert mapped(world) == {CI: "by-somebody-else"}


def test_who_is_not_mapped_cannot_be_unmapped(world: World) -> None:
    map_ci(world)
    world.subject_accounts.unmap("jira-main", CI, ADMIN)
    assert mapped(world) == {}
    before = world.database.state
    with pytest.raises(NotFound, match="no mapped subject named 'client:ci-reader'"):
        world.subject_accounts.unmap("jira-main", CI, ADMIN)
    assert world.database.state is before


def test_every_change_is_on_record_with_before_and_after(world: World) -> None:
    map_ci(world, "first")
    map_ci(world, "second")
    world.subject_accounts.unmap("jira-main", CI, ADMIN)
    world.subject_accounts.import_rows("jira-main", rows((CI, "third")), ADMIN)
    assert on_record(world) == [
        ("account.mapped", CI, "jira-main", {"before": None, "after": "first"}),
        ("account.mapped", CI, "jira-main", {"before": "first", "after": "second"}),
        ("account.unmapped", CI, "jira-main", {"before": "second", "after": None}),
        (
            "account.imported",
            "jira-main",
            "jira-main",
            {"added": 1, "changed": 0, "unchanged": 0},
        ),
    ]
    assert {event.object_kind for event in world.database.audit} == {"account"}


@pytest.mark.parametrize(
    ("subject", "account", "field"),
    [
        ("", "bot", "subject"),
        ("x" * 256, "bot", "subject"),
        ("a\nb", "bot", "subject"),
        ("a\x00b", "bot", "subject"),
        ("a\u202eb", "bot", "subject"),
        ("\ud800", "bot", "subject"),
        (" a", "bot", "subject"),
        (CI, "", "account"),
        (CI, " bot", "account"),
        (CI, "bot ", "account"),
        (CI, "bot\n", "account"),
        (CI, "b\tt", "account"),
        (CI, "böt", "account"),
        (CI, "x" * 256, "account"),
    ],
)
def test_what_cannot_travel_in_a_header_is_refused_by_name(
    world: World, subject: str, account: str, field: str
) -> None:
    before = world.database.state
    with pytest.raises(InvalidField) as refused:
        world.subject_accounts.map("jira-main", subject, account, ADMIN)
    assert refused.value.field == field
    with pytest.raises(ImportRefused, match=f"^lines: line 2: {field}: "):
        world.subject_accounts.import_rows("jira-main", rows((subject, account)), ADMIN)
    assert world.database.state is before


@pytest.mark.parametrize("subject", ["user:ada", "00u1a2b3", "x" * 255, "Jürgen Müller"])
@pytest.mark.parametrize("account", ["a", "first last", "557058:ab-cd", "x" * 255])
def test_plain_subjects_and_accounts_are_taken(world: World, subject: str, account: str) -> None:
    world.subject_accounts.map("jira-main", subject, account, ADMIN)
    assert mapped(world) == {subject: account}


ACTS: Final[list[Callable[[World, str], object]]] = [
    lambda world, name: world.subject_accounts.map(name, CI, "bot", ADMIN),
    lambda world, name: world.subject_accounts.unmap(name, CI, ADMIN),
    lambda world, name: world.subject_accounts.list(name),
    lambda world, name: world.subject_accounts.preview(name, rows((CI, "bot"))),
    lambda world, name: world.subject_accounts.import_rows(name, rows((CI, "bot")), ADMIN),
]


@pytest.mark.parametrize("act", ACTS)
def test_a_site_that_is_not_there_is_said_at_once(
    world: World, act: Callable[[World, str], object]
) -> None:
    world.resources.delete("wiki", ADMIN)
    for name in ("wiki", "nowhere", "\ud800"):
        with pytest.raises(NotFound, match="no resource"):
            act(world, name)


@pytest.mark.parametrize("act", [ACTS[0], ACTS[1], ACTS[4]])
@pytest.mark.parametrize("call", ["audit.add", "authority.advance", "commit"])
def test_what_cannot_be_recorded_or_told_is_not_done(
    world: World, act: Callable[[World, str], object], call: str
) -> None:
    map_ci(world, "before")
    before = world.database.state
    world.database.failing.add(call)
    with pytest.raises(StorageUnavailable):
        act(world, "jira-main")
    assert world.database.state is before


def test_a_list_is_read_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject_accounts, "PAGE_ROWS", 2)
    for number in range(5):
        world.subject_accounts.map("jira-main", f"user:{number}", "bot", ADMIN)
    found = world.subject_accounts.list("jira-main")
    world.database.calls.clear()
    assert next(found).subject == "user:0"
    assert not world.database.calls
    assert [each.subject for each in found] == [f"user:{number}" for number in range(1, 5)]
    assert world.database.calls["accounts.list"] == 2


def test_a_deleted_site_leaves_no_account_behind(world: World) -> None:
    map_ci(world)
    world.subject_accounts.map("wiki", CI, "ci-at-wiki", ADMIN)
    world.resources.disable("jira-main", ADMIN)
    assert mapped(world) == {CI: "ci-bot"}
    world.resources.delete("jira-main", ADMIN)
    assert set(world.database.state.accounts) == {("wiki", CI)}


@pytest.mark.parametrize("account", ["mlindqvist", "MLindqvist"])
def test_a_client_is_never_mapped_to_the_account_of_a_person(world: World, account: str) -> None:
    world.subject_accounts.map("jira-main", "user:1", "mlindqvist", ADMIN)
    with pytest.raises(Conflict, match="stands for a user"):
        map_ci(world, account)
    assert mapped(world) == {"user:1": "mlindqvist"}
    world.subject_accounts.map("wiki", CI, account, ADMIN)
    map_ci(world)
    world.subject_accounts.map("jira-main", "user:2", "mlindqvist", ADMIN)
