"""Work beside the requests, each kind at its own pace, none stopping another."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.errors import DomainError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence

    from authserver.domain.ports import Clock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to do again and again: `work` every `seconds`, the first time at once."""

    name: str
    seconds: float
    work: Callable[[], object]


def run_chores(chores: Sequence[Chore], clock: Clock, stop: threading.Event) -> None:
    """Do what is due until `stop` is set.

    A refusal (database away, lease elsewhere) is logged once until it is over, and the chore
    tried again at its own pace. Any other exception goes up: it is a defect.
    """
    due = {chore.name: clock.monotonic() for chore in chores}
    in_trouble: set[str] = set()
    while not stop.is_set():
        for chore in chores:
            if stop.is_set() or clock.monotonic() < due[chore.name]:
                continue
            try:
                chore.work()
            except DomainError as error:
                if chore.name not in in_trouble:
                    log.warning("%s: tried again later: %s", chore.name, error)
                in_trouble.add(chore.name)
            else:
                if chore.name in in_trouble:
                    log.warning("%s: works again", chore.name)
                in_trouble.discard(chore.name)
            due[chore.name] = clock.monotonic() + chore.seconds
        stop.wait(max(0.0, min(due.values()) - clock.monotonic()))
