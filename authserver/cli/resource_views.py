"""How `authserver resource` shows protected resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.cli.administration import json_value, time_or
from authserver.cli.durations import shown_age
from authserver.domain.resources import CredentialPurpose
from authserver.services.hand_over_rules import described as described_hand_over
from authserver.services.resources import described

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.hand_over import HandOver
    from authserver.domain.resources import ProtectedResource

COLUMNS: Final = ("name", "kind", "status", "identifier", "answers at", "last used")
CREDENTIAL_COLUMNS: Final = ("credential", "ends with", "made", "expires", "last used")
CREDENTIAL_NAMES: Final[Mapping[CredentialPurpose, str]] = {
    CredentialPurpose.INTROSPECTION: "introspection secret",
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


def resource_value(resource: ProtectedResource, hand_over: HandOver | None) -> dict[str, object]:
    """One resource for JSON, with how calls arrive there."""
    value: dict[str, object] = json_value(described(resource))
    return value | {"hand_over": hand_over_value(hand_over)}


def hand_over_fields(hand_over: HandOver | None) -> Mapping[str, str]:
    """How calls arrive at a resource, field by field; never the credential."""
    if hand_over is None:
        return {"hand-over": "none: calls with tokens are refused"}
    fields = {"hand-over": str(hand_over.kind)}
    if hand_over.account:
        fields["account"] = hand_over.account
    if hand_over.header:
        fields["header"] = hand_over.header
    return {**fields, "hand-over set": time_or(hand_over.changed_at, "-")}


def hand_over_value(hand_over: HandOver | None) -> dict[str, object] | None:
    """The same for JSON."""
    if hand_over is None:
        return None
    described = described_hand_over(hand_over) | {"changed_at": hand_over.changed_at}
    value: dict[str, object] = json_value(described)
    return value


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
