"""Making secrets: the value is shown once, the digest is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.domain.stored_secrets import DigestKind, FreshSecret, StoredSecret

if TYPE_CHECKING:
    from authserver.domain.ports import Clock, PasswordHasher, SecretDigester, SecretMaker

HINT_LENGTH: Final = 4
LONGEST_SECRET_SECONDS: Final = 10 * 366 * 86_400


class FreshSecrets:
    """Makes secrets for clients and protected resources."""

    def __init__(
        self,
        *,
        clock: Clock,
        secret_maker: SecretMaker,
        digester: SecretDigester,
        passwords: PasswordHasher,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._clock = clock
        self._secret_maker = secret_maker
        self._digester = digester
        self._passwords = passwords

    def make(
        self, prefix: str, purpose: str, expires_in: float | None, *, field: str = "expires_in"
    ) -> FreshSecret:
        """A new secret of 256 bit that ends after `expires_in` seconds (`None`: never).

        Raises:
            InvalidField: `expires_in` is out of range; `field` is how the caller calls it.
        """
        now = self._clock.now()
        expires_at = _end(field, now, expires_in)
        value = self._secret_maker.secret(prefix)
        pepper = self._digester.current_pepper
        return FreshSecret(
            value=value,
            stored=StoredSecret(
                secret_id=self._secret_maker.identifier(),
                kind=DigestKind.KEYED,
                digest=self._digester.digest(purpose, value, pepper),
                pepper_id=pepper,
                hint=value[-HINT_LENGTH:],
                created_at=now,
                expires_at=expires_at,
                last_used_at=None,
            ),
        )

    def imported(self, bcrypt_hash: str, expires_in: float | None) -> StoredSecret:
        """A secret of which only its bcrypt hash is known; it ends after `expires_in` seconds.

        Raises:
            InvalidField: the text is not a bcrypt hash that can be checked here, or
                `secret_expires_in` is out of range.
        """
        now = self._clock.now()
        hashed = bcrypt_hash.encode("utf-8", "replace")
        if not self._passwords.is_hash(hashed):
            raise InvalidField(
                "bcrypt_hash", "a bcrypt hash ($2a$, $2b$ or $2y$, cost 4 to 14, 60 characters)"
            )
        return StoredSecret(
            secret_id=self._secret_maker.identifier(),
            kind=DigestKind.BCRYPT,
            digest=hashed,
            pepper_id="",
            hint="",
            created_at=now,
            expires_at=_end("secret_expires_in", now, expires_in),
            last_used_at=None,
        )


def _end(field: str, now: float, expires_in: float | None) -> float | None:
    if expires_in is None:
        return None
    if not 0 < expires_in <= LONGEST_SECRET_SECONDS:
        raise InvalidField(field, "more than 0 seconds, at most 10 years")
    return now + expires_in
