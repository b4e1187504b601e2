"""API tokens with something that few have: found first, so that no list is read for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import literal_column, select

from authserver.domain.api_token_conditions import AllOf, Comparison, Relation, TokenField
from authserver.domain.api_tokens import OVER, ApiTokenStatus
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.search_words import Searched, named
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from sqlalchemy import Column, ColumnElement, Connection, Select

    from authserver.domain.api_token_conditions import Condition
    from authserver.domain.api_tokens import ApiTokenFilter

_COLUMNS = api_tokens.c
_FEW: Final = 1000
"""Up to so many are named one by one. More stand close to each other in any order, so that a page
is full before many rows were looked at."""
_WORDS: Final[Mapping[TokenField, Searched]] = {
    TokenField.SCOPE: Searched.SCOPE_OF_API_TOKEN,
    TokenField.RESOURCE: Searched.RESOURCE_OF_API_TOKEN,
}
_WHOLE: Final[Mapping[TokenField, Column[Any]]] = {
    TokenField.SUBJECT: _COLUMNS.subject,
    TokenField.OWNER: _COLUMNS.owner,
    TokenField.CLIENT: _COLUMNS.client_id,
    TokenField.TEAM: _COLUMNS.team,
    TokenField.TICKET: _COLUMNS.ticket,
    TokenField.STATUS: _COLUMNS.status,
}
_MOSTLY_EMPTY: Final = (_COLUMNS.team, _COLUMNS.ticket)


def is_it(column: Column[Any], value: object) -> Iterator[ColumnElement[bool]]:
    """What is asked of a column that must have this value."""
    yield column == value
    if value and column in set(_MOSTLY_EMPTY):
        # Said again, so that the planner may use the index of those that have it filled.
        yield column != literal_column("''")


def rare(connection: Connection, issuer_id: int, wanted: ApiTokenFilter) -> Sequence[str] | None:
    """The ids of all that can be meant; `None` when whatever is asked for is common."""
    for ways in _asked(issuer_id, wanted):
        found: set[str] = set()
        for way in ways:
            found.update(connection.scalars(way.limit(_FEW + 1)))
            if len(found) > _FEW:
                break
        else:
            return sorted(found)
    return None


def _asked(issuer_id: int, wanted: ApiTokenFilter) -> Iterator[Sequence[Select[tuple[str]]]]:
    """Of everything that is asked for: where to look for those that have it."""
    ids = select(_COLUMNS.token_id).where(_COLUMNS.issuer_id == issuer_id)
    if wanted.lineage_id and is_storable(wanted.lineage_id):
        yield [ids.where(_COLUMNS.lineage_id == wanted.lineage_id)]
    for field, value in (*_stated(wanted), *_certain(wanted.where)):
        if value and is_storable(value):
            if field in _WORDS:
                yield [named(issuer_id, _WORDS[field], value)]
            elif field in _WHOLE:
                yield [ids.where(*is_it(_WHOLE[field], value))]
    if wanted.subject_type is not None:
        yield [ids.where(_COLUMNS.subject_type == wanted.subject_type.value)]
    yield from _timely(ids.where(_in_state(wanted)), wanted)


def _timely(
    ids: Select[tuple[str]], wanted: ApiTokenFilter
) -> Iterator[Sequence[Select[tuple[str]]]]:
    """The same of times, by indexes that begin with the state."""
    if wanted.unused_since is not None:
        used = _COLUMNS.last_used_at
        made = ids.where(_COLUMNS.created_at < wanted.unused_since)
        yield [made.where(used.is_(None)), made.where(used < wanted.unused_since)]
    ends = _COLUMNS.expires_at
    asked = [] if wanted.live_at is None else [ends > wanted.live_at]
    if wanted.expires_before is not None:
        asked.append(ends < wanted.expires_before)
    if asked:
        yield [ids.where(*asked)]


def _stated(wanted: ApiTokenFilter) -> Iterator[tuple[TokenField, str]]:
    for field, value in (
        (TokenField.SUBJECT, wanted.subject),
        (TokenField.OWNER, wanted.owner),
        (TokenField.CLIENT, wanted.client_id),
        (TokenField.TEAM, wanted.team),
        (TokenField.TICKET, wanted.ticket),
        (TokenField.SCOPE, wanted.scope),
        (TokenField.RESOURCE, wanted.resource),
        (TokenField.STATUS, None if wanted.status is None else wanted.status.value),
    ):
        if value is not None:
            yield field, value


def _certain(condition: Condition | None) -> Iterator[tuple[TokenField, str]]:
    """What a condition asks of every token that it holds for."""
    match condition:
        case AllOf(parts):
            for each in parts:
                yield from _certain(each)
        case Comparison(field, Relation.IS, value):
            yield field, str(value)


def _in_state(wanted: ApiTokenFilter) -> ColumnElement[bool]:
    """Named one by one, as the index has them."""
    may_be = [each for each in ApiTokenStatus if wanted.live_at is None or each not in OVER]
    states = may_be if wanted.status is None else [wanted.status]
    return _COLUMNS.status.in_([each.value for each in states])
