"""How `authserver key` shows signing keys, and what happens to each when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.cli.durations import shown_age
from authserver.domain.audit_times import written
from authserver.domain.key_prospects import next_change, since
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


def in_order(keys: Sequence[SigningKey], *, ended: bool) -> list[SigningKey]:
    """By algorithm, then next, active, retiring; with `ended` those that are over, last."""
    shown = [key for key in keys if ended or key.state.is_published]
    return sorted(
        shown, key=lambda key: (key.algorithm, ORDER.index(key.state), -key.created_at, key.kid)
    )
