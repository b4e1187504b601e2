"""What a grant of a user is for: one site or this server itself, and which scopes there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.errors import InvalidField, ProtocolRefusal
from authserver.domain.resources import ResourceStatus
from authserver.domain.scope_reach import beyond
from authserver.domain.scopes import USER_SCOPES, parse_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.clients import Client
    from authserver.domain.resources import ProtectedResource, ResourceKind
    from authserver.services.directory import Directory


@dataclass(frozen=True, slots=True)
class Aim:
    """What was asked for, all of it allowed.

    `audience` is a protected resource's identifier and `resource` its name; for signing in alone
    the audience is the issuer and `resource` is empty.
    """

    audience: str
    resource: str
    scopes: frozenset[str]


class Audiences:
    """Finds the one audience of a request and holds its scopes against what the client may have."""

    def __init__(
        self,
        *,
        issuer: str,
        directory: Directory,
        scopes_of_kind: Mapping[ResourceKind, frozenset[str]],
    ) -> None:
        """`scopes_of_kind` says which scopes mean something at a kind of protected resource."""
        self._issuer = issuer
        self._directory = directory
        self._scopes_of_kind = scopes_of_kind

    def aim(self, client: Client, scope: str | None, resources: Sequence[str]) -> Aim:
        """What the client asks of a user (RFC 6749 section 3.3, RFC 8707).

        `scope` is the parameter as sent; without it the client asks for everything it may have
        there but `offline_access`, which nobody should get unasked. `resources` are the values of
        the `resource` parameter.

        Raises:
            ProtocolRefusal: `invalid_target` or `invalid_scope`.
        """
        if len(resources) > 1:
            raise ProtocolRefusal(
                "invalid_target", "resource: one value per request, a token is for one site"
            )
        requested = None if scope is None else _parsed(scope)
        site_scopes = client.scopes - USER_SCOPES if requested is None else requested - USER_SCOPES
        resource = self._resource(client, resources, needed=bool(site_scopes))
        allowed = client.scopes & (USER_SCOPES | self._meaningful(resource))
        if requested is None:
            scopes = allowed - {"offline_access"}
            if not scopes:
                raise ProtocolRefusal("invalid_scope", "this client has no scope that it could ask")
        else:
            _check(requested, allowed)
            scopes = requested
        if resource is None:
            return Aim(self._issuer, "", scopes)
        return Aim(resource.identifier, resource.name, scopes)

    def _resource(
        self, client: Client, resources: Sequence[str], *, needed: bool
    ) -> ProtectedResource | None:
        usable = self._usable(client)
        if resources:
            for resource in usable:
                if resource.identifier == resources[0]:
                    return resource
            raise ProtocolRefusal("invalid_target", "resource: unknown, or not for this client")
        if not needed:
            return None
        if len(usable) == 1:
            return usable[0]
        if usable:
            raise ProtocolRefusal(
                "invalid_target", "resource: required, this client may use several sites"
            )
        raise ProtocolRefusal("invalid_target", "this client may not use any protected resource")

    def _usable(self, client: Client) -> list[ProtectedResource]:
        found = (self._directory.resources.get(name) for name in sorted(client.resources))
        return [
            resource
            for resource in found
            if resource is not None and resource.status is ResourceStatus.ENABLED
        ]

    def _meaningful(self, resource: ProtectedResource | None) -> frozenset[str]:
        return frozenset() if resource is None else self._scopes_of_kind[resource.kind]


def _parsed(scope: str) -> frozenset[str]:
    try:
        return parse_scope(scope)
    except InvalidField as error:
        raise ProtocolRefusal("invalid_scope", f"scope: {error.allowed}") from None


def _check(requested: frozenset[str], allowed: frozenset[str]) -> None:
    refused = beyond(requested, allowed)
    if not refused:
        return
    if refused <= USER_SCOPES:
        raise ProtocolRefusal(
            "invalid_scope",
            f"this client is not registered for {' '.join(sorted(refused))}",
        )
    # Names from outside are not repeated: what is asked for may be anything.
    raise ProtocolRefusal(
        "invalid_scope", "a scope that is unknown, or not for this client at this site"
    )
