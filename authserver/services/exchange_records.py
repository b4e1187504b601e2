"""What is put on record of token exchanges: whose token was presented, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.external_tokens import ExternalToken, ForeignMention
from authserver.domain.scopes import format_scope

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.grants import Grant
    from authserver.domain.upstream_ports import ForeignTokenRefused

EXCHANGED: Final = "token.exchanged"
REFUSED: Final = "token.exchange_refused"


def about(known: ExternalToken | ForeignTokenRefused) -> dict[str, object]:
    """The provider, its client, and the token's id there, as far as they are known."""
    mention = known if isinstance(known, ExternalToken) else getattr(known, "mention", None)
    if not isinstance(mention, ExternalToken | ForeignMention):
        return {}
    told = {
        "provider": mention.provider,
        "provider_client": mention.client_id,
        "provider_token": mention.token_id,
    }
    return {name: value for name, value in told.items() if value}


def exchanged(grant: Grant, token: ExternalToken, call: Call) -> AuditEvent:
    """That a grant was made of a provider's token."""
    return AuditEvent(
        at=call.at,
        action=EXCHANGED,
        outcome=Outcome.SUCCESS,
        actor=Actor(ActorKind.CLIENT, grant.client_id),
        object_kind="grant",
        object_id=grant.grant_id,
        client_id=grant.client_id,
        resource=grant.audience,
        request_id=call.request_id,
        peer=call.peer,
        details={
            **about(token),
            "subject": grant.subject,
            "scope": format_scope(grant.scopes),
            "expires_at": grant.expires_at,
        },
    )
