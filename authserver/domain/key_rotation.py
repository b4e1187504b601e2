"""What is due in the life of a ring's keys: a rule, not an act.

One ring is all keys of one algorithm. In the normal course it has one active key and one next
key, so that a successor is published (and in every cache) long before it signs, also when the
active key has to be revoked at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from authserver.domain.errors import InvalidField
from authserver.domain.keys import KeyState, KeyTimes, SigningAlgorithm, SigningKey
from authserver.domain.tokens import ACCESS_TOKEN_SECONDS_MAX

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class MakeKey:
    """A key in state `next` is to be made and published."""

    algorithm: SigningAlgorithm


@dataclass(frozen=True, slots=True)
class MoveKey:
    """A key is to go from state `expected` to state `to`; void when it is elsewhere by then."""

    kid: str
    expected: KeyState
    to: KeyState


KeyStep = MakeKey | MoveKey


def due_steps(
    keys: Iterable[SigningKey],
    algorithm: SigningAlgorithm,
    times: KeyTimes,
    now: float,
    *,
    early: bool = False,
) -> Sequence[KeyStep]:
    """What has to happen to the ring of `algorithm` at `now`, in the order of the list.

    Take the steps in one transaction, then ask again until the list is empty: a step can make
    another one due (a first key is made, then activated). Asking twice gives the same list.

    A next key signs only after it was published for `times.announce` seconds. The exception is a
    ring in which nothing signs: at the first start nobody has cached anything yet, and after an
    emergency revocation an outage for everybody is worse than a miss for some caches.

    With `early` the active key's time counts as over (an administrator rotates now); the
    announcement still holds.
    """
    ring = [key for key in keys if key.algorithm is algorithm]
    waiting = _in_state(ring, KeyState.NEXT, "created_at")
    active = _in_state(ring, KeyState.ACTIVE, "activated_at")
    retiring = _in_state(ring, KeyState.RETIRING, "retired_at")
    steps: list[KeyStep] = []
    # Two active keys are what a crash between two steps leaves behind: the last one goes on.
    outgoing = active[:-1]
    if not active and waiting:
        steps.append(MoveKey(waiting.pop(0).kid, KeyState.NEXT, KeyState.ACTIVE))
    elif active and waiting and waiting[0].created_at + times.announce <= now:
        activated_at = active[-1].activated_at or 0.0
        if early or activated_at + times.use <= now:
            steps.append(MoveKey(waiting.pop(0).kid, KeyState.NEXT, KeyState.ACTIVE))
            outgoing = active
    if not waiting:
        steps.append(MakeKey(algorithm))
    steps.extend(MoveKey(key.kid, KeyState.ACTIVE, KeyState.RETIRING) for key in outgoing)
    steps.extend(
        MoveKey(key.kid, KeyState.RETIRING, KeyState.GONE)
        for key in retiring
        if (key.retired_at or 0.0) + times.keep <= now
    )
    return steps


def early_rotation_at(
    keys: Iterable[SigningKey], algorithm: SigningAlgorithm, times: KeyTimes
) -> float | None:
    """From when (seconds since the epoch) an early rotation is possible; `None` without a next key.

    Before that the next key may be missing in caches.
    """
    waiting = _in_state(
        [key for key in keys if key.algorithm is algorithm], KeyState.NEXT, "created_at"
    )
    return waiting[0].created_at + times.announce if waiting else None


def check_key_times(times: KeyTimes) -> KeyTimes:
    """Return `times` when no cache and no token can outlive what they rely on.

    Raises:
        InvalidField: names the time that is too short.
    """
    if times.jwks_max_age < 1:
        raise InvalidField("jwks_max_age", "1 second or more")
    if times.announce <= times.jwks_max_age:
        raise InvalidField("announce", "longer than jwks_max_age")
    if times.use < times.announce:
        raise InvalidField("use", "announce or longer")
    if times.keep <= ACCESS_TOKEN_SECONDS_MAX:
        raise InvalidField("keep", f"longer than any token lives ({ACCESS_TOKEN_SECONDS_MAX} s)")
    return times


def _in_state(ring: Iterable[SigningKey], state: KeyState, since: str) -> list[SigningKey]:
    """The keys in one state, longest first; equal times are told apart by `kid`, everywhere."""
    when = attrgetter(since)
    return sorted(
        (key for key in ring if key.state is state),
        key=lambda key: (when(key) or 0.0, key.kid),
    )
