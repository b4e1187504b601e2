"""What becomes of a signing key, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.keys import KeyState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.keys import KeyTimes, SigningKey


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
