"""ID tokens: who signed in, when and how, told to one client (OpenID Connect Core section 2)."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Final

from authserver.domain.identity_tokens import StatementType
from authserver.services.claims import claims_for, reachable

if TYPE_CHECKING:
    from authserver.domain.clients import Client
    from authserver.domain.grants import Grant
    from authserver.domain.ports import Database
    from authserver.services.directory import Keys

ID_TOKEN_SECONDS: Final = 600


class IdTokens:
    """Issues ID tokens."""

    def __init__(self, *, issuer: str, database: Database, keys: Keys) -> None:
        """Take the collaborators; hold no state of its own."""
        self._issuer = issuer
        self._database = database
        self._keys = keys

    def issue(
        self,
        *,
        grant: Grant,
        client: Client,
        access_token: str,
        nonce: str,
        now: float,
    ) -> str:
        """The signed ID token that goes with `access_token`; not inside a transaction.

        `nonce` is empty where there is none to repeat: after a refresh (section 12.2).

        Raises:
            StorageUnavailable: there is no key of the client's algorithm, or the database is needed
                and does not answer.
        """
        issued_at = int(now)
        statement: dict[str, object] = {
            "iss": self._issuer,
            "sub": grant.subject,
            "aud": client.client_id,
            "exp": issued_at + ID_TOKEN_SECONDS,
            "iat": issued_at,
            "auth_time": int(grant.auth_time),
            "azp": client.client_id,
            "at_hash": half_hash(access_token),
        }
        amr = list(grant.amr)
        known = {"nonce": nonce, "acr": grant.acr, "amr": amr, "sid": grant.session_id}
        statement |= {name: value for name, value in known.items() if value}
        told = {**self._told(grant, client), **statement}
        return self._keys.ring.sign_statement(
            StatementType.ID_TOKEN, told, client.profile.id_token_algorithm
        )

    def _told(self, grant: Grant, client: Client) -> dict[str, object]:
        """Claims of the user that were asked for in the ID token by name; the rest is userinfo's.

        None of them can be one of the token's own: `claims_for` never gives those.
        """
        requested = reachable(grant.claims.id_token, client.scopes)
        if not requested:
            return {}
        with self._database.reading() as stores:
            user = stores.users.get(grant.subject)
            groups = stores.groups.of(grant.subject) if "groups" in requested else ()
        return {} if user is None else claims_for(user, groups, frozenset(), requested)


def half_hash(token_value: str) -> str:
    """`at_hash`: the left half of the SHA-256 (for RS256 as for ES256), base64url."""
    digest = hashlib.sha256(token_value.encode("ascii")).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode("ascii")
