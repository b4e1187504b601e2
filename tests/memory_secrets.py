"""What the stores in memory share: the transaction they belong to, and secrets that end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.domain.stored_secrets import StoredSecret
    from tests.memory_database import MemoryState


class MemoryStore:
    """A store of one transaction: its state, and whom it tells of each call."""

    def __init__(self, state: MemoryState, told: Callable[..., None]) -> None:
        self._state = state
        self._told = told


def ended(secret: StoredSecret, keep: str, at: float) -> StoredSecret:
    if secret.secret_id == keep or (secret.expires_at is not None and secret.expires_at <= at):
        return secret
    return replace(secret, expires_at=at)


def used(secret: StoredSecret, uses: Mapping[str, float]) -> StoredSecret:
    at = uses.get(secret.secret_id, secret.last_used_at)
    if at is None or (secret.last_used_at is not None and at < secret.last_used_at):
        return secret
    return replace(secret, last_used_at=at)
