"""Looking at long lists page by page, for those who administer: nothing is read whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.errors import InvalidField, NotFound
from authserver.services.user_lookup import existing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.api_tokens import ApiToken, ApiTokenFilter
    from authserver.domain.grants import Grant
    from authserver.domain.groups import Group
    from authserver.domain.identities import Identity
    from authserver.domain.mail import WaitingMail
    from authserver.domain.pages import Page, Place
    from authserver.domain.ports import Database
    from authserver.domain.searches import (
        ApiTokenSort,
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


@dataclass(frozen=True, slots=True)
class Piece:
    """Which part of a list: behind which member it begins, how many, and which way round."""

    after: Place | None
    limit: int
    descending: bool


class Listing:
    """Pages of the lists that grow with the installation. Raises InvalidField for odd pieces."""

    def __init__(self, database: Database) -> None:
        """Take the database; hold no state of its own."""
        self._database = database

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

    def users(self, wanted: UserSearch, sort: UserSort, piece: Piece) -> Page[User]:
        """Users."""
        with self._database.reading() as stores:
            return stores.users.page(
                wanted,
                sort=sort,
                descending=piece.descending,
                after=piece.after,
                limit=piece.limit,
            )

    def groups_of(self, subjects: Sequence[str]) -> Sequence[Sequence[str]]:
        """The names of the local groups of each user of a page."""
        with self._database.reading() as stores:
            return [stores.groups.of(each) for each in subjects]

    def groups(self) -> Sequence[Group]:
        """All local groups, by name."""
        with self._database.reading() as stores:
            return stores.groups.list()

    def members(self, group: str, sort: UserSort, piece: Piece, wanted: UserSearch) -> Page[User]:
        """The members of a group; `wanted` names it, too. Raises NotFound."""
        with self._database.reading() as stores:
            if stores.groups.get(group) is None:
                raise NotFound("group", group)
        return self.users(wanted, sort, piece)

    def sessions(self, wanted: SessionSearch, sort: SessionSort, piece: Piece) -> Page[Session]:
        """Sessions."""
        with self._database.reading() as stores:
            return stores.sessions.page(
                wanted,
                sort=sort,
                descending=piece.descending,
                after=piece.after,
                limit=piece.limit,
            )

    def grants(self, wanted: GrantSearch, sort: GrantSort, piece: Piece) -> Page[Grant]:
        """Grants."""
        with self._database.reading() as stores:
            return stores.grants.page(
                wanted,
                sort=sort,
                descending=piece.descending,
                after=piece.after,
                limit=piece.limit,
            )

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
            return stores.identities.page(
                wanted,
                sort=sort,
                descending=piece.descending,
                after=piece.after,
                limit=piece.limit,
            )

    def api_tokens(
        self, wanted: ApiTokenFilter, sort: ApiTokenSort, piece: Piece
    ) -> Page[ApiToken]:
        """API tokens."""
        with self._database.reading() as stores:
            return stores.api_tokens.listed(
                wanted,
                sort=sort,
                descending=piece.descending,
                after=piece.after,
                limit=piece.limit,
            )

    def mails(self, wanted: MailSearch, sort: MailSort, piece: Piece) -> Page[WaitingMail]:
        """Mails."""
        with self._database.reading() as stores:
            return stores.mails.page(
                wanted,
                sort=sort,
                descending=piece.descending,
                after=piece.after,
                limit=piece.limit,
            )
