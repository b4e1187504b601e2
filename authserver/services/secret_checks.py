"""Comparing a presented secret with stored ones, the same work whoever asks."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from authserver.domain.stored_secrets import DigestKind, StoredSecret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import PasswordHasher, SecretDigester

NO_DIGEST: Final = bytes(32)
STAND_IN_HASH: Final = b"$2b$12$C6UzMDM.H6dfI/f/IKcEeO7ZTpqK1tcMHXTCLP7HlCIgxl7S2Zu3S"
"""A bcrypt hash of nothing in particular: gives an absent secret the cost of a present one."""


class SecretCheck:
    """Compares secrets of one purpose."""

    def __init__(self, digester: SecretDigester, passwords: PasswordHasher, purpose: str) -> None:
        """`purpose` keeps digests of different uses apart."""
        self._digester = digester
        self._passwords = passwords
        self._purpose = purpose

    def matching(
        self, secrets: Sequence[StoredSecret], value: str, now: float
    ) -> StoredSecret | None:
        """The live secret made here that `value` is; the work depends on the peppers alone."""
        digests = {
            pepper: self._digester.digest(self._purpose, value, pepper)
            for pepper in self._digester.peppers
        }
        found: StoredSecret | None = None
        for secret in secrets:
            presented = digests.get(secret.pepper_id, NO_DIGEST)
            same = hmac.compare_digest(presented, secret.digest)
            if same and secret.kind is DigestKind.KEYED and secret.is_live(now):
                found = secret
        return found

    def matching_imported(
        self, secrets: Sequence[StoredSecret], value: str, now: float, *, pretend: bool
    ) -> StoredSecret | None:
        """The live imported secret that `value` is; with `pretend` an absent one costs as much."""
        imported = [
            secret for secret in secrets if secret.kind is DigestKind.BCRYPT and secret.is_live(now)
        ]
        for secret in imported:
            if self._passwords.matches_imported(value, secret.digest):
                return secret
        if not imported and pretend:
            self._passwords.matches_imported(value, STAND_IN_HASH)
        return None
