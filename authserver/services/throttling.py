"""Throttling of failed credentials, per caller and network."""

from __future__ import annotations

import hashlib
import ipaddress
import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import Throttled
from authserver.services.throttle_memory import WindowMemory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from authserver.domain.calls import Call
    from authserver.domain.ports import Clock, Stores

NETWORK: Final = "network"
IPV4: Final = 4
IPV6_NETWORK_BITS: Final = 64
"""One IPv6 customer has at least a /64: counting single addresses would count nothing."""


@dataclass(frozen=True, slots=True)
class ThrottleLimits:
    """How many failures a window of `window_seconds` forgives.

    `per_caller` counts one principal (client id, resource name) from one network, gateways there as
    one; `per_network` everything from one network; the prefixes say how many bits of an address
    name a network.
    """

    per_caller: int = 20
    per_network: int = 200
    window_seconds: int = 60
    ipv4_prefix: int = 32
    ipv6_prefix: int = IPV6_NETWORK_BITS


class PrincipalKind(StrEnum):
    """What an attempt claims to be."""

    CLIENT = "client"
    RESOURCE = "resource"
    GATEWAY = "gateway"
    REGISTRATION = "registration"
    """Somebody with a token for registering, or for one registration."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tries to prove to be `name`: that is what was sent, it may be anything.

    With `or_resource` a client was looked for, but the name may be meant as a resource's.
    """

    kind: PrincipalKind
    name: str
    call: Call
    or_resource: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Too many failures from `network`: of one principal, or (kind "network") of all together.

    It lasts `until` (seconds since the epoch). Many failures may lead to it, on several workers at
    once; it `begins` with exactly one of them.
    """

    key: str
    kind: str
    network: str
    until: float
    begins: bool


def network_of(peer: str, limits: ThrottleLimits) -> str:
    """The network that shares a counter with `peer`; what is no address stands for itself."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    prefix = limits.ipv4_prefix if address.version == IPV4 else limits.ipv6_prefix
    return str(ipaddress.ip_network((address, prefix), strict=False))


class Throttle:
    """Counts failures in the database, remembers blocks in the worker.

    A blocked caller is refused before anything is looked at. A blocked network is refused only
    what it fails with: a right credential from there passes, for offices and proxies share an
    address. What fails in a blocked network is counted in the worker's memory alone, so that a
    flood of guesses writes nothing.

    A block is learnt with the failure that crosses the limit, so a worker that does not know it
    yet lets at most one more attempt through. Only failures cost a write.
    """

    def __init__(self, clock: Clock, limits: ThrottleLimits) -> None:
        """Start with no block known."""
        self._clock = clock
        self._limits = limits
        self._memory = WindowMemory(0.0, 0.0)

    def check_caller(self, attempt: Attempt) -> None:
        """Let the caller try; before its credential is looked at.

        Raises:
            Throttled: too many failures of this principal from this network in this window.
        """
        memory = self._current()
        # Most of the time nobody is blocked, and every request comes by here.
        if memory.has_blocks and memory.is_blocked(self._keys(attempt)[0]):
            raise self._refusal(memory)

    def check_network(self, attempt: Attempt) -> None:
        """Let the caller fail, once its credential is known to be no good.

        Raises:
            Throttled: its network is blocked; the failure was counted here and needs no record.
        """
        memory = self._current()
        caller, network = self._keys(attempt)
        if not memory.is_blocked(network):
            return
        if memory.count(caller) >= self._limits.per_caller:
            memory.block(caller)
        raise self._refusal(memory)

    def count(self, stores: Stores, attempt: Attempt) -> Sequence[Block]:
        """Count one failure in the caller's transaction; the blocks that it leads to.

        `remember` them once the transaction is committed.
        """
        memory = self._current()
        caller, network = self._keys(attempt)
        limits = {caller: self._limits.per_caller, network: self._limits.per_network}
        counts = stores.failures.add(limits, memory.start, memory.end)
        return [
            Block(
                key=key,
                kind=attempt.kind if key == caller else NETWORK,
                network=network_of(attempt.call.peer, self._limits),
                until=memory.end,
                begins=counts[key] == limit,
            )
            for key, limit in limits.items()
            if counts[key] >= limit
        ]

    def remember(self, blocks: Iterable[Block]) -> None:
        """Refuse from now on, until the window ends."""
        memory = self._current()
        for block in blocks:
            if block.until == memory.end:
                memory.block(block.key)

    def _current(self) -> WindowMemory:
        window = self._limits.window_seconds
        now = self._clock.now()
        start = now - now % window
        memory = self._memory
        if memory.start != start:
            memory = self._memory = WindowMemory(start, start + window)
        return memory

    def _refusal(self, memory: WindowMemory) -> Throttled:
        # Does not say who: what came as a client id may be a secret in the wrong field.
        seconds = max(1, math.ceil(memory.end - self._clock.now()))
        return Throttled(seconds, detail="too many failures before this one")

    def _keys(self, attempt: Attempt) -> tuple[str, str]:
        network = network_of(attempt.call.peer, self._limits)
        # Digests: what was sent as a client id may be a secret in the wrong field.
        return (_key(attempt.kind, attempt.name, network), _key(NETWORK, "", network))


def _key(kind: str, principal: str, network: str) -> str:
    text = f"{kind}\0{principal}\0{network}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:40]
