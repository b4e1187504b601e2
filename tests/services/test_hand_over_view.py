"""What a worker remembers of the hand-over, and when it stops believing it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import StorageUnavailable
from authserver.domain.hand_over import (
    CREDENTIAL_PURPOSE,
    HandOver,
    HandOverKind,
    SubjectAccount,
)
from authserver.services import remembering
from authserver.services.hand_over_view import HandOverView, OpenedHandOver
from tests.doubles import EPOCH
from tests.services.seals import ReadableSealer

if TYPE_CHECKING:
    from tests.services.world import World

SECRET: Final = "Bearer NjY2-service-token"
BY_HEADER: Final = HandOver(
    "jira-main", HandOverKind.IDENTITY_HEADER, "", "X-Remote-User", b"", EPOCH
)


class Memory:
    """A worker's view, and administrators who change what it remembers."""

    def __init__(self, world: World) -> None:
        self.database = world.database
        self.authority = world.worker.view
        self.sealer = ReadableSealer()
        self.view = HandOverView(self.database, self.authority, self.sealer)

    def put(self, hand_over: HandOver) -> None:
        with self.database.writing() as stores:
            stores.hand_overs.put(hand_over)
            stores.authority.advance([Change(ChangeKind.HAND_OVER, hand_over.resource, 0.0)])

    def put_credential(self, *, context: str = "jira-main") -> None:
        self.put(
            HandOver(
                resource="jira-main",
                kind=HandOverKind.SERVICE_CREDENTIAL,
                account="svc",
                header="",
                sealed=self.sealer.seal(
                    SECRET.encode(), purpose=CREDENTIAL_PURPOSE, context=context
                ),
                changed_at=EPOCH,
            )
        )

    def map(self, subject: str, account: str, resource: str = "jira-main") -> None:
        with self.database.writing() as stores:
            stores.accounts.put([SubjectAccount(resource, subject, account, EPOCH)])
            stores.authority.advance([Change(ChangeKind.HAND_OVER, resource, 0.0)])


@pytest.fixture
def memory(world: World) -> Memory:
    world.add_resource()
    world.add_resource("wiki")
    world.worker.view.poll()
    return Memory(world)


def test_the_credential_is_opened_once_and_then_remembered(memory: Memory) -> None:
    memory.put_credential()
    opened = memory.view.of("jira-main")
    assert opened == OpenedHandOver(HandOverKind.SERVICE_CREDENTIAL, "svc", "", SECRET)
    memory.database.calls.clear()
    assert memory.view.of("jira-main") is opened
    assert not memory.database.calls


def test_the_credential_is_not_shown_with_the_rest(memory: Memory) -> None:
    memory.put_credential()
    shown = f"{memory.view.of('jira-main')!r} {memory.view!r} {memory.database.state!r}"
    assert "service-token" not in shown


def test_an_identity_header_has_no_credential(memory: Memory) -> None:
    memory.put(BY_HEADER)
    assert memory.view.of("jira-main") == OpenedHandOver(
        HandOverKind.IDENTITY_HEADER, "", "X-Remote-User", ""
    )


def test_that_nothing_is_there_is_remembered_until_it_changes(memory: Memory) -> None:
    assert memory.view.of("jira-main") is None
    assert memory.view.account("jira-main", "client:ci") is None
    memory.database.calls.clear()
    assert memory.view.of("jira-main") is None
    assert memory.view.account("jira-main", "client:ci") is None
    assert not memory.database.calls
    memory.put(BY_HEADER)
    memory.map("client:ci", "ci-bot")
    memory.authority.poll()
    assert memory.view.of("jira-main") is not None
    assert memory.view.account("jira-main", "client:ci") == "ci-bot"


def test_an_account_is_read_once_for_each_site(memory: Memory) -> None:
    memory.map("client:ci", "ci-bot")
    memory.map("client:ci", "ci-at-wiki", "wiki")
    for _ in range(2):
        assert memory.view.account("jira-main", "client:ci") == "ci-bot"
        assert memory.view.account("wiki", "client:ci") == "ci-at-wiki"
    assert memory.database.calls["accounts.get"] == 2


def test_a_change_at_one_site_leaves_the_memory_of_others_alone(memory: Memory) -> None:
    for name in ("jira-main", "wiki"):
        memory.put(replace(BY_HEADER, resource=name))
        memory.map("client:ci", "old", name)
        memory.authority.poll()
        memory.view.of(name)
        memory.view.account(name, "client:ci")
    wiki = memory.view.of("wiki")
    memory.put(replace(BY_HEADER, header="X-Other"))
    memory.map("client:ci", "new")
    memory.authority.poll()
    changed = memory.view.of("jira-main")
    assert changed is not None
    assert changed.header == "X-Other"
    assert memory.view.account("jira-main", "client:ci") == "new"
    memory.database.calls.clear()
    assert memory.view.of("wiki") is wiki
    assert memory.view.account("wiki", "client:ci") == "old"
    assert not memory.database.calls


def test_a_change_of_the_resource_itself_is_no_news(memory: Memory) -> None:
    memory.put(BY_HEADER)
    memory.authority.poll()
    opened = memory.view.of("jira-main")
    with memory.database.writing() as stores:
        stores.authority.advance([Change(ChangeKind.RESOURCE, "jira-main", 0.0)])
    memory.authority.poll()
    assert memory.view.of("jira-main") is opened


def test_when_the_sequence_is_lost_everything_is_read_anew(memory: Memory) -> None:
    memory.put(BY_HEADER)
    memory.map("client:ci", "ci-bot")
    memory.authority.poll()
    opened = memory.view.of("jira-main")
    memory.view.account("jira-main", "client:ci")
    memory.database.state.seq = 0
    memory.authority.poll()
    memory.database.calls.clear()
    assert memory.view.of("jira-main") is not opened
    assert memory.view.account("jira-main", "client:ci") == "ci-bot"
    assert memory.database.calls["reading"] == 2


def test_what_was_read_before_a_change_is_not_remembered_after_it(memory: Memory) -> None:
    def changed_and_applied() -> None:
        memory.put(BY_HEADER)
        memory.map("client:ci", "ci-bot")
        memory.authority.poll()

    memory.database.while_reading = changed_and_applied
    assert memory.view.of("jira-main") is None
    assert memory.view.of("jira-main") is not None
    with memory.database.writing() as stores:
        stores.accounts.remove("jira-main", "client:ci")
    memory.database.while_reading = changed_and_applied
    assert memory.view.account("jira-main", "client:ci") is None
    assert memory.view.account("jira-main", "client:ci") == "ci-bot"


def test_a_credential_that_does_not_open_is_an_outage_that_tells_operators(
    memory: Memory,
) -> None:
    memory.put_credential()
    memory.sealer.known.clear()
    with pytest.raises(StorageUnavailable, match=r"resource jira-main: kek-1\.key is missing"):
        memory.view.of("jira-main")
    memory.sealer.known.add("1")
    assert memory.view.of("jira-main") is not None


def test_a_credential_of_another_site_does_not_open(memory: Memory) -> None:
    memory.put_credential(context="wiki")
    with pytest.raises(StorageUnavailable, match="belongs elsewhere"):
        memory.view.of("jira-main")


def test_a_credential_that_is_no_text_is_an_outage_and_is_not_told(memory: Memory) -> None:
    sealed = memory.sealer.seal(
        b"hidden \xff word", purpose=CREDENTIAL_PURPOSE, context="jira-main"
    )
    memory.put(replace(BY_HEADER, kind=HandOverKind.SERVICE_CREDENTIAL, sealed=sealed))
    with pytest.raises(StorageUnavailable, match="it is no text") as refused:
        memory.view.of("jira-main")
    assert refused.value.__cause__ is None
    assert "hidden" not in str(refused.value)


def test_without_a_database_only_what_is_remembered_is_told(memory: Memory) -> None:
    memory.put(BY_HEADER)
    memory.map("client:ci", "ci-bot")
    memory.view.of("jira-main")
    memory.view.account("jira-main", "client:ci")
    memory.database.down = True
    assert memory.view.of("jira-main") is not None
    assert memory.view.account("jira-main", "client:ci") == "ci-bot"
    with pytest.raises(StorageUnavailable):
        memory.view.of("wiki")
    with pytest.raises(StorageUnavailable):
        memory.view.account("jira-main", "client:other")


def test_memory_is_bounded_and_the_oldest_goes_first(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembering, "MOST_REMEMBERED", 2)
    for number in (1, 2, 3, 3, 2):
        memory.view.account("jira-main", f"client:{number}")
    assert memory.database.calls["accounts.get"] == 3
    memory.view.account("jira-main", "client:1")
    assert memory.database.calls["accounts.get"] == 4
