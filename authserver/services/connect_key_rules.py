"""What a Connect key may look like, and how it is told of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.clients import ClientStatus
from authserver.domain.descriptor_scopes import our_scopes
from authserver.domain.errors import InvalidField
from authserver.domain.scope_reach import beyond, common
from authserver.services.connect_verdicts import may_speak

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from authserver.domain.clients import Client
    from authserver.domain.connect_keys import ConnectKey
    from authserver.domain.ports import Stores
    from authserver.domain.resources import ProtectedResource, ResourceKind

SHORTEST_SECRET: Final = 32
"""Octets: RFC 7518 section 3.2 wants a key as long as the hash. Atlassian's have 36 and more."""
LONGEST_SECRET: Final = 1024

_NAME: Final = re.compile(r"[\x21-\x7e]{1,255}\Z")
_SECRET: Final = re.compile(rf"[\x21-\x7e]{{{SHORTEST_SECRET},{LONGEST_SECRET}}}\Z")


@dataclass(frozen=True, slots=True)
class SigningMaterial:
    """What verifies: a shared secret, or a key set as a JSON text."""

    secret: str | None = field(default=None, repr=False)
    jwks: str | None = None

    def __post_init__(self) -> None:
        """Refuse both and neither. Raises InvalidField."""
        if (self.secret is None) == (self.jwks is None):
            raise InvalidField("secret", "a shared secret or a key set, one of the two")


@dataclass(frozen=True, slots=True)
class ConnectDraft:
    """A key to be registered; see `ConnectKey`. `descriptor_scopes` are Atlassian's names."""

    resource: str
    issuer: str
    client_id: str
    material: SigningMaterial
    audience: str = ""
    scopes: Sequence[str] = ()
    descriptor_scopes: Sequence[str] = ()


class ConnectKeyRules:
    """Checks drafts against what is registered and the catalogue."""

    def __init__(
        self,
        *,
        scopes_of_kind: Mapping[ResourceKind, frozenset[str]],
        suggest: Callable[[str, frozenset[str]], Sequence[str]],
    ) -> None:
        """`suggest` finds names close to a mistyped scope."""
        self._scopes_of_kind = scopes_of_kind
        self._suggest = suggest

    def client(self, stores: Stores, client_id: str, resource: ProtectedResource) -> Client:
        """The client that a key is to speak for. Raises InvalidField."""
        client = stores.clients.get(client_id)
        if client is None or client.status is ClientStatus.DELETED:
            raise InvalidField("client_id", "a client; authserver client list shows them")
        if not may_speak(client, resource):
            raise InvalidField(
                "client_id",
                f"an enabled client with the resource {resource.name} and the grant "
                "client_credentials: a Connect JWT speaks for the client itself",
            )
        return client

    def scopes(
        self, draft: ConnectDraft, client: Client, resource: ProtectedResource
    ) -> frozenset[str]:
        """The most that the key gives: what is named must be the client's.

        The descriptor's scopes are taken as far as the client has what they mean.

        Raises:
            InvalidField: names the field and what is allowed.
        """
        for scope in draft.scopes:
            self._check_scope(scope, client, resource)
        meant = our_scopes("descriptor_scopes", draft.descriptor_scopes, resource.kind)
        meant &= self._scopes_of_kind[resource.kind]
        chosen = frozenset(draft.scopes) | common(meant, client.scopes)
        if not chosen:
            had = ", ".join(sorted(client.scopes & self._scopes_of_kind[resource.kind])) or "none"
            raise InvalidField(
                "descriptor_scopes" if draft.descriptor_scopes else "scopes",
                f"at least one that client {client.client_id} has here ({had})",
            )
        return chosen

    def _check_scope(self, scope: str, client: Client, resource: ProtectedResource) -> None:
        allowed = self._scopes_of_kind[resource.kind]
        if scope not in allowed:
            close = self._suggest(scope, allowed)
            hint = f"; close to it: {', '.join(close)}" if close else ""
            raise InvalidField("scopes", f"scopes of {resource.kind}{hint}")
        if beyond(frozenset({scope}), client.scopes):
            raise InvalidField(
                "scopes", f"no more than client {client.client_id} has: {scope} is beyond that"
            )


def check_name(name: str, value: str) -> str:
    """An `iss` or an `aud`. Raises InvalidField."""
    if _NAME.match(value) is None:
        raise InvalidField(name, "1 to 255 visible ASCII characters")
    return value


def check_shared_secret(value: str) -> bytes:
    """A shared secret. Raises InvalidField, whose text never repeats it."""
    if _SECRET.match(value) is None:
        raise InvalidField(
            "secret", f"{SHORTEST_SECRET} to {LONGEST_SECRET} visible ASCII characters"
        )
    return value.encode()


def described(key: ConnectKey) -> dict[str, object]:
    """A key as records and listings show it: no secret, not even a sealed one."""
    return {
        "issuer": key.issuer,
        "resource": key.resource,
        "client_id": key.client_id,
        "kind": str(key.kind),
        "audience": key.audience,
        "scopes": sorted(key.scopes),
        "enabled": key.is_enabled,
    }
