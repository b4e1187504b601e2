"""Tokens that speak for a user: made first, and given out only once they are on record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.access_details import stated
from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.errors import ProtocolRefusal
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.refresh_tokens import REFRESH_PREFIX, REFRESH_PURPOSE, RefreshToken
from authserver.domain.resources import ResourceStatus
from authserver.domain.tokens import ACCESS_TOKEN_SECONDS_MAX, AccessToken, IssuedToken
from authserver.services.refresh_rules import may_refresh
from authserver.services.registration_uses import note_registration_use

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.access_details import AccessDetail
    from authserver.domain.calls import Call
    from authserver.domain.clients import Client, GrantType
    from authserver.domain.grants import Grant
    from authserver.domain.ports import SecretDigester, SecretMaker, Stores
    from authserver.services.directory import Directory, Keys
    from authserver.services.id_tokens import IdTokens
    from authserver.services.refresh_rules import RefreshTimes
    from authserver.services.requested_details import RequestedDetails

OPENID: Final = "openid"


@dataclass(frozen=True, slots=True)
class PreparedTokens:
    """Tokens that are good once `UserTokens.store` is committed; empty texts: there is none."""

    client: Client
    grant: Grant
    access: IssuedToken
    id_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


class UserTokens:
    """Makes access, ID and refresh tokens of a grant.

    Signing needs no transaction and takes a while, so it comes before the one that spends what the
    client presented. What was prepared and does not get stored was never given out.
    """

    def __init__(
        self,
        *,
        issuer: str,
        directory: Directory,
        keys: Keys,
        id_tokens: IdTokens,
        details: RequestedDetails,
        digester: SecretDigester,
        secret_maker: SecretMaker,
        refresh_times: RefreshTimes,
        longest_seconds: int = ACCESS_TOKEN_SECONDS_MAX,
    ) -> None:
        """`longest_seconds` caps the life of access tokens; `refresh_times` are the server's."""
        self._issuer = issuer
        self._directory = directory
        self._keys = keys
        self._id_tokens = id_tokens
        self._details = details
        self._digester = digester
        self._secret_maker = secret_maker
        self._refresh_times = refresh_times
        self._longest_seconds = min(longest_seconds, ACCESS_TOKEN_SECONDS_MAX)

    def prepare(
        self,
        client: Client,
        grant: Grant,
        *,
        scopes: frozenset[str],
        resources: Sequence[str],
        nonce: str,
        call: Call,
        details: str | None = None,
    ) -> PreparedTokens:
        """Tokens for `scopes` (of the grant's), outside any transaction.

        The caller has seen that the grant may still yield tokens (`grant_standing.why_not`).
        `resources` are the values of the `resource` parameter: the grant's or none; `details` is
        that of `authorization_details`: what the grant is limited to, or less of it.

        Raises:
            ProtocolRefusal: `invalid_target`, `invalid_authorization_details`, or `invalid_grant`
                in the grant's last second.
            StorageUnavailable: there is no key to sign with, or nobody can be sure now.
        """
        algorithm = self._algorithm(grant, resources)
        site = self._directory.resources.get(grant.resource) if grant.resource else None
        limits = self._details.narrowed(details, grant.details, site)
        token = self._access_token(client, grant, scopes, limits, call)
        value = self._keys.ring.sign(token, algorithm)
        id_token = ""
        if OPENID in scopes:
            id_token = self._id_tokens.issue(
                grant=grant, client=client, access_token=value, nonce=nonce, now=call.at
            )
        refreshable = may_refresh(client, grant.scopes, session_bound=grant.session_bound)
        return PreparedTokens(
            client=client,
            grant=grant,
            access=IssuedToken(value=value, token=token),
            id_token=id_token,
            refresh_token=self._secret_maker.secret(REFRESH_PREFIX) if refreshable else "",
        )

    def store(
        self, stores: Stores, prepared: PreparedTokens, grant_type: GrantType, call: Call
    ) -> bool:
        """Record the tokens of a new grant and begin its family of refresh tokens.

        False when the grant has ended meanwhile: then nothing was stored.
        """
        if not self.may_store(stores, prepared, call):
            return False
        if prepared.refresh_token:
            self.add_refresh_token(stores, prepared, 1, call)
        self.record(stores, prepared, grant_type, call, {})
        return True

    def may_store(self, stores: Stores, prepared: PreparedTokens, call: Call) -> bool:
        """Lock the grant until the caller's transaction ends; whether it is still live.

        Whoever ends it waits for us, and its denial then reaches what we have stored.
        """
        grant = stores.grants.get(prepared.grant.grant_id)
        return grant is not None and grant.is_live(call.at)

    def add_refresh_token(
        self, stores: Stores, prepared: PreparedTokens, generation: int, call: Call
    ) -> None:
        """Store the prepared refresh token's digest as the leaf of its family."""
        pepper_id = self._digester.current_pepper
        idle_end = call.at + self._refresh_times.of(prepared.client).idle_seconds
        stores.grants.add_refresh_token(
            RefreshToken(
                digest=self._digester.digest(REFRESH_PURPOSE, prepared.refresh_token, pepper_id),
                pepper_id=pepper_id,
                grant_id=prepared.grant.grant_id,
                generation=generation,
                issued_at=call.at,
                expires_at=min(idle_end, prepared.grant.expires_at),
            )
        )

    def record(
        self,
        stores: Stores,
        prepared: PreparedTokens,
        grant_type: GrantType,
        call: Call,
        details: Mapping[str, object],
    ) -> None:
        """Put the issue on record, and that the grant was used."""
        stores.grants.note_use(prepared.grant.grant_id, call.at)
        note_registration_use(stores, prepared.client, call.at)
        token, client_id = prepared.access.token, prepared.client.client_id
        stores.audit.add(
            AuditEvent(
                at=call.at,
                action="token.issued",
                outcome=Outcome.SUCCESS,
                actor=Actor(ActorKind.CLIENT, client_id),
                object_kind="token",
                object_id=token.token_id,
                client_id=client_id,
                resource=token.audience,
                token_id=token.token_id,
                request_id=call.request_id,
                peer=call.peer,
                details={
                    "grant_type": str(grant_type),
                    "scope": token.scope,
                    "subject": token.subject,
                    "expires_at": token.expires_at,
                    "grant_id": token.grant_id,
                    "id_token": bool(prepared.id_token),
                    "refresh_token": bool(prepared.refresh_token),
                    **({} if token.details is None else {"limits": stated(token.details)}),
                    **details,
                },
            )
        )

    def _algorithm(self, grant: Grant, resources: Sequence[str]) -> SigningAlgorithm:
        if any(resource != grant.audience for resource in resources):
            raise ProtocolRefusal(
                "invalid_target", "resource: absent, or the one that the user allowed"
            )
        if not grant.resource:
            return SigningAlgorithm.ES256
        resource = self._directory.resources.get(grant.resource)
        if resource is None or resource.status is not ResourceStatus.ENABLED:
            raise ProtocolRefusal("invalid_target", "the protected resource is out of service")
        return SigningAlgorithm(resource.signing_algorithm)

    def _access_token(
        self,
        client: Client,
        grant: Grant,
        scopes: frozenset[str],
        limits: tuple[AccessDetail, ...] | None,
        call: Call,
    ) -> AccessToken:
        issued_at = int(call.at)
        life = min(client.access_token_seconds, self._longest_seconds)
        expires_at = min(issued_at + life, int(grant.expires_at))
        if expires_at <= issued_at:
            raise ProtocolRefusal("invalid_grant", "the grant is over")
        return AccessToken(
            issuer=self._issuer,
            subject=grant.subject,
            audience=grant.audience,
            client_id=client.client_id,
            scopes=scopes,
            issued_at=issued_at,
            expires_at=expires_at,
            token_id=self._secret_maker.identifier(),
            grant_id=grant.grant_id,
            details=limits,
        )
