"""How `authserver key` shows signing keys, and what happens to each when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.cli.durations import shown_age
from authserver.domain.audit_times import written
from authserver.domain.keys import KeyState
from authserver.domain.texts import shown_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.keys import KeyTimes, SigningKey

COLUMNS: Final = ("algorithm", "key", "state", "made", "since", "then")
WORDS: Final[Mapping[KeyState, str]] = {
    KeyState.ACTIVE: "signs from",
    KeyState.RETIRING: "retires",
    KeyState.GONE: "is removed",
}
"""What the change to a state means for the key."""
ORDER: Final = tuple(KeyState)


def key_row(key: SigningKey, ring: Sequence[SigningKey], times: KeyTimes, now: float) -> list[str]:
    """One key in a table; `ring` is all keys of its algorithm."""
    following = next_change(key, ring, times)
    then = "-"
    if following is not None:
        state, at = following
        then = f"{WORDS[state]} {'now' if at <= now else shown_time(at)}"
    return [
        str(key.algorithm),
        key.kid,
        str(key.state),
        shown_age(key.created_at, now),
        shown_age(since(key), now),
        then,
    ]


def key_value(
    key: SigningKey, ring: Sequence[SigningKey], times: KeyTimes
) -> dict[str, str | None]:
    """One key for JSON; times are ISO 8601 in UTC."""
    following = next_change(key, ring, times)
    stamps = {
        "created_at": key.created_at,
        "activated_at": key.activated_at,
        "retired_at": key.retired_at,
        "ended_at": key.ended_at,
        "next_at": None if following is None else following[1],
    }
    return {
        "kid": key.kid,
        "algorithm": str(key.algorithm),
        "state": str(key.state),
        "next_state": None if following is None else str(following[0]),
        **{name: None if at is None else written(at) for name, at in stamps.items()},
    }


def since(key: SigningKey) -> float:
    """When the key reached its state (seconds since the epoch)."""
    reached = {
        KeyState.ACTIVE: key.activated_at,
        KeyState.RETIRING: key.retired_at,
        KeyState.GONE: key.ended_at,
        KeyState.REVOKED: key.ended_at,
    }.get(key.state)
    return key.created_at if reached is None else reached


def next_change(
    key: SigningKey, ring: Sequence[SigningKey], times: KeyTimes
) -> tuple[KeyState, float] | None:
    """The state that comes next and from when (seconds since the epoch); `None` at the end.

    An active key goes on until its successor was announced long enough.
    """
    if not key.state.is_published:
        return None
    if key.state is KeyState.RETIRING:
        return KeyState.GONE, since(key) + times.keep
    active = [each for each in ring if each.state is KeyState.ACTIVE]
    waiting = [each for each in ring if each.state is KeyState.NEXT]
    used_up = max((since(each) + times.use for each in active), default=0.0)
    announced = min((each.created_at + times.announce for each in waiting), default=0.0)
    change_over = max(used_up, announced)
    if key.state is KeyState.ACTIVE:
        return KeyState.RETIRING, change_over
    return KeyState.ACTIVE, change_over if active else key.created_at


def in_order(keys: Sequence[SigningKey], *, ended: bool) -> list[SigningKey]:
    """By algorithm, then next, active, retiring; with `ended` those that are over, last."""
    shown = [key for key in keys if ended or key.state.is_published]
    return sorted(
        shown, key=lambda key: (key.algorithm, ORDER.index(key.state), -key.created_at, key.kid)
    )
