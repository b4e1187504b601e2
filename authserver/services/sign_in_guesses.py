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
    """One counted try. `full` names the counters that it filled: blocks begin with it.

    With `is_over` it is one too many for the account, by whatever name: it must fail like any wrong
    one, and nobody be told why.
    """

    keys: Sequence[str]
    window_start: float
    full: Sequence[str]
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class _Counter:
    """One counter; a silent one refuses without a word."""

    name: str
    limit: int
    is_silent: bool = False


class SignInGuesses:
    """Counters of wrong passwords, in the database, for all workers together.

    A browser in which the account's owner has signed in before has a counter of its own and meets
    no other: however many strangers guess, in the same network too, the owner gets in.

    An account has several names. Who is told of a block is told by the name that was typed: a block
    that began under another name would tell that both are one account, and that there is one.
    """

    def __init__(self, database: Database, limits: GuessLimits) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._limits = limits

    def count(self, account: str, *, known_browser: str, call: Call, named: str = "") -> Guess:
        """Count one try at `account` ahead of it.

        `account` is one text however the account was named, and `named` how it was, where whoever
        asks may not know that they are the same; `known_browser` identifies a browser that knows
        it, else it is empty.

        Raises:
            Throttled: there were too many; nothing may be looked at.
            StorageUnavailable: the database does not answer.
        """
        window = self._limits.window_seconds
        start = call.at - call.at % window
        keys = self._counters(account, known_browser, call, named)
        with self._database.reading() as stores:
            # A flood of guesses at a blocked account writes nothing.
            self._refuse_over(stores.failures.counts(keys, start), keys, start, call, taken=0)
        with self._database.writing() as stores:
            counts = stores.failures.add(keys, start, start + window)
        self._refuse_over(counts, keys, start, call, taken=1)
        full = {each.name for key, each in keys.items() if counts[key] == each.limit}
        over = any(counts[key] > each.limit for key, each in keys.items() if each.is_silent)
        return Guess(tuple(keys), start, sorted(full), is_over=over)

    @staticmethod
    def take_back(stores: Stores, guess: Guess) -> None:
        """It was no wrong password."""
        stores.failures.take_back(guess.keys, guess.window_start)

    def _counters(
        self, account: str, known_browser: str, call: Call, named: str
    ) -> Mapping[str, _Counter]:
        limits = self._limits
        if known_browser:
            key = _key("browser", account, known_browser)
            return {key: _Counter("browser", limits.per_network)}
        network = network_of(call.peer, limits.networks)
        everybody = _Counter("network", limits.per_network * NETWORK_FACTOR)
        counters = {_key("network", network): everybody}
        for text in dict.fromkeys((named or account, account)):
            is_silent = text != (named or account)
            here = _Counter("account and network", limits.per_network, is_silent)
            counters[_key(here.name, text, network)] = here
            counters[_key("account", text)] = _Counter("account", limits.per_account, is_silent)
        return counters

    def _refuse_over(
        self,
        counts: Mapping[str, int],
        keys: Mapping[str, _Counter],
        start: float,
        call: Call,
        *,
        taken: int,
    ) -> None:
        told = {key: each.limit for key, each in keys.items() if not each.is_silent}
        if all(counts.get(key, 0) < limit + taken for key, limit in told.items()):
            return
        left = start + self._limits.window_seconds - call.at
        raise Throttled(max(1, math.ceil(left)), detail="too many wrong passwords before this one")


def _key(*parts: str) -> str:
    text = "\0".join(("sign-in", *parts)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:40]
