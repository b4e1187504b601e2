"""Whose words are kept, and which: the same whether a value is written or its row is read again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.search_words import words_of
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.rows.clients import clients
from authserver.storage.rows.users import users
from authserver.storage.search_words import Names, Searched

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sqlalchemy import Column, Row, Table


def names_of_client(*, client_id: str, name: str, contact: str) -> Names:
    """By what a client is found."""
    return {Searched.CLIENT: words_of(client_id, name, contact)}


def names_of_user(
    *, username: str, name: str, given_name: str, family_name: str, email: str
) -> Names:
    """By what a user is found; a deleted one by the former user name."""
    return {Searched.USER: words_of(username, name, given_name, family_name, email)}


def names_of_api_token(*texts: str, scopes: Collection[str], resources: Collection[str]) -> Names:
    """By what an API token is found: `texts` are its name, purpose, team and ticket."""
    return {
        Searched.API_TOKEN: words_of(*texts),
        Searched.SCOPE_OF_API_TOKEN: scopes,
        Searched.RESOURCE_OF_API_TOKEN: resources,
    }


@dataclass(frozen=True, slots=True)
class Members:
    """Those of one table: `key` is the id of each.

    `names` makes the words of a row that has the `columns`, and the key as `member`.
    """

    kind: Searched
    table: Table
    key: Column[str]
    columns: Sequence[Column[str]]
    names: Callable[[Row[Any]], Names]


def _client(row: Row[Any]) -> Names:
    return names_of_client(client_id=row.member, name=row.name, contact=row.contact)


def _user(row: Row[Any]) -> Names:
    return names_of_user(
        username=row.former_username or row.username,
        name=row.name,
        given_name=row.given_name,
        family_name=row.family_name,
        email=row.email,
    )


def _api_token(row: Row[Any]) -> Names:
    return names_of_api_token(
        *(row.name, row.purpose, row.team, row.ticket),
        scopes=frozenset(row.scopes.split()),
        resources=frozenset(row.resources.split()),
    )


_USER: Final = users.c
_TOKEN: Final = api_tokens.c
ALL_MEMBERS: Final = (
    Members(
        Searched.CLIENT,
        clients,
        clients.c.client_id,
        (clients.c.name, clients.c.contact),
        _client,
    ),
    Members(
        Searched.USER,
        users,
        _USER.subject,
        (
            *(_USER.username, _USER.former_username, _USER.name),
            *(_USER.given_name, _USER.family_name, _USER.email),
        ),
        _user,
    ),
    Members(
        Searched.API_TOKEN,
        api_tokens,
        _TOKEN.token_id,
        (
            *(_TOKEN.name, _TOKEN.purpose, _TOKEN.team, _TOKEN.ticket),
            *(_TOKEN.scopes, _TOKEN.resources),
        ),
        _api_token,
    ),
)
