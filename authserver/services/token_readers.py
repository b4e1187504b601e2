"""Who reads mail about an API token: its owner and its team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.mail import is_address
from authserver.domain.users import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Stores
    from authserver.domain.users import User

LARGEST_TEAM: Final = 50
"""Members of a group that are told; a larger one is no team, and nobody in it is told."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody to be told; `name` is empty for an address that is nobody's here."""

    address: str
    name: str
    locale: str
    for_team: bool


@dataclass(frozen=True, slots=True)
class Readers:
    """Those who can be told, each address once, and how many cannot."""

    found: Sequence[Reader]
    skipped: int


def readers_of(stores: Stores, token: ApiToken) -> Readers:
    """Who is told of what becomes of a token.

    `team` is the name of a local group, whose members are told, or an e-mail address. People who
    are not enabled are none. Whoever has no usable address, a team that is neither, and a group
    that is too large count as skipped.
    """
    found: dict[str, Reader] = {}
    skipped = 0
    owner = stores.users.get(token.owner)
    for reader in _people([owner] if owner else [], for_team=False):
        skipped += _take(reader, found)
    team = _team(stores, token.team)
    for reader in team or ():
        skipped += _take(reader, found)
    return Readers(tuple(found.values()), skipped + (team is None))


def reader_of(user: User, *, for_team: bool = False) -> Reader:
    """A user as a reader; the address may be unusable."""
    return Reader(
        address=user.data.email,
        name=user.data.name or user.username,
        locale=user.data.locale,
        for_team=for_team,
    )


def _team(stores: Stores, team: str) -> Sequence[Reader] | None:
    """The team's readers; `None` for a team that nobody can be found for."""
    if not team:
        return ()
    group = stores.groups.get(team)
    if group is None:
        return (Reader(team, "", "", for_team=True),) if is_address(team) else None
    if len(group.members) > LARGEST_TEAM:
        return None
    members = (stores.users.get(subject) for subject in sorted(group.members))
    return _people((each for each in members if each is not None), for_team=True)


def _people(users: Iterable[User], *, for_team: bool) -> Sequence[Reader]:
    return [reader_of(each, for_team=for_team) for each in users if each.is_enabled]


def _take(reader: Reader, found: dict[str, Reader]) -> bool:
    """Add a reader unless the address is there; whether nothing can be sent to it."""
    if not is_address(reader.address):
        return True
    found.setdefault(canonical(reader.address), reader)
    return False
