"""The work beside the requests ends as a whole, tells why, and takes nothing else with it."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.app import Application
from authserver.wiring_housekeeping import Housekeeping
from tests.doubles import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = ["journal_mover", "audit_sealer", "signing_keys"]


class Crew:
    """Parts whose work ends when it is told to; one kind of it can fail."""

    def __init__(self, failing: str = "") -> None:
        self.clock = FakeClock()
        self.holder = "here"
        self.settings = SimpleNamespace(mail=SimpleNamespace(is_on=False))
        self.ended: list[str] = []
        self.journal_mover = SimpleNamespace(run=self._work("journal_mover", failing))
        self.audit_sealer = SimpleNamespace(run=self._work("audit_sealer", failing))
        self.signing_keys = SimpleNamespace(maintain=self._maintain(failing))
        self.left_words: Any = SimpleNamespace(mend=lambda _go_on: 0)
        self.sweeper = SimpleNamespace(sweep=lambda _go_on: {})
        self.audit = SimpleNamespace(prune=lambda *_: None)
        self.call_counting = SimpleNamespace(maintain=lambda *_: None)
        self.logout_deliveries = SimpleNamespace(deliver=lambda _may_start: 0)
        self.living = SimpleNamespace(put_to_sleep_due=lambda _go_on: 0)
        self.provider_documents = SimpleNamespace(refresh_due=lambda: 0)
        self.api_token_ends = SimpleNamespace(note=lambda _go_on: 0)
        self.api_token_disuse = SimpleNamespace(act_by_policy=lambda _go_on: 0)

    def _work(self, kind: str, failing: str) -> Callable[..., None]:
        def run(stop: threading.Event, _pause: float) -> None:
            if kind == failing:
                raise LookupError(kind)
            stop.wait(10)
            self.ended.append(kind)

        return run

    def _maintain(self, failing: str) -> Callable[..., None]:
        def maintain(*_: object) -> None:
            if failing == "signing_keys":
                raise LookupError(failing)

        return maintain


def housekeeping(crew: Any) -> Housekeeping:
    keeper = Housekeeping(crew)
    keeper._has_lease = lambda name: not name  # type: ignore[method-assign]  # no database here
    return keeper


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_fails_ends_the_work_of_all_and_goes_up(kind: str) -> None:
    crew, stop = Crew(kind), threading.Event()
    with pytest.raises(LookupError, match=kind):
        housekeeping(crew).run(stop)
    assert {*crew.ended, kind} >= {"journal_mover", "audit_sealer"}
    assert not stop.is_set(), "it is the caller's, who has other work that goes on"


def test_the_work_ends_when_it_is_told_to() -> None:
    crew, stop = Crew(), threading.Event()
    keeper = threading.Thread(target=housekeeping(crew).run, args=(stop,))
    keeper.start()
    stop.set()
    keeper.join(timeout=10)
    assert not keeper.is_alive()
    assert set(crew.ended) == {"journal_mover", "audit_sealer"}


def test_members_get_their_words_from_whoever_has_the_lease() -> None:
    crew, stop, asked = Crew(), threading.Event(), []

    def mend(go_on: Callable[[], bool]) -> None:
        asked.append(go_on())
        stop.set()

    crew.left_words = SimpleNamespace(mend=mend)
    keeper = housekeeping(crew)
    keeper._has_lease = lambda name: name == "words-of-members"  # type: ignore[method-assign]  # no database here
    keeper.run(stop)
    assert asked == [True]


def test_in_a_worker_failed_housekeeping_begins_again_and_the_poll_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    again, begun = threading.Event(), []

    class Failing:
        def __init__(self, _parts: object) -> None:
            begun.append(self)

        def run(self, stop: threading.Event) -> None:
            if len(begun) == 1:
                raise LookupError("once")
            again.set()
            stop.wait(10)

    polling: list[bool] = []
    container: Any = SimpleNamespace(
        view=SimpleNamespace(poll=lambda: None, run=lambda stop: polling.append(stop.wait(10))),
        uses=SimpleNamespace(flush=lambda _database: 0),
        database=None,
        administration_resource=SimpleNamespace(ensure=lambda _act: None),
        settings=SimpleNamespace(housekeeping=SimpleNamespace(mode="thread")),
        close=lambda: None,
    )
    monkeypatch.setattr("authserver.app.Housekeeping", Failing)
    monkeypatch.setattr("authserver.app.HOUSEKEEPING_AGAIN_SECONDS", 0.01)
    application = Application(container)
    application.start()
    assert again.wait(10)
    assert not polling
    application.close()
    assert polling == [True]


def test_a_defect_does_not_end_the_writing_of_last_uses(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    again, tried = threading.Event(), []

    def flush(_database: object) -> int:
        tried.append(True)
        if len(tried) < 3:
            raise LookupError("a row that nobody understands")
        again.set()
        return 0

    container: Any = SimpleNamespace(
        view=SimpleNamespace(poll=lambda: None, run=lambda stop: stop.wait(10)),
        uses=SimpleNamespace(flush=flush),
        database=None,
        administration_resource=SimpleNamespace(ensure=lambda _act: None),
        settings=SimpleNamespace(housekeeping=SimpleNamespace(mode="off")),
        close=lambda: None,
    )
    monkeypatch.setattr("authserver.app.FLUSH_SECONDS", 0.01)
    application = Application(container)
    application.start()
    assert again.wait(10)
    application.close()
    assert sum("last uses could not be written" in each.message for each in caplog.records) == 2
