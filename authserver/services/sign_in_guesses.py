"""Guesses at passwords: counted before they are looked at, so that no burst gets more of them."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import Throttled
from authserver.services.throttling import network_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.calls import Call
    from authserver.domain.ports import Database, Stores
    from authserver.services.throttling import ThrottleLimits

NETWORK_FACTOR: Final = 10
"""One network may guess at so many accounts as if they were one: offices share an address."""


@dataclass(frozen=True, slots=True)
class GuessLimits:
    """How many wrong passwords a window of `window_seconds` forgives; `networks` say what one is.

    `per_network` for one account from one network (ten times that for all accounts together), and
    for one account from a browser that knows it; `per_account` from everywhere else together.
    """

    per_network: int
    per_account: int
    window_seconds: int
    networks: ThrottleLimits


@dataclass(frozen=True, slots=True)
class Guess:
    """One counted try. `full` names the counters that it filled: blocks begin with it."""

    keys: Sequence[str]
    window_start: float
    full: Sequence[str]


class SignInGuesses:
    """Counters of wrong passwords, in the database, for all workers together.

    A browser in which the account's owner has signed in before has a counter of its own and meets
    no other: however many strangers guess, in the same network too, the owner gets in.
    """

    def __init__(self, database: Database, limits: GuessLimits) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._limits = limits

    def count(self, account: str, *, known_browser: str, call: Call) -> Guess:
        """Count one try at `account` ahead of it.

        `account` is one text however the account was named; `known_browser` identifies a browser
        that knows it, else it is empty.

        Raises:
            Throttled: there were too many; nothing may be looked at.
            StorageUnavailable: the database does not answer.
        """
        window = self._limits.window_seconds
        start = call.at - call.at % window
        limits = self._counters(account, known_browser, call)
        keys = {_key(name, *parts): (name, limit) for (name, *parts), limit in limits.items()}
        with self._database.reading() as stores:
            # A flood of guesses at a blocked account writes nothing.
            self._refuse_over(stores.failures.counts(keys, start), keys, start, call, taken=0)
        with self._database.writing() as stores:
            counts = stores.failures.add(keys, start, start + window)
        self._refuse_over(counts, keys, start, call, taken=1)
        full = [name for key, (name, limit) in keys.items() if counts[key] == limit]
        return Guess(tuple(keys), start, full)

    @staticmethod
    def take_back(stores: Stores, guess: Guess) -> None:
        """It was no wrong password."""
        stores.failures.take_back(guess.keys, guess.window_start)

    def _counters(
        self, account: str, known_browser: str, call: Call
    ) -> Mapping[tuple[str, ...], int]:
        limits = self._limits
        if known_browser:
            return {("browser", account, known_browser): limits.per_network}
        network = network_of(call.peer, limits.networks)
        return {
            ("account and network", account, network): limits.per_network,
            ("account", account): limits.per_account,
            ("network", network): limits.per_network * NETWORK_FACTOR,
        }

    def _refuse_over(
        self,
        counts: Mapping[str, int],
        keys: Mapping[str, tuple[str, int]],
        start: float,
        call: Call,
        *,
        taken: int,
    ) -> None:
        if all(counts.get(key, 0) < limit + taken for key, (_, limit) in keys.items()):
            return
        left = start + self._limits.window_seconds - call.at
        raise Throttled(max(1, math.ceil(left)), detail="too many wrong passwords before this one")


def _key(*parts: str) -> str:
    text = "\0".join(("sign-in", *parts)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:40]
