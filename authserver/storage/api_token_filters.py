"""Filters of API tokens as SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, false, func, literal, or_

from authserver.domain.api_tokens import OVER, ApiTokenStatus
from authserver.domain.users import canonical
from authserver.storage.api_token_conditions import compiled
from authserver.storage.api_token_values import padded
from authserver.storage.network_keys import range_of
from authserver.storage.rare_api_tokens import is_it
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import Column, ColumnElement, Connection

    from authserver.domain.api_tokens import ApiTokenFilter

_COLUMNS = api_tokens.c


def conditions(
    connection: Connection,
    chosen: ApiTokenFilter,
    *,
    by_end: bool = True,
    sorted_by: Collection[Column[Any]] | None = None,
) -> Sequence[ColumnElement[bool]]:
    """What a filter asks of a row: every one must hold.

    Unless `by_end`, no index of ends helps, and no index of a column that is not `sorted_by`:
    whatever it finds would have to be sorted. SQLite, which does not know how many that are,
    would do it.
    """
    if connection.dialect.name != "sqlite":
        sorted_by = None
    texts = (
        *(chosen.token_id, chosen.lineage_id, chosen.subject, chosen.owner, chosen.client_id),
        *(chosen.resource, chosen.team, chosen.ticket, chosen.purpose, chosen.scope),
    )
    if not all(text is None or is_storable(text) for text in texts):
        return [false()]
    return [
        *_equal(chosen, sorted_by),
        *_contained(connection, chosen),
        *_timely(
            chosen,
            _COLUMNS.expires_at if by_end else _COLUMNS.expires_at + literal(0.0),
            # Beside ids that are named, no other index shall help.
            _COLUMNS.status if sorted_by is None or len(sorted_by) else _COLUMNS.status.concat(""),
        ),
        *_used_from(chosen.networks),
        *([] if chosen.where is None else [compiled(connection, chosen.where)]),
    ]


def _equal(
    chosen: ApiTokenFilter, sorted_by: Collection[Column[Any]] | None
) -> Iterator[ColumnElement[bool]]:
    asked = {
        _COLUMNS.token_id: chosen.token_id,
        _COLUMNS.lineage_id: chosen.lineage_id,
        _COLUMNS.subject: chosen.subject,
        _COLUMNS.owner: chosen.owner,
        _COLUMNS.client_id: chosen.client_id,
        _COLUMNS.team: chosen.team,
        _COLUMNS.ticket: chosen.ticket,
        _COLUMNS.status: None if chosen.status is None else chosen.status.value,
        _COLUMNS.subject_type: None if chosen.subject_type is None else chosen.subject_type.value,
    }
    usable = set(asked) if sorted_by is None else set(sorted_by)
    for column, value in asked.items():
        if value is not None and column in usable:
            yield from is_it(column, value)
        elif value is not None:
            yield column.concat("") == value


def _contained(connection: Connection, chosen: ApiTokenFilter) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    for column, word in ((_COLUMNS.resources, chosen.resource), (_COLUMNS.scopes, chosen.scope)):
        if word is not None:
            # A word has no blank: none is two words of a row.
            is_word = bool(word) and " " not in word
            asked.append(_has(connection, column, padded([word])) if is_word else false())
    if chosen.purpose is not None:
        asked.append(_has(connection, _COLUMNS.folded_purpose, canonical(chosen.purpose)))
    return asked


def _has(connection: Connection, column: Column[Any], text: str) -> ColumnElement[bool]:
    """Whether the column contains the text, case and all: LIKE of SQLite does not tell cases."""
    place = func.instr if connection.dialect.name == "sqlite" else func.strpos
    return place(column, text) > 0


def _timely(
    chosen: ApiTokenFilter, expires_at: ColumnElement[float], status: ColumnElement[str]
) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if chosen.created_before is not None:
        asked.append(_COLUMNS.created_at < chosen.created_before)
    if chosen.changed_since is not None:
        asked.append(_COLUMNS.status_changed_at >= chosen.changed_since)
    if chosen.created_after is not None:
        asked.append(_COLUMNS.created_at > chosen.created_after)
    if chosen.expires_before is not None:
        asked.append(expires_at < chosen.expires_before)
    if chosen.unused_since is not None:
        asked += [
            _COLUMNS.created_at < chosen.unused_since,
            or_(
                _COLUMNS.last_used_at.is_(None),
                _COLUMNS.last_used_at < chosen.unused_since,
            ),
        ]
    if chosen.longer_than is not None:
        asked.append(_COLUMNS.expires_at > _COLUMNS.created_at + chosen.longer_than)
    if chosen.live_at is not None:
        asked += [
            # Named one by one, as the index has them.
            status.in_([each.value for each in ApiTokenStatus if each not in OVER]),
            expires_at > chosen.live_at,
        ]
    return asked


def _used_from(networks: tuple[str, ...] | None) -> list[ColumnElement[bool]]:
    if networks is None:
        return []
    key = _COLUMNS.last_network_key
    ranges = [each for each in map(range_of, networks) if each is not None]
    return [or_(false(), *(and_(key >= first, key <= last) for first, last in ranges))]
