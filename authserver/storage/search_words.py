"""Words by which members of long lists are found: kept, and asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, delete, false, insert, select

from authserver.domain.search_words import (
    after_all_that_begin_with,
    asked_words,
)
from authserver.storage.rows.search_words import search_words

if TYPE_CHECKING:
    from collections.abc import Iterable

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


Names = Mapping[Searched, Collection[str]]
"""By what words, as they are, a member is found."""
Pair = tuple[str, str]
OF_API_TOKENS: Final = (
    *(Searched.API_TOKEN, Searched.SCOPE_OF_API_TOKEN, Searched.RESOURCE_OF_API_TOKEN),
)


def keep_names(connection: Connection, issuer_id: int, member: str, names: Names) -> bool:
    """Let a member be found by these words, and no others; False when it was already."""
    own = (_COLUMNS.issuer_id == issuer_id, _COLUMNS.member == member)
    before = kept_names(connection, issuer_id, names, [member]).get(member, set())
    after = pairs_of(names)
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
    return before != after


def kept_names(
    connection: Connection, issuer_id: int, kinds: Iterable[Searched], members: Collection[str]
) -> Mapping[str, set[Pair]]:
    """By what members are found now, by member; one that is not found is not in it."""
    asked = select(_COLUMNS.member, _COLUMNS.kind, _COLUMNS.word).where(
        _COLUMNS.issuer_id == issuer_id,
        _COLUMNS.kind.in_([kind.value for kind in kinds]),
        _COLUMNS.member.in_(members),
    )
    found: dict[str, set[Pair]] = {}
    for member, kind, word in connection.execute(asked):
        found.setdefault(member, set()).add((kind, word))
    return found


def pairs_of(names: Names) -> set[Pair]:
    """Kind and word, as they are kept."""
    return {(kind.value, word) for kind, words in names.items() for word in words}


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
    # By another order than its own PostgreSQL cannot use the primary key, and reads all that have
    # the word, once for each member.
    is_postgresql = connection.dialect.name == "postgresql"
    own = member.collate("default") if is_postgresql else member
    conditions += [
        # Not EXISTS: PostgreSQL would join all that have the word, and sort them, for one page.
        select(_COLUMNS.issuer_id)
        .where(and_(*of_kind, _COLUMNS.member == own, _begins(word)))
        .limit(1)
        .scalar_subquery()
        .is_not(None)
        for word in rest
    ]
    return conditions


def _begins(word: str) -> ColumnElement[bool]:
    return and_(_COLUMNS.word >= word, _COLUMNS.word < after_all_that_begin_with(word))
