"""Conditions on API tokens as one condition of SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, false, func, or_

from authserver.domain.api_token_conditions import (
    INCIDENT_REASON,
    TIMES,
    AllOf,
    AnyOf,
    Comparison,
    Relation,
    TokenField,
)
from authserver.domain.users import canonical
from authserver.storage.api_token_values import padded
from authserver.storage.network_keys import range_of
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from sqlalchemy import Column, ColumnElement, Connection

    from authserver.domain.api_token_conditions import Condition

_COLUMNS = api_tokens.c
_WHOLE: Final[Mapping[TokenField, Column[Any]]] = {
    TokenField.CLIENT: _COLUMNS.client_id,
    TokenField.OWNER: _COLUMNS.owner,
    TokenField.SUBJECT: _COLUMNS.subject,
    TokenField.TEAM: _COLUMNS.team,
    TokenField.TICKET: _COLUMNS.ticket,
    TokenField.PURPOSE: _COLUMNS.purpose,
    TokenField.STATUS: _COLUMNS.status,
}
_WORDS: Final[Mapping[TokenField, Column[Any]]] = {
    TokenField.RESOURCE: _COLUMNS.resources,
    TokenField.SCOPE: _COLUMNS.scopes,
}
_TIMES: Final[Mapping[TokenField, Column[Any]]] = {
    TokenField.CREATED: _COLUMNS.created_at,
    TokenField.EXPIRES: _COLUMNS.expires_at,
    TokenField.LAST_USED: _COLUMNS.last_used_at,
}
_ORDERS: Final[Mapping[Relation, Callable[[Any, float], Any]]] = {
    Relation.BEFORE: lambda column, at: column < at,
    Relation.NOT_AFTER: lambda column, at: column <= at,
    Relation.AFTER: lambda column, at: column > at,
    Relation.NOT_BEFORE: lambda column, at: column >= at,
}


def compiled(connection: Connection, condition: Condition) -> ColumnElement[bool]:
    """What the condition asks of a row. What cannot be compared holds for no row."""
    match condition:
        case AllOf(parts):
            return and_(*(compiled(connection, each) for each in parts))
        case AnyOf(parts):
            return or_(*(compiled(connection, each) for each in parts))
        case Comparison(field, relation, value):
            if field in TIMES:
                return _timely(field, relation, value)
            return _textual(connection, field, relation, str(value))


def _timely(field: TokenField, relation: Relation, value: str | float) -> ColumnElement[bool]:
    column = _TIMES[field]
    if relation is Relation.NEVER:
        return column.is_(None)
    if relation not in _ORDERS or isinstance(value, str):
        return false()
    ordered: ColumnElement[bool] = _ORDERS[relation](column, value)
    return ordered


def _textual(
    connection: Connection, field: TokenField, relation: Relation, value: str
) -> ColumnElement[bool]:
    if not is_storable(value):
        return false()
    if relation is Relation.IN:
        return _used_from(value) if field is TokenField.NETWORK else false()
    if relation is Relation.CONTAINS:
        if field is not TokenField.PURPOSE:
            return false()
        return _has(connection, _COLUMNS.folded_purpose, canonical(value))
    return _equal(connection, field, value) if relation is Relation.IS else false()


def _equal(connection: Connection, field: TokenField, value: str) -> ColumnElement[bool]:
    if field is TokenField.INCIDENT:
        begins = f"{INCIDENT_REASON}{value}"
        start = func.substr(_COLUMNS.reason, 1, len(begins) + 1)
        return or_(_COLUMNS.reason == begins, start == f"{begins}:")
    if field in _WORDS:
        # A word has no blank: none is two words of a row.
        is_word = bool(value) and " " not in value
        return _has(connection, _WORDS[field], padded([value])) if is_word else false()
    return _WHOLE[field] == value if field in _WHOLE else false()


def _has(connection: Connection, column: Column[Any], text: str) -> ColumnElement[bool]:
    """Whether the column contains the text, case and all: LIKE of SQLite does not tell cases."""
    place = func.instr if connection.dialect.name == "sqlite" else func.strpos
    return place(column, text) > 0


def _used_from(network: str) -> ColumnElement[bool]:
    found = range_of(network)
    if found is None:
        return false()
    key = _COLUMNS.last_network_key
    return and_(key >= found[0], key <= found[1])
