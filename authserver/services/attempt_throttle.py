"""Wrong credentials at gateways: too many different ones from a network are answered 429."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.services.failed_authentications import THROTTLED
from authserver.services.throttle_memory import WindowMemory
from authserver.services.throttling import NETWORK, network_of

if TYPE_CHECKING:
    from authserver.domain.ports import Database
    from authserver.services.throttling import ThrottleLimits

REASON: Final = "too many wrong credentials at gateways"


class AttemptThrottle:
    """Satisfies `services.decision_ports.AttemptThrottle`.

    Guessing means ever new credentials, so each is counted once in a window for its network, by all
    workers together: an integration that goes on with a token nobody knows any more counts one, and
    shuts nobody out. Expired and revoked tokens are not guessed, and whoever is asked for them does
    not count them here. A right credential passes whatever its network did, as everywhere.

    Once a network is blocked, nothing more is written until the window ends; what a worker
    remembers has a bound.
    """

    def __init__(self, database: Database, limits: ThrottleLimits) -> None:
        """Take the collaborators; start with no block known."""
        self._database = database
        self._limits = limits
        self._memory = WindowMemory(0.0, 0.0)

    def blocked_for(self, address: str, at: float) -> int:
        """Whole seconds for which wrong credentials from there are answered 429; 0: not blocked."""
        memory = self._current(at)
        if not memory.has_blocks or not memory.is_blocked(self._network_key(address)):
            return 0
        return max(1, math.ceil(memory.end - at))

    def failed(self, address: str, presented: str, at: float) -> None:
        """A wrong credential came; `presented` is told apart from others and never kept.

        Raises:
            StorageUnavailable: it could not be counted.
        """
        memory = self._current(at)
        network = self._network_key(address)
        # Of the network too: who guesses from many does so from each.
        credential = _key("credential", network, presented)
        if memory.is_blocked(network) or memory.is_blocked(credential):
            return
        with self._database.writing() as stores:
            known = stores.failures.add([credential], memory.start, memory.end)
            if known[credential] == 1:
                count = stores.failures.add([network], memory.start, memory.end)[network]
                if count == self._limits.per_network:
                    stores.audit.add(self._record(address, at, memory.end))
            else:
                count = stores.failures.counts([network], memory.start).get(network, 0)
        memory.block(network if count >= self._limits.per_network else credential)

    def _current(self, at: float) -> WindowMemory:
        window = self._limits.window_seconds
        start = at - at % window
        memory = self._memory
        if memory.start != start:
            memory = self._memory = WindowMemory(start, start + window)
        return memory

    def _network_key(self, address: str) -> str:
        return _key(NETWORK, network_of(address, self._limits), "")

    def _record(self, address: str, at: float, until: float) -> AuditEvent:
        network = network_of(address, self._limits)
        return AuditEvent(
            at=at,
            action=THROTTLED[NETWORK],
            outcome=Outcome.REFUSED,
            actor=Actor(ActorKind.ANONYMOUS, ""),
            object_kind=NETWORK,
            object_id=network,
            reason=REASON,
            peer=address,
            details={"network": network, "until": until},
        )


def _key(kind: str, network: str, presented: str) -> str:
    text = f"decision\0{kind}\0{network}\0{presented}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:40]
