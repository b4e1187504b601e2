"""Long lists of what there is, page by page, for those who administer: nothing is read whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from authserver.domain.errors import InvalidField, NotFound
from authserver.services.user_lookup import existing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from authserver.domain.api_tokens import ApiToken, ApiTokenFilter
    from authserver.domain.clients import Client
    from authserver.domain.grants import Grant
    from authserver.domain.groups import GroupHead
    from authserver.domain.identities import Identity
    from authserver.domain.mail import WaitingMail
    from authserver.domain.pages import Page, Place
    from authserver.domain.ports import Database
    from authserver.domain.searches import (
        ApiTokenSort,
        ClientSearch,
        ClientSort,
        GrantSearch,
        GrantSort,
        IdentitySearch,
        IdentitySort,
        MailSearch,
        MailSort,
        SessionSearch,
        SessionSort,
        UserSearch,
        UserSort,
    )
    from authserver.domain.sessions import Session
    from authserver.domain.users import User

MOST_COUNTED: Final = 1_000
"""No more members than this are counted: a greater total only says that there are more."""
Item = TypeVar("Item")
Wanted_contra = TypeVar("Wanted_contra", contravariant=True)
Sort_contra = TypeVar("Sort_contra", contravariant=True)


class PageReader(Protocol[Wanted_contra, Sort_contra, Item]):
    """How every store gives a page."""

    def __call__(
        self,
        wanted: Wanted_contra,
        /,
        *,
        sort: Sort_contra,
        descending: bool,
        after: Place | None,
        limit: int,
    ) -> Page[Item]:
        """Read it."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """Which part of a list: behind which member it begins, how many, and which way round.

    `counts`: the page says how many members the whole list has.
    """

    after: Place | None
    limit: int
    descending: bool
    counts: bool = False


class LongLists:
    """Pages of the lists that grow with the installation. Raises InvalidField for odd pieces."""

    def __init__(self, database: Database) -> None:
        """Take the database; hold no state of its own."""
        self._database = database

    def clients(self, wanted: ClientSearch, sort: ClientSort, piece: Piece) -> Page[Client]:
        """Clients."""
        with self._database.reading() as stores:
            clients = stores.clients
            return _page(clients.page, wanted, sort, piece, clients.count)

    def users(self, wanted: UserSearch, sort: UserSort, piece: Piece) -> Page[User]:
        """Users."""
        with self._database.reading() as stores:
            users = stores.users
            return _page(users.page, wanted, sort, piece, users.count)

    def members(self, group: str, sort: UserSort, piece: Piece, wanted: UserSearch) -> Page[User]:
        """The members of a group; `wanted` names it, too. Raises NotFound."""
        with self._database.reading() as stores:
            if group not in {each.name for each in stores.groups.heads()}:
                raise NotFound("group", group)
        return self.users(wanted, sort, piece)

    def sessions(self, wanted: SessionSearch, sort: SessionSort, piece: Piece) -> Page[Session]:
        """Sessions."""
        with self._database.reading() as stores:
            sessions = stores.sessions
            return _page(sessions.page, wanted, sort, piece, sessions.count)

    def grants(self, wanted: GrantSearch, sort: GrantSort, piece: Piece) -> Page[Grant]:
        """Grants."""
        with self._database.reading() as stores:
            grants = stores.grants
            return _page(grants.page, wanted, sort, piece, grants.count)

    def grant(self, grant_id: str) -> Grant:
        """One grant, an ended one too. Raises NotFound."""
        with self._database.reading() as stores:
            found = stores.grants.get(grant_id)
        if found is None:
            raise NotFound("grant", grant_id)
        return found

    def identities(
        self, wanted: IdentitySearch, sort: IdentitySort, piece: Piece
    ) -> Page[Identity]:
        """Linked identities."""
        with self._database.reading() as stores:
            identities = stores.identities
            return _page(identities.page, wanted, sort, piece, identities.count)

    def api_tokens(
        self, wanted: ApiTokenFilter, sort: ApiTokenSort, piece: Piece
    ) -> Page[ApiToken]:
        """API tokens."""
        with self._database.reading() as stores:
            tokens = stores.api_tokens
            return _page(tokens.listed, wanted, sort, piece, tokens.count)

    def mails(self, wanted: MailSearch, sort: MailSort, piece: Piece) -> Page[WaitingMail]:
        """Mails."""
        with self._database.reading() as stores:
            mails = stores.mails
            return _page(mails.page, wanted, sort, piece, mails.count)

    def group_heads(self) -> Sequence[GroupHead]:
        """All local groups, by name, without their members."""
        with self._database.reading() as stores:
            return stores.groups.heads()

    def member_counts(self, groups: Iterable[str]) -> Mapping[str, int]:
        """How many members each group of a page has."""
        with self._database.reading() as stores:
            return stores.groups.count_members(groups)

    def first_members(self, group: str, limit: int) -> Mapping[str, str]:
        """So many members of a group, and what they are called."""
        with self._database.reading() as stores:
            return stores.users.names(stores.groups.first_members(group, limit))

    def groups_of(self, subjects: Sequence[str]) -> Sequence[Sequence[str]]:
        """The names of the local groups of each user of a page."""
        with self._database.reading() as stores:
            groups = stores.groups.of_each(subjects)
        return [groups.get(each, ()) for each in subjects]

    def usernames(self, subjects: Iterable[str]) -> Mapping[str, str]:
        """User names by subject, also of those who were deleted."""
        with self._database.reading() as stores:
            return stores.users.names(subjects)

    def called(self, subjects: Iterable[str]) -> Mapping[str, str]:
        """What each is called: the user name, or the subject of whom nobody knows by a name."""
        asked = list(subjects)
        names = self.usernames(asked)
        return {each: names.get(each, each) for each in asked}

    def subject_of(self, handle: str) -> str:
        """The subject that a user name means; a subject, and what nobody is called, as it is."""
        with self._database.reading() as stores:
            user = stores.users.get_by_username(handle)
        return handle if user is None else user.subject

    def meant(self, field: str, handle: str | None) -> str | None:
        """The subject of the user that is meant by name or subject; `None` for nobody.

        Raises:
            InvalidField: there is no such user.
        """
        if handle is None:
            return None
        with self._database.reading() as stores:
            try:
                return existing(stores, handle).subject
            except NotFound:
                raise InvalidField(field, "the name or subject of a user here") from None


def _page(
    read: PageReader[Wanted_contra, Sort_contra, Item],
    wanted: Wanted_contra,
    sort: Sort_contra,
    piece: Piece,
    count: Callable[[Wanted_contra, int], int],
) -> Page[Item]:
    page = read(
        wanted, sort=sort, descending=piece.descending, after=piece.after, limit=piece.limit
    )
    if not piece.counts:
        return page
    is_whole = piece.after is None and page.next_place is None
    return replace(page, total=len(page.items) if is_whole else count(wanted, MOST_COUNTED + 1))
