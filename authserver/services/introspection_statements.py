"""Introspection answers that are signed, so that they can be shown to others (RFC 9701)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.identity_tokens import StatementType
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.resources import ProtectedResource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.clients import Client
    from authserver.services.directory import Keys


class IntrospectionStatements:
    """Signs what was answered for the one who asked."""

    def __init__(self, *, issuer: str, keys: Keys) -> None:
        """Take the collaborators; hold no state of its own."""
        self._issuer = issuer
        self._keys = keys

    def sign(
        self, answer: Mapping[str, object], asker: ProtectedResource | Client, now: float
    ) -> str:
        """The JWT of section 5: the answer inside, its own claims outside.

        It has neither `sub` nor `exp`, so that nobody takes it for a token. A resource gets the
        algorithm that its tokens are signed with, a client the one of its ID tokens.

        Raises:
            StorageUnavailable: there is no key of the algorithm.
        """
        if isinstance(asker, ProtectedResource):
            audience, algorithm = asker.identifier, SigningAlgorithm(asker.signing_algorithm)
        else:
            audience, algorithm = asker.client_id, asker.profile.id_token_algorithm
        statement = {
            "iss": self._issuer,
            "aud": audience,
            "iat": int(now),
            "token_introspection": answer,
        }
        return self._keys.ring.sign_statement(StatementType.INTROSPECTION, statement, algorithm)
