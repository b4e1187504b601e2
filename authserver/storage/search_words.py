"""Words by which members of long lists are found: kept, and asked."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, insert, select

from authserver.domain.search_words import (
    after_all_that_begin_with,
    asked_words,
    words_of,
)
from authserver.storage.rows.search_words import search_words

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Connection

_COLUMNS = search_words.c
_FEW: Final = 1000
"""Up to so many members are named one by one. More stand close to each other in any order, so
that a page is full before many rows were looked at."""


class Searched(StrEnum):
    """What the words are of."""

    CLIENT = "client"
    USER = "user"
    API_TOKEN = "api_token"  # noqa: S105 - a kind


def keep_words(
    connection: Connection, issuer_id: int, kind: Searched, member: str, *texts: str
) -> None:
    """Let a member be found by the words of these texts, and no others."""
    own = (
        _COLUMNS.issuer_id == issuer_id,
        _COLUMNS.kind == kind.value,
        _COLUMNS.member == member,
    )
    before = frozenset(connection.scalars(select(_COLUMNS.word).where(*own)))
    after = words_of(*texts)
    if before - after:
        connection.execute(delete(search_words).where(*own, _COLUMNS.word.in_(before - after)))
    if after - before:
        connection.execute(
            insert(search_words),
            [
                {"issuer_id": issuer_id, "kind": kind.value, "member": member, "word": word}
                for word in sorted(after - before)
            ],
        )


def found_by(
    connection: Connection, issuer_id: int, kind: Searched, member: Column[Any], text: str
) -> list[ColumnElement[bool]]:
    """What a text asks of the rows whose id is `member`: every condition must hold.

    No words ask for nothing: whoever types a dash sees everything.
    """
    asked = asked_words(text)
    if not asked:
        return []
    of_kind = (_COLUMNS.issuer_id == issuer_id, _COLUMNS.kind == kind.value)
    first = select(_COLUMNS.member).where(*of_kind, _begins(asked[0])).limit(_FEW + 1)
    # A member with two such words counts twice.
    members = connection.scalars(first).all()
    is_few = len(members) <= _FEW
    conditions: list[ColumnElement[bool]] = [member.in_(sorted(set(members)))] if is_few else []
    rest = asked[1:] if is_few else asked
    conditions += [
        # Not EXISTS: PostgreSQL would join all that have the word, and sort them, for one page.
        select(_COLUMNS.issuer_id)
        .where(and_(*of_kind, _COLUMNS.member == member, _begins(word)))
        .limit(1)
        .scalar_subquery()
        .is_not(None)
        for word in rest
    ]
    return conditions


def _begins(word: str) -> ColumnElement[bool]:
    return and_(_COLUMNS.word >= word, _COLUMNS.word < after_all_that_begin_with(word))
