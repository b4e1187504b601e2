"""What conditions on API tokens say, in other words than the database's."""

from __future__ import annotations

import operator
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.api_token_conditions import (
    AllOf,
    AnyOf,
    Comparison,
    Relation,
    TokenField,
)
from authserver.domain.users import canonical

if TYPE_CHECKING:
    from authserver.domain.api_token_conditions import Condition
    from authserver.domain.api_tokens import ApiToken

ORDERS: Final = {
    Relation.BEFORE: operator.lt,
    Relation.NOT_AFTER: operator.le,
    Relation.AFTER: operator.gt,
    Relation.NOT_BEFORE: operator.ge,
}


def holds(token: ApiToken, condition: Condition) -> bool:
    match condition:
        case AllOf(parts):
            return all(holds(token, each) for each in parts)
        case AnyOf(parts):
            return any(holds(token, each) for each in parts)
        case Comparison():
            return _compares(token, condition)


def _compares(token: ApiToken, asked: Comparison) -> bool:
    use = token.last_use
    values: dict[TokenField, Any] = {
        TokenField.CLIENT: token.client_id,
        TokenField.OWNER: token.owner,
        TokenField.SUBJECT: token.subject,
        TokenField.TEAM: token.team,
        TokenField.TICKET: token.ticket,
        TokenField.PURPOSE: token.purpose,
        TokenField.RESOURCE: token.resources,
        TokenField.SCOPE: token.scopes,
        TokenField.STATUS: token.status,
        TokenField.NETWORK: use.network if use else "",
        TokenField.CREATED: token.created_at,
        TokenField.EXPIRES: token.expires_at,
        TokenField.LAST_USED: use.at if use else None,
    }
    if asked.field is TokenField.INCIDENT:
        begins = f"incident {asked.value}"
        return token.reason == begins or token.reason.startswith(f"{begins}:")
    value = values[asked.field]
    if asked.relation is Relation.NEVER:
        return value is None
    if asked.relation in ORDERS:
        return value is not None and bool(ORDERS[asked.relation](value, asked.value))
    if asked.relation is Relation.IN:
        return bool(value) and ip_address(value) in ip_network(str(asked.value))
    if asked.relation is Relation.CONTAINS:
        return canonical(str(asked.value)) in canonical(value)
    return asked.value in value if isinstance(value, frozenset) else bool(value == asked.value)
