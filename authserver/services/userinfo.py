"""Userinfo: what a client that acts for a user may know of that user (OIDC Core section 5.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import ProtocolRefusal
from authserver.domain.identity_tokens import StatementType
from authserver.services.claims import claims_for, reachable
from authserver.services.introspection import UnfitToken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.ports import Database
    from authserver.domain.tokens import AccessToken
    from authserver.services.directory import Directory, Keys
    from authserver.services.introspection import Introspection

OPENID: Final = "openid"


@dataclass(frozen=True, slots=True)
class UserinfoAnswer:
    """The claims, `sub` always among them; `signed` is the JWT for clients that want one."""

    claims: Mapping[str, object] = field(repr=False)
    signed: str | None = field(repr=False)


class Userinfo:
    """Tells claims to whoever brings an access token with `openid`, whatever its audience."""

    def __init__(
        self,
        *,
        issuer: str,
        directory: Directory,
        introspection: Introspection,
        database: Database,
        keys: Keys,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._issuer = issuer
        self._directory = directory
        self._introspection = introspection
        self._database = database
        self._keys = keys

    def tell(self, token_value: str, call: Call) -> UserinfoAnswer:
        """The claims that the token's scopes and the request it came from give.

        Raises:
            ProtocolRefusal: `invalid_token`, for whatever reason; `insufficient_scope`.
            StorageUnavailable: nobody can be sure now.
        """
        verdict = self._introspection.judge_anywhere(token_value, call.at)
        if isinstance(verdict, UnfitToken):
            raise _refused(verdict.problem)
        if OPENID not in verdict.scopes:
            raise ProtocolRefusal("insufficient_scope", "the token needs the scope openid")
        client = self._directory.clients.get(verdict.client_id)
        if client is None:
            raise _refused("the client is gone")
        claims = {**self._claims(verdict, client, call.at), "sub": verdict.subject}
        return UserinfoAnswer(claims, self._signed(claims, client, call))

    def _claims(self, token: AccessToken, client: Client, now: float) -> dict[str, object]:
        with self._database.reading() as stores:
            grant = stores.grants.get(token.grant_id)
            user = stores.users.get(token.subject)
            groups = stores.groups.of(token.subject)
        if grant is None or not grant.is_live(now):
            raise _refused("the grant is over")
        if (grant.subject, grant.client_id) != (token.subject, token.client_id):
            raise _refused("the grant is another's")
        if user is None or not user.has_credentials:
            raise _refused("the user is disabled or deleted, or has resting credentials")
        requested = reachable(grant.claims.userinfo, client.scopes)
        return claims_for(user, groups, token.scopes, requested)

    def _signed(self, claims: Mapping[str, object], client: Client, call: Call) -> str | None:
        algorithm = client.profile.userinfo_algorithm
        if algorithm is None:
            return None
        statement = {**claims, "iss": self._issuer, "aud": client.client_id, "iat": int(call.at)}
        return self._keys.ring.sign_statement(StatementType.USERINFO, statement, algorithm)


def _refused(detail: str) -> ProtocolRefusal:
    """One answer for every cause; only operators learn which it was."""
    return ProtocolRefusal(
        "invalid_token", "the access token is not good, or not any longer", detail=detail
    )
