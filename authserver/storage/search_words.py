"""Words by which members of long lists are found: kept, and asked."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, false, insert, select

from authserver.domain.search_words import (
    after_all_that_begin_with,
    asked_words,
    words_of,
)
from authserver.storage.rows.search_words import search_words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Column, ColumnElement, Connection, Select

_COLUMNS = search_words.c
_FEW: Final = 1000
"""Up to so many members are named one by one. More stand close to each other in any order, so
that a page is full before many rows were looked at."""


class Searched(StrEnum):
    """What the words are of."""

    CLIENT = "client"
    USER = "user"
    API_TOKEN = "api_token"  # noqa: S105 - a kind
    SCOPE_OF_API_TOKEN = "api_token.scope"  # noqa: S105 - a kind
    RESOURCE_OF_API_TOKEN = "api_token.resource"  # noqa: S105 - a kind


OF_API_TOKENS: Final = (
    *(Searched.API_TOKEN, Searched.SCOPE_OF_API_TOKEN, Searched.RESOURCE_OF_API_TOKEN),
)


def keep_words(
    connection: Connection, issuer_id: int, kind: Searched, member: str, *texts: str
) -> None:
    """Let a member be found by the words of these texts, and no others."""
    keep_names(connection, issuer_id, member, {kind: words_of(*texts)})


def keep_names(
    connection: Connection,
    issuer_id: int,
    member: str,
    names: Mapping[Searched, Collection[str]],
) -> None:
    """The same for several kinds at once, with the words as they are."""
    own = (_COLUMNS.issuer_id == issuer_id, _COLUMNS.member == member)
    asked = select(_COLUMNS.kind, _COLUMNS.word).where(
        *own, _COLUMNS.kind.in_([kind.value for kind in names])
    )
    before = {(kind, word) for kind, word in connection.execute(asked)}
    after = {(kind.value, word) for kind, words in names.items() for word in words}
    for kind in names:
        gone = [word for of, word in before - after if of == kind.value]
        if gone:
            is_it = (_COLUMNS.kind == kind.value, _COLUMNS.word.in_(gone))
            connection.execute(delete(search_words).where(*own, *is_it))
    if after - before:
        connection.execute(
            insert(search_words),
            [
                {"issuer_id": issuer_id, "kind": kind, "member": member, "word": word}
                for kind, word in sorted(after - before)
            ],
        )


def forget_members(
    connection: Connection, issuer_id: int, kinds: Collection[Searched], members: Collection[str]
) -> None:
    """Let nobody find those who are no more."""
    connection.execute(
        delete(search_words).where(
            _COLUMNS.issuer_id == issuer_id,
            _COLUMNS.kind.in_([kind.value for kind in kinds]),
            _COLUMNS.member.in_(members),
        )
    )


def named(issuer_id: int, kind: Searched, word: str) -> Select[tuple[str]]:
    """The members that have a word of just this form."""
    return select(_COLUMNS.member).where(
        _COLUMNS.issuer_id == issuer_id, _COLUMNS.kind == kind.value, _COLUMNS.word == word
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
    if not members:
        return [false()]
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
