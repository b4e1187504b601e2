"""Somebody who has our own signing keys, and writes tokens that we would never issue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.crypto.signing_keys import OpenedKey, open_key
from authserver.domain.keys import KeyState, SigningAlgorithm
from tests.crypto.forging import changed, claims, segment, signed

if TYPE_CHECKING:
    from tests.rfc.installations import Installation

ES256: Final = SigningAlgorithm.ES256


class Forger:
    """Signs anything with the active keys of an installation.

    Unless told otherwise a token says what one of the client `reader` for the site `jira` says.
    """

    def __init__(self, installation: Installation) -> None:
        container = installation.container
        self._now = int(installation.clock.now())
        self._number = 0
        self._opened = {
            key.algorithm: open_key(key, container.sealer)
            for key in container.signing_keys.list()
            if key.state is KeyState.ACTIVE
        }

    def opened(self, algorithm: SigningAlgorithm = ES256) -> OpenedKey:
        """The active key of a ring."""
        return self._opened[algorithm]

    def header(self, algorithm: SigningAlgorithm = ES256, **changes: object) -> dict[str, Any]:
        """The header of our tokens with `changes`; a change to `...` leaves the member out."""
        members = {"alg": algorithm.value, "kid": self.opened(algorithm).public.kid}
        return changed({**members, "typ": "at+jwt"}, changes)

    def claims(self, **changes: object) -> dict[str, Any]:
        """The claims of our tokens, in our order; a change to `...` leaves one out."""
        self._number += 1
        identifier = f"forged-{self._number}"
        own = {
            "sub": "client:reader",
            "aud": "https://jira.example.org",
            "client_id": "reader",
            "scope": "READ",
            "iat": self._now,
            "exp": self._now + 600,
            "jti": identifier,
            "grant_id": identifier,
        }
        return claims(**{**own, **changes})

    def token(self, **changes: object) -> str:
        """A token with our header, validly signed, whatever it claims."""
        return self.sign(self.header(), self.claims(**changes))

    def sign(self, header: object, payload: object, algorithm: SigningAlgorithm = ES256) -> str:
        """A token validly signed by our key over any header and payload (bytes: as they are)."""
        return signed(self.opened(algorithm).private, algorithm.value, header, payload)


def joined(*parts: object) -> str:
    """Segments of anything, without a signature that means anything."""
    return ".".join(part if isinstance(part, str) else segment(part) for part in parts)
