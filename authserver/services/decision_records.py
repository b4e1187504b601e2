"""What is put on record of a decision: everything it was made from, and never a secret."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from authserver.domain.api_tokens import ApiTokenAccess
from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.audit_text import visible
from authserver.domain.decisions import Permit
from authserver.domain.external_tokens import ForeignAccessToken
from authserver.redaction import MASK, redact
from authserver.services.decision_facts import shown, told_of_call
from authserver.services.introspection import UnfitToken

if TYPE_CHECKING:
    from authserver.domain.caller_credentials import CallerCredential
    from authserver.domain.connect_keys import UnfitConnect
    from authserver.domain.decisions import AccessRequest, Decision
    from authserver.domain.external_tokens import ForeignMention
    from authserver.domain.gateways import Gateway
    from authserver.domain.raw_targets import Target
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.tokens import AccessToken

LONGEST_PATH: Final = 2000
"""Characters of a path on record; no query, whose values are nobody's business."""
_SECRET_MARKS: Final = re.compile("asv_|eyJ|=|@")
"""One of these is in every secret that `redact` knows by its look or its place in a path."""
_ESCAPED_PERCENT: Final = re.compile("%(?:25)+(?=[0-9A-Fa-f]{2})")
_SESSION: Final = re.compile(r"(?i)(;jsessionid=)[^/;]*")
"""How servlet containers write a session into an address (Servlet 6.0 section 7.1.3)."""
_NOBODY: Final = Actor(ActorKind.ANONYMOUS, "")


def decision_record(
    request: AccessRequest,
    decision: Decision,
    *,
    gateway: Gateway,
    resource: ProtectedResource,
    credential: CallerCredential,
    target: Target | None,
    unfit: UnfitToken | UnfitConnect | None,
) -> AuditEvent:
    """The record of a decision; `peer` is the caller behind the gateway.

    `unfit` is a token that came and is not good any more, or not here.
    """
    token = decision.token
    details: dict[str, object] = {
        "gateway": gateway.name,
        "gateway_request_id": request.request_id,
        "host": request.host,
        "method": request.method,
        "path": _path(request.target.partition("?")[0] if target is None else target.path),
        "operations": [each.name for each in decision.operations],
        "credential": credential.kind,
    }
    if token is not None:
        details["subject"] = token.subject
        details["scope"] = token.scope
        if isinstance(token, ApiTokenAccess):
            _told_of_api_token(token, details)
    _told_of_policy(request, decision, credential, details)
    known = _named(token, unfit)
    if known.provider:
        details["provider"] = known.provider
        details["provider_client"] = known.provider_client
    if isinstance(decision, Permit):
        action, outcome, reason = "call.allowed", Outcome.SUCCESS, decision.detail
        details["hand_over"] = decision.hand_over
        if decision.account:
            details["account"] = decision.account
    else:
        action, outcome = "call.denied", Outcome.REFUSED
        reason = f"{decision.reason}: {decision.detail}" if decision.detail else decision.reason
        if decision.scope:
            details["missing_scope"] = decision.scope
        refusal = decision.refusal
        if refusal is not None and refusal.rule:
            details["rule"], details["rule_of"] = refusal.rule, refusal.document
    return AuditEvent(
        at=request.at,
        action=action,
        outcome=outcome,
        actor=_NOBODY if token is None else Actor(ActorKind.CLIENT, token.client_id),
        object_kind="decision",
        object_id=request.decision_id,
        client_id=known.client_id,
        resource=resource.identifier,
        token_id=known.token_id,
        reason=reason,
        request_id=request.decision_id,
        peer=request.address,
        details=details,
    )


def _told_of_policy(
    request: AccessRequest,
    decision: Decision,
    credential: CallerCredential,
    details: dict[str, object],
) -> None:
    """What the policy saw and which it was."""
    if decision.facts is not None:
        told_of_call(decision.facts, details)
    elif credential.username:
        details["username"] = shown(credential.username)
    if request.agent:
        details["agent"] = shown(request.agent)
    if decision.policy:
        details["policy"] = decision.policy
    rate = decision.rate
    if rate is not None:
        details["rate"] = [rate.name, rate.quota, rate.window_seconds, rate.remaining]


def _told_of_api_token(token: ApiTokenAccess, details: dict[str, object]) -> None:
    """Whose it is and what for, so that nobody has to look at a token that is gone."""
    details["lineage_id"] = token.grant_id
    details["owner"] = token.owner
    for name in ("purpose", "team", "ticket"):
        told = getattr(token, name)
        if told:
            details[name] = told


class _Named(NamedTuple):
    """Whose token came, as far as that is known; the texts of a provider only where it is one's."""

    client_id: str = ""
    token_id: str = ""
    provider: str = ""
    provider_client: str = ""


_UNNAMED: Final = _Named()


def _named(token: AccessToken | None, unfit: UnfitToken | UnfitConnect | None) -> _Named:
    if token is None and unfit is not None:
        if isinstance(unfit, UnfitToken) and unfit.foreign is not None:
            return _named_foreign(unfit.foreign)
        token = unfit.token
    if token is None:
        return _UNNAMED
    if isinstance(token, ForeignAccessToken):
        return _Named(token.client_id, token.token_id, token.provider, token.provider_client)
    return _Named(token.client_id, token.token_id)


def _named_foreign(mention: ForeignMention) -> _Named:
    provider, client_id, token_id = mention.provider, mention.client_id, mention.token_id
    return _Named(
        f"{provider}:{client_id}" if client_id else "",
        f"{provider}:{token_id}" if token_id else "",
        provider,
        client_id,
    )


def _path(path: str) -> str:
    """A path without secrets, escaped or not: somebody may have put one there by mistake."""
    path = path[:LONGEST_PATH]
    plain = unquote(_ESCAPED_PERCENT.sub("%", path)) if "%" in path else path
    if _SECRET_MARKS.search(plain) is None:
        return path
    masked = redact(_SESSION.sub(rf"\1{MASK}", plain))
    return path if masked == plain else visible(masked, LONGEST_PATH)
