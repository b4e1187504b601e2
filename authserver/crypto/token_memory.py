"""Verified claims, remembered: the signature of a token is checked once per worker."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authserver.domain.tokens import AccessToken

SCOPES_IN_A_UNIT: Final = 8
"""So many scopes of a token take as much memory as everything else it says: about 1 KiB."""


class VerifiedTokens:
    """A memory for `capacity` ordinary tokens that one keyring hands to its successor.

    A token with many scopes takes the room of several: clients choose how many they ask for, and
    must not be able to fill the worker's memory with them.

    Only what verified is kept, under the SHA-256 of the token's text. A keyring looks here only
    for tokens whose key it publishes, so a revoked key's tokens are dead with the new keyring,
    while a rotation empties nothing.

    Two generations share the capacity: what is found in the old one moves to the young one; when
    that is full it becomes the old one, and the old one is forgotten. Reads take no lock.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 2:  # noqa: PLR2004 - one for each generation
            raise ValueError("a capacity is 2 or more")
        self._generation_size = capacity // 2
        self._young: dict[bytes, AccessToken] = {}
        self._old: dict[bytes, AccessToken] = {}
        self._taken = 0
        """Units in the young generation."""
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many are held; one that moved to the young generation may count twice."""
        return len(self._young) + len(self._old)

    def get(self, name: bytes) -> AccessToken | None:
        """The claims of the token whose text has this SHA-256."""
        known = self._young.get(name)
        if known is None:
            known = self._old.get(name)
            if known is not None:
                self.keep(name, known)
        return known

    def keep(self, name: bytes, token: AccessToken) -> None:
        """Remember a token that has just been verified."""
        units = 1 + len(token.scopes) // SCOPES_IN_A_UNIT
        with self._lock:
            if name in self._young or units > self._generation_size:
                return
            if self._taken + units > self._generation_size:
                self._old, self._young = self._young, {}
                self._taken = 0
            self._young[name] = token
            self._taken += units
