"""Issuing access tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.access_details import stated
from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.clients import GrantType
from authserver.domain.errors import InvalidField, ProtocolRefusal
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.resources import ResourceStatus
from authserver.domain.scope_reach import beyond
from authserver.domain.scopes import USER_SCOPES, parse_scope
from authserver.domain.tokens import ACCESS_TOKEN_SECONDS_MAX, AccessToken, IssuedToken
from authserver.redaction import redact
from authserver.services.grant_presentations import Presentation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.ports import Journal, SecretMaker
    from authserver.domain.resources import ProtectedResource, ResourceKind
    from authserver.services.directory import Directory, Keys
    from authserver.services.grant_presentations import GrantPresentations
    from authserver.services.requested_details import RequestedDetails

SHOWN = 100
"""Characters of a refused value that a description repeats."""


class Issuance:
    """Decides what a token may say, signs it, and puts it on record before it is answered."""

    def __init__(
        self,
        *,
        issuer: str,
        directory: Directory,
        keys: Keys,
        journal: Journal,
        secret_maker: SecretMaker,
        presentations: GrantPresentations,
        details: RequestedDetails,
        scopes_of_kind: Mapping[ResourceKind, frozenset[str]],
        longest_seconds: int = ACCESS_TOKEN_SECONDS_MAX,
    ) -> None:
        """`scopes_of_kind` says which scopes mean something at a kind of protected resource."""
        self._issuer = issuer
        self._directory = directory
        self._keys = keys
        self._journal = journal
        self._secret_maker = secret_maker
        self._presentations = presentations
        self._details = details
        self._scopes_of_kind = scopes_of_kind
        self._longest_seconds = min(longest_seconds, ACCESS_TOKEN_SECONDS_MAX)

    def client_credentials(
        self,
        client: Client,
        scope: str | None,
        resources: Sequence[str],
        call: Call,
        *,
        details: str | None = None,
    ) -> IssuedToken:
        """A token for the authenticated client itself (RFC 6749 section 4.4, RFC 8707, RFC 9068).

        `scope` is the parameter as sent (`None`: everything the client may have at the resource);
        `resources` are the values of the `resource` parameter, `details` is that of
        `authorization_details` (RFC 9396 section 6).

        Raises:
            ProtocolRefusal: `unauthorized_client`, `invalid_target`, `invalid_scope` or
                `invalid_authorization_details`; recorded.
            Throttled: a public client fails too often.
            StorageUnavailable: no key, no journal or no certainty; nothing was issued.
        """
        if not client.is_confidential:
            # Nobody had to authenticate for that, so it is counted as a failure.
            self._presentations.admit(Presentation(client, GrantType.CLIENT_CREDENTIALS, call))
        try:
            token, resource = self._decide(client, scope, resources, call, details)
            algorithm = SigningAlgorithm(resource.signing_algorithm)
            value = self._keys.ring.sign(token, algorithm)
        except ProtocolRefusal as refusal:
            self._journal.append(self._refused(client, refusal, call))
            raise
        self._journal.append(_issued(client, token, call))
        return IssuedToken(value=value, token=token)

    def _decide(
        self,
        client: Client,
        scope: str | None,
        resources: Sequence[str],
        call: Call,
        details: str | None,
    ) -> tuple[AccessToken, ProtectedResource]:
        if GrantType.CLIENT_CREDENTIALS not in client.grant_types or not client.is_confidential:
            raise ProtocolRefusal(
                "unauthorized_client", "this client may not use grant_type=client_credentials"
            )
        resource = self._target(client, resources)
        allowed = client.scopes & self._scopes_of_kind[resource.kind]
        scopes = allowed if scope is None else _requested(scope, allowed, resource)
        if not scopes:
            raise ProtocolRefusal(
                "invalid_scope", f"this client has no scope that means anything at {resource.name}"
            )
        limits = self._details.checked(details, resource)
        issued_at = int(call.at)
        identifier = self._secret_maker.identifier()
        token = AccessToken(
            issuer=self._issuer,
            subject=client.subject,
            audience=resource.identifier,
            client_id=client.client_id,
            scopes=scopes,
            issued_at=issued_at,
            expires_at=issued_at + min(client.access_token_seconds, self._longest_seconds),
            token_id=identifier,
            # Nothing else descends from a client-credentials grant: the token is the grant.
            grant_id=identifier,
            details=limits,
        )
        return token, resource

    def _target(self, client: Client, requested: Sequence[str]) -> ProtectedResource:
        """The one protected resource the token is for (RFC 8707 section 2)."""
        if len(requested) > 1:
            raise ProtocolRefusal(
                "invalid_target", "resource: one value per request, a token is for one site"
            )
        usable = self._usable(client)
        if not requested:
            if len(usable) == 1:
                return usable[0]
            if not usable:
                raise ProtocolRefusal(
                    "invalid_target", "this client may not use any protected resource"
                )
            raise ProtocolRefusal("invalid_target", "resource: required, " + _choices(usable))
        for resource in usable:
            if resource.identifier == requested[0]:
                return resource
        raise ProtocolRefusal(
            "invalid_target",
            "resource: unknown, or not for this client; " + _choices(usable),
        )

    def _usable(self, client: Client) -> list[ProtectedResource]:
        found = (self._directory.resources.get(name) for name in sorted(client.resources))
        return [
            resource
            for resource in found
            if resource is not None and resource.status is ResourceStatus.ENABLED
        ]

    def _refused(self, client: Client, refusal: ProtocolRefusal, call: Call) -> AuditEvent:
        return AuditEvent(
            at=call.at,
            action="token.refused",
            outcome=Outcome.REFUSED,
            actor=Actor(ActorKind.CLIENT, client.client_id),
            client_id=client.client_id,
            # It repeats what was asked for, and that may be a secret in the wrong field.
            reason=redact(f"{refusal.error}: {refusal.description}"),
            request_id=call.request_id,
            peer=call.peer,
            details={"grant_type": str(GrantType.CLIENT_CREDENTIALS)},
        )


def _requested(
    parameter: str, allowed: frozenset[str], resource: ProtectedResource
) -> frozenset[str]:
    """The scopes asked for, all of them allowed (RFC 6749 section 3.3)."""
    try:
        requested = parse_scope(parameter)
    except InvalidField as error:
        raise ProtocolRefusal("invalid_scope", f"scope: {error.allowed}") from None
    refused = sorted(beyond(requested, allowed))
    if not refused:
        return requested
    for_users = [scope for scope in refused if scope in USER_SCOPES]
    if for_users:
        raise ProtocolRefusal(
            "invalid_scope",
            f"{' '.join(for_users)}: only with a signed-in user, not with client_credentials",
        )
    named = " ".join(refused)
    if len(named) > SHOWN:
        named = named[:SHOWN] + "..."
    raise ProtocolRefusal(
        "invalid_scope", f"not allowed for this client at {resource.name}: {named}"
    )


def _choices(usable: Sequence[ProtectedResource]) -> str:
    if not usable:
        return "this client may not use any"
    return "one of " + ", ".join(resource.identifier for resource in usable)


def _issued(client: Client, token: AccessToken, call: Call) -> AuditEvent:
    return AuditEvent(
        at=call.at,
        action="token.issued",
        outcome=Outcome.SUCCESS,
        actor=Actor(ActorKind.CLIENT, client.client_id),
        object_kind="token",
        object_id=token.token_id,
        client_id=client.client_id,
        resource=token.audience,
        token_id=token.token_id,
        request_id=call.request_id,
        peer=call.peer,
        details={
            "grant_type": str(GrantType.CLIENT_CREDENTIALS),
            "scope": token.scope,
            "subject": token.subject,
            "expires_at": token.expires_at,
            **({} if token.details is None else {"limits": stated(token.details)}),
        },
    )
