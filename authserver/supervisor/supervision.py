"""The supervisor's loop: workers and housekeeping are there, whatever happens to them."""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import sys
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import DomainError
from authserver.supervisor import metrics_files
from authserver.supervisor.children import Child, start_child
from authserver.supervisor.listening import ListenRefused
from authserver.supervisor.readiness import answers
from authserver.supervisor.signals import RELOAD
from authserver.supervisor.slots import HOPELESS_FAILURES, START_SECONDS, Slot

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from authserver.domain.ports import Clock
    from authserver.supervisor.listeners import Listeners
    from authserver.supervisor.plans import ServePlan

log = logging.getLogger(__name__)

_TICK_SECONDS: Final = 0.2
AGAIN_SECONDS: Final = 1.0
"""Only a signal that comes later than this is a second one: some tools send each one twice."""
_HELPERS: Final = {
    "housekeeping": "authserver.supervisor.housekeeper",
    "metrics": "authserver.supervisor.metrics_listener",
}
"""Processes beside the workers: the field of the plan, and the module that runs it."""


def _is_terminal() -> bool:
    """Whether standard input is a terminal now: False after it was closed."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return os.isatty(sys.stdin.fileno())
    return False


class WorkersHopeless(DomainError):
    """No worker ever served: each ended again and again before it was ready."""

    hint = "the cause stands above, in what the workers wrote"


@dataclass
class Supervision:
    """One run.

    Args:
        plan: what to run.
        listeners: the listening sockets that the workers inherit.
        clock: for delays; its monotonic hand only.
        replan: gives the plan anew on SIGHUP. Raises DomainError to keep the old one.
        announce: is called once, with a line to print, when the server answers.
    """

    plan: ServePlan
    listeners: Listeners
    clock: Clock
    replan: Callable[[], ServePlan]
    announce: Callable[[str], None]
    workers: list[Slot] = field(init=False)
    helpers: list[Slot] = field(init=False)
    leaving: dict[int, tuple[Child, float]] = field(default_factory=dict)
    renewing: deque[Slot] = field(default_factory=deque)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    has_served: bool = False
    is_announced: bool = False
    stop_signals: int = 0
    first_stop_at: float = 0.0
    had_terminal: bool = field(default_factory=_is_terminal)

    def __post_init__(self) -> None:
        """Make the slots; nothing is started yet."""
        now = self.clock.monotonic()
        count = self.plan.workers
        self.workers = [Slot(f"worker-{index + 1}", retry_at=now) for index in range(count)]
        self.helpers = [
            Slot(name, retry_at=now) for name in _HELPERS if getattr(self.plan, name) is not None
        ]

    def run(self, wakeups: socket.socket) -> None:
        """Work until SIGTERM or SIGINT, then until every process has ended.

        Raises:
            WorkersHopeless: workers cannot start.
        """
        self.selector.register(wakeups, selectors.EVENT_READ)
        try:
            while not self.stop_signals:
                self._tick()
                self._wait(wakeups)
            self._stop(wakeups)
        finally:
            for child in self._children():
                child.kill()
                self._forget(child)
            self.selector.close()

    def _wait(self, wakeups: socket.socket) -> None:
        for key, _ in self.selector.select(_TICK_SECONDS):
            if key.fileobj is wakeups:
                self._on_signals(wakeups)
            else:
                self._on_status(key.data)

    def _on_signals(self, wakeups: socket.socket) -> None:
        for number in wakeups.recv(64):
            if number == RELOAD and not self._has_lost_terminal():
                self._reload()
            else:
                self._on_stop()

    def _on_stop(self) -> None:
        now = self.clock.monotonic()
        if not self.stop_signals:
            self.stop_signals, self.first_stop_at = 1, now
        elif now - self.first_stop_at >= AGAIN_SECONDS:
            self.stop_signals += 1

    def _has_lost_terminal(self) -> bool:
        """SIGHUP also comes when the terminal is closed: then nobody wants a server to stay."""
        return self.had_terminal and not _is_terminal()

    def _tick(self) -> None:
        now = self.clock.monotonic()
        for slot in self._slots():
            if slot.retry_at is not None and slot.retry_at <= now:
                slot.retry_at = None
                slot.child = self._start(slot)
            for child in (slot.child, slot.successor):
                if child and not child.is_ready and now - child.started_at > START_SECONDS:
                    log.error("%s: not ready after %d s, killed", slot.name, START_SECONDS)
                    child.kill()
        self._kill_overdue(now)
        if not self.is_announced and all(slot.is_ready for slot in self.workers):
            self._announce()

    def _announce(self) -> None:
        if answers(self.plan.listen, self.plan.host):
            self.is_announced = True
            self.announce(f"ready: {self.plan.url} ({self.plan.workers} workers)")

    def _start(self, slot: Slot) -> Child:
        now = self.clock.monotonic()
        if slot in self.workers:
            child = start_child(
                "authserver.supervisor.worker",
                self.plan.worker,
                started_at=now,
                pass_fds=[self.listeners.of(self.workers.index(slot)).fileno()],
            )
        else:
            child = start_child(_HELPERS[slot.name], getattr(self.plan, slot.name), started_at=now)
        self.selector.register(child.status, selectors.EVENT_READ, child)
        log.info("%s: started with pid %d", slot.name, child.pid)
        return child

    def _on_status(self, child: Child) -> None:
        slot = next((slot for slot in self._slots() if slot.holds(child)), None)
        if child.read_status():
            if slot is not None:
                self._on_ready(slot, child)
            return
        how = self._forget(child)
        self.leaving.pop(child.pid, None)
        if slot is not None:
            self._on_end(slot, child, how)

    def _on_ready(self, slot: Slot, child: Child) -> None:
        self.has_served = self.has_served or slot in self.workers
        replaced = slot.note_ready(child)
        if replaced is not None:
            self._let_go(replaced)
        self._renew_next()

    def _on_end(self, slot: Slot, child: Child, how: str) -> None:
        was_successor = child is slot.successor
        slot.note_end(child, self.clock.monotonic())
        self._retire_listener(slot, child)
        when = "at work" if child.is_ready else "before it was ready"
        log.error("%s: pid %d ended %s: %s", slot.name, child.pid, when, how)
        if was_successor and self.renewing:
            log.error("reload abandoned: the remaining processes stay as they are")
            self.renewing.clear()
        if not self.has_served and all(slot.failures >= HOPELESS_FAILURES for slot in self.workers):
            raise WorkersHopeless(
                f"every worker ended {HOPELESS_FAILURES} times before it could serve"
            )

    def _retire_listener(self, slot: Slot, child: Child) -> None:
        """A worker that does not start again must not have connections wait for it."""
        others_serve = any(other.is_ready for other in self.workers)
        if slot in self.workers and slot.is_empty and not child.is_ready and others_serve:
            with contextlib.suppress(ListenRefused):
                self.listeners.retire(self.workers.index(slot))

    def _reload(self) -> None:
        try:
            plan = self.replan()
        except DomainError as error:
            log.error("reload refused, the old configuration stays: %s", error)  # noqa: TRY400 - the text says it all
            return
        if plan.fixed_parts() != self.plan.fixed_parts():
            log.warning("reload: addresses, worker count and files change only at a restart")
            return
        self.plan = plan
        self.renewing = deque(self._slots())
        self._renew_next()

    def _renew_next(self) -> None:
        """One slot after the other, so that there are always workers to answer."""
        if any(slot.successor is not None for slot in self._slots()):
            return
        while self.renewing:
            slot = self.renewing.popleft()
            if slot.child is not None:  # else the slot starts anew anyway
                slot.successor = self._start(slot)
                return

    def _let_go(self, child: Child) -> None:
        child.ask_to_stop()
        self.leaving[child.pid] = (child, self.clock.monotonic() + self.plan.drain_seconds)

    def _kill_overdue(self, now: float) -> None:
        for child, deadline in self.leaving.values():
            if deadline <= now:
                log.warning("pid %d has not finished, killed", child.pid)
                child.kill()

    def _stop(self, wakeups: socket.socket) -> None:
        """Workers first; housekeeping ends after them and finds what they left."""
        log.info("stopping")
        self.listeners.close()
        for slots in (self.workers, self.helpers):
            for slot in slots:
                for child in (slot.child, slot.successor):
                    if child is not None:
                        self._let_go(child)
                slot.child = slot.successor = slot.retry_at = None
            while self.leaving:
                self._wait(wakeups)
                # A second signal means: now.
                hurry = self.stop_signals > 1
                self._kill_overdue(float("inf") if hurry else self.clock.monotonic())

    def _forget(self, child: Child) -> str:
        """Reap an ended process; how it ended."""
        with contextlib.suppress(KeyError):
            self.selector.unregister(child.status)
        how = child.reap()
        metrics_files.forget(self.plan.metrics_directory, child.pid)
        return how

    def _slots(self) -> Iterator[Slot]:
        yield from self.workers
        yield from self.helpers

    def _children(self) -> list[Child]:
        seated = [each for slot in self._slots() for each in (slot.child, slot.successor)]
        return [each for each in seated if each] + [each for each, _ in self.leaving.values()]
