"""How `authserver resource` shows protected resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.cli.administration import time_or
from authserver.cli.durations import shown_age
from authserver.domain.resources import CredentialPurpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.resources import ProtectedResource

COLUMNS: Final = ("name", "kind", "status", "identifier", "answers at", "last used")
CREDENTIAL_COLUMNS: Final = ("credential", "ends with", "made", "expires", "last used")
CREDENTIAL_NAMES: Final[Mapping[CredentialPurpose, str]] = {
    CredentialPurpose.INTROSPECTION: "introspection secret",
    CredentialPurpose.GATEWAY: "gateway key",
}


def resource_row(resource: ProtectedResource, now: float) -> Sequence[str]:
    """One resource in a table."""
    uses = (credential.secret.last_used_at for credential in resource.credentials)
    used = [at for at in uses if at is not None]
    return (
        resource.name,
        str(resource.kind),
        str(resource.status),
        resource.identifier,
        resource.url + resource.context_path,
        shown_age(max(used), now) if used else "-",
    )


def resource_fields(resource: ProtectedResource) -> Mapping[str, str]:
    """One resource, field by field."""
    return {
        "name": resource.name,
        "kind": str(resource.kind),
        "status": str(resource.status),
        "identifier": resource.identifier,
        "url": resource.url,
        "context path": resource.context_path or "none",
        "tokens signed with": resource.signing_algorithm,
        "registered": time_or(resource.created_at, "-"),
    }


def credential_rows(resource: ProtectedResource, now: float) -> Iterable[Sequence[str]]:
    """The credentials of a resource, never more than how each ends."""
    for credential in resource.credentials:
        secret = credential.secret
        expires = time_or(secret.expires_at, "never")
        yield (
            CREDENTIAL_NAMES[credential.purpose],
            secret.hint or "-",
            time_or(secret.created_at, "-"),
            expires if secret.is_live(now) else f"expired {expires}",
            time_or(secret.last_used_at, "-"),
        )
