"""The life of signing keys: made, announced, used, retired, ended; or revoked at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import Conflict, NotFound
from authserver.domain.key_rotation import MakeKey, due_steps, early_rotation_at
from authserver.domain.keys import KeyState, SigningAlgorithm
from authserver.domain.texts import shown_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authserver.domain.key_ports import KeyMaker
    from authserver.domain.key_rotation import KeyStep
    from authserver.domain.keys import KeyTimes, SigningKey
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration

Result = TypeVar("Result")

LEASE: Final = "signing-keys"
LEASE_SECONDS: Final = 30.0
MOST_STEPS: Final = 20
"""A ring is quiet after two or three rounds; more means that the rules contradict themselves."""


class SigningKeys:
    """Use cases of the key rings; one worker at a time, by lease."""

    def __init__(
        self, *, administration: Administration, key_maker: KeyMaker, times: KeyTimes
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._key_maker = key_maker
        self._times = times

    @property
    def times(self) -> KeyTimes:
        """How long each state lasts."""
        return self._times

    def list(self) -> Sequence[SigningKey]:
        """Every key, oldest first."""
        with self._administration.database.reading() as stores:
            return stores.keys.list()

    def maintain(self, holder: str, act: Act) -> int:
        """Do what is due in every ring; how many steps were taken. Idempotent, one worker at once.

        Raises:
            StorageUnavailable: nothing was changed.
        """
        now = self._administration.clock.now()
        keys = self.list()
        if not any(due_steps(keys, algorithm, self._times, now) for algorithm in SigningAlgorithm):
            return 0
        return self._attempting(act, lambda attempt: self._maintain(holder, attempt))

    def _maintain(self, holder: str, attempt: _Attempt) -> int:
        with self._administration.database.writing() as stores:
            if not stores.leases.acquire(LEASE, holder, attempt.now, LEASE_SECONDS):
                return 0
            return sum(self._work_off(stores, each, attempt) for each in SigningAlgorithm)

    def rotate(self, algorithm: SigningAlgorithm | None, act: Act) -> Sequence[SigningKey]:
        """Let the announced next key of a ring (or of each) sign from now on; the active ones then.

        Raises:
            Conflict: a next key was not announced long enough yet: caches may not have it.
        """
        chosen = list(SigningAlgorithm) if algorithm is None else [algorithm]
        return self._attempting(act, lambda attempt: self._rotate(chosen, attempt))

    def _rotate(
        self, chosen: Sequence[SigningAlgorithm], attempt: _Attempt
    ) -> Sequence[SigningKey]:
        with self._administration.changing([], takes_power=False) as stores:
            keys = stores.keys.list()
            for one in chosen:
                possible = early_rotation_at(keys, one, self._times)
                if possible is not None and possible > attempt.now:
                    raise Conflict(
                        f"the next {one} key was not announced long enough: caches may hold "
                        f"a JWKS without it until {shown_time(possible)}; rotate then, "
                        "or revoke the active key if it is compromised"
                    )
                self._work_off(stores, one, attempt, early=True)
            keys = stores.keys.list()
        return [key for key in keys if key.state is KeyState.ACTIVE and key.algorithm in chosen]

    def revoke(self, kid: str, act: Act) -> SigningKey | None:
        """End a key at once: it leaves the JWKS and no token it signed counts any more.

        Returns the key that signs instead, if the revoked one was signing.

        Raises:
            NotFound: there is no such key.
            Conflict: the key has ended already.
        """
        return self._attempting(act, lambda attempt: self._revoke(kid, attempt))

    def _revoke(self, kid: str, attempt: _Attempt) -> SigningKey | None:
        with self._administration.changing(_changed(kid), takes_power=True) as stores:
            key = next((key for key in stores.keys.list() if key.kid == kid), None)
            if key is None:
                raise NotFound("key", kid)
            if not key.state.is_published:
                raise Conflict(f"key {kid} is {key.state} already: nothing it signed counts")
            if not stores.keys.move(kid, expected=key.state, to=KeyState.REVOKED, at=attempt.now):
                raise Conflict(f"key {kid} has just changed its state: look again and repeat")
            self._administration.record(
                stores,
                attempt.act,
                "key.revoked",
                kid,
                {"before": str(key.state), "algorithm": str(key.algorithm)},
            )
            self._work_off(stores, key.algorithm, attempt)
            keys = stores.keys.list()
        if key.state is not KeyState.ACTIVE:
            return None
        return next(
            (
                other
                for other in keys
                if other.state is KeyState.ACTIVE and other.algorithm is key.algorithm
            ),
            None,
        )

    def _attempting(self, act: Act, work: Callable[[_Attempt], Result]) -> Result:
        """Do the work in one transaction; where it lacks a new key, make that and begin again.

        An RSA key takes a second to make, for which no transaction may be held open: SQLite has
        one writer.
        """
        spares: list[SigningKey] = []
        while True:
            now = self._administration.clock.now()
            try:
                return work(_Attempt(act, now, list(spares)))
            except _KeyNeeded as needed:
                spares.append(self._key_maker.make(needed.algorithm, now))

    def _work_off(
        self,
        stores: Stores,
        algorithm: SigningAlgorithm,
        attempt: _Attempt,
        *,
        early: bool = False,
    ) -> int:
        taken = 0
        now = attempt.now
        steps = due_steps(stores.keys.list(), algorithm, self._times, now, early=early)
        while steps:
            for step in steps:
                self._take(stores, step, attempt)
            taken += len(steps)
            if taken > MOST_STEPS:
                raise Conflict(f"the {algorithm} ring does not come to rest")
            steps = due_steps(stores.keys.list(), algorithm, self._times, now)
        return taken

    def _take(self, stores: Stores, step: KeyStep, attempt: _Attempt) -> None:
        if isinstance(step, MakeKey):
            key = attempt.spare(step.algorithm)
            stores.keys.add(key)
            stores.authority.advance(_changed(key.kid))
            self._administration.record(
                stores, attempt.act, "key.made", key.kid, {"algorithm": str(step.algorithm)}
            )
            return
        if stores.keys.move(step.kid, expected=step.expected, to=step.to, at=attempt.now):
            stores.authority.advance(_changed(step.kid))
            self._administration.record(
                stores,
                attempt.act,
                f"key.{step.to}",
                step.kid,
                {"before": str(step.expected), "after": str(step.to)},
            )


class _KeyNeeded(Exception):
    """The transaction needs a key that was not made before it."""

    def __init__(self, algorithm: SigningAlgorithm) -> None:
        super().__init__(algorithm)
        self.algorithm = algorithm


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One transaction's worth of an act, and the keys that were made for it beforehand."""

    act: Act
    now: float
    spares: list[SigningKey]

    def spare(self, algorithm: SigningAlgorithm) -> SigningKey:
        """A new key, as old as the transaction: only that publishes it. Raises _KeyNeeded."""
        for key in self.spares:
            if key.algorithm is algorithm:
                self.spares.remove(key)
                return replace(key, created_at=self.now)
        raise _KeyNeeded(algorithm)


def _changed(kid: str) -> list[Change]:
    return [Change(ChangeKind.KEY, kid, 0.0)]
