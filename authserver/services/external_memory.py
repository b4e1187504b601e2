"""Verified claims of foreign tokens, remembered: a signature is checked once per worker."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.external_tokens import ExternalToken
    from authserver.domain.provider_documents import ProviderKeys
    from authserver.domain.providers import Provider

CHARACTERS_IN_A_UNIT: Final = 2048
"""So much text of a token takes as much memory as everything else that is kept of it."""


@dataclass(frozen=True, slots=True)
class VerifiedExternal:
    """What was verified, and under what: it counts only while neither has changed.

    `jwks` are the keys whose `kid` is `key_id`, `keys` the document in which they were last found.
    """

    provider: Provider
    keys: ProviderKeys
    key_id: str
    jwks: Sequence[Mapping[str, object]]
    token: ExternalToken


class ExternalMemory:
    """A memory for `capacity` tokens of ordinary length, by the SHA-256 of their text.

    Only what verified is kept; what was refused is looked at anew. Two generations share the
    capacity: what is found in the old one moves to the young one; when that is full it becomes the
    old one, and the old one is forgotten. Reads take no lock.
    """

    def __init__(self, capacity: int) -> None:
        """Remember nothing yet."""
        if capacity < 2:  # noqa: PLR2004 - one for each generation
            raise ValueError("a capacity is 2 or more")
        self._generation_size = capacity // 2
        self._young: dict[bytes, tuple[int, VerifiedExternal]] = {}
        self._old: dict[bytes, tuple[int, VerifiedExternal]] = {}
        self._taken = 0
        """Units in the young generation."""
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many are held; one that moved to the young generation may count twice."""
        return len(self._young) + len(self._old)

    def get(self, name: bytes) -> VerifiedExternal | None:
        """What is known of the token whose text has this SHA-256."""
        known = self._young.get(name)
        if known is None:
            known = self._old.get(name)
            if known is None:
                return None
            self._keep(name, *known)
        return known[1]

    def keep(self, name: bytes, characters: int, verified: VerifiedExternal) -> None:
        """Remember, or replace, what has just been verified of a token of that length."""
        self._keep(name, 1 + characters // CHARACTERS_IN_A_UNIT, verified)

    def _keep(self, name: bytes, units: int, verified: VerifiedExternal) -> None:
        with self._lock:
            if units > self._generation_size:
                return
            if name not in self._young:
                if self._taken + units > self._generation_size:
                    self._old, self._young = self._young, {}
                    self._taken = 0
                self._taken += units
            self._young[name] = (units, verified)
