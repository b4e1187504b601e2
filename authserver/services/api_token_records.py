"""API tokens in the record of acts: never their secrets, nor the digests of those."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.access_details import stated
from authserver.domain.audit import AuditEvent, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act


def described(token: ApiToken) -> dict[str, object]:
    """Every field by its name; of the secret only how it ends."""
    use = token.last_use
    return {
        "token_id": token.token_id,
        "lineage_id": token.lineage_id,
        "subject_type": str(token.subject_type),
        "subject": token.subject,
        "owner": token.owner,
        "client_id": token.client_id,
        "name": token.name,
        "purpose": token.purpose,
        "team": token.team,
        "ticket": token.ticket,
        "scopes": sorted(token.scopes),
        "resources": sorted(token.resources),
        "presentations": sorted(token.presentations),
        "authorization_details": None if token.details is None else stated(token.details),
        "networks": None if token.networks is None else list(token.networks),
        "status": str(token.status),
        "reason": token.reason,
        "ends_with": "" if token.secret is None else token.secret.hint,
        "created_at": token.created_at,
        "created_by": token.created_by,
        "created_from": token.created_from,
        "expires_at": token.expires_at,
        "status_changed_at": token.status_changed_at,
        "successor_id": token.successor_id,
        "exposed_at": token.exposed_at,
        "last_use": None
        if use is None
        else {"used_at": use.at, "network": use.network, "agent": use.agent},
    }


def record(
    stores: Stores,
    act: Act,
    action: str,
    token: ApiToken,
    *,
    at: float,
    details: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """Put an act on a token on record: who did it, and whose the token is, both."""
    if act.beside is not None:
        act.beside(stores)
    stores.audit.add(
        AuditEvent(
            at=at,
            action=action,
            outcome=Outcome.SUCCESS,
            actor=act.actor,
            object_kind="token",
            object_id=token.token_id,
            client_id=token.client_id,
            token_id=token.token_id,
            reason=reason,
            request_id=act.request_id,
            peer=act.peer,
            details={**_whose(token), **(details or {}), **act.way},
        )
    )


def _whose(token: ApiToken) -> dict[str, object]:
    return {
        "lineage_id": token.lineage_id,
        "subject_type": str(token.subject_type),
        "subject": token.subject,
        "owner": token.owner,
        "purpose": token.purpose,
        "team": token.team,
        "ticket": token.ticket,
    }
