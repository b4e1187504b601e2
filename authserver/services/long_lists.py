"""Long lists of what there is, page by page, with the names that people know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.searches import ApiTokenSort, GrantSort, MailSort, SessionSort, UserSort

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.api_tokens import ApiToken, ApiTokenFilter
    from authserver.domain.grants import Grant
    from authserver.domain.mail import WaitingMail
    from authserver.domain.pages import Page, Place
    from authserver.domain.ports import Database
    from authserver.domain.searches import GrantSearch, MailSearch, SessionSearch, UserSearch
    from authserver.domain.sessions import Session
    from authserver.domain.users import User


class LongLists:
    """Reads one page at a time. Every page raises InvalidField for a limit or a foreign place."""

    def __init__(self, database: Database) -> None:
        """Take the database; hold no state of its own."""
        self._database = database

    def api_tokens(
        self,
        wanted: ApiTokenFilter,
        sort: str = ApiTokenSort.CREATED,
        *,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> tuple[Page[ApiToken], int]:
        """Those that are meant, and how many there are altogether."""
        with self._database.reading() as stores:
            page = stores.api_tokens.listed(
                wanted, sort=ApiTokenSort(sort), descending=descending, after=after, limit=limit
            )
            return page, stores.api_tokens.count(wanted)

    def users(
        self,
        wanted: UserSearch,
        sort: str = UserSort.USERNAME,
        *,
        descending: bool = False,
        after: Place | None = None,
        limit: int = 50,
    ) -> tuple[Page[User], int]:
        """The same of users."""
        with self._database.reading() as stores:
            page = stores.users.page(
                wanted, sort=UserSort(sort), descending=descending, after=after, limit=limit
            )
            return page, stores.users.count(wanted)

    def sessions(
        self,
        wanted: SessionSearch,
        sort: str = SessionSort.CREATED,
        *,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> tuple[Page[Session], int]:
        """The same of sessions."""
        with self._database.reading() as stores:
            page = stores.sessions.page(
                wanted, sort=SessionSort(sort), descending=descending, after=after, limit=limit
            )
            return page, stores.sessions.count(wanted)

    def grants(
        self,
        wanted: GrantSearch,
        sort: str = GrantSort.CREATED,
        *,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> tuple[Page[Grant], int]:
        """The same of grants."""
        with self._database.reading() as stores:
            page = stores.grants.page(
                wanted, sort=GrantSort(sort), descending=descending, after=after, limit=limit
            )
            return page, stores.grants.count(wanted)

    def mails(
        self,
        wanted: MailSearch,
        sort: str = MailSort.CREATED,
        *,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> tuple[Page[WaitingMail], int]:
        """The same of mails."""
        with self._database.reading() as stores:
            page = stores.mails.page(
                wanted, sort=MailSort(sort), descending=descending, after=after, limit=limit
            )
            return page, stores.mails.count(wanted)

    def group_names(self) -> Sequence[tuple[str, str]]:
        """All groups with what they are for, by name."""
        with self._database.reading() as stores:
            return [(each.name, each.description) for each in stores.groups.list()]

    def usernames(self, subjects: Iterable[str]) -> Mapping[str, str]:
        """User names by subject, also of those who were deleted."""
        with self._database.reading() as stores:
            found = {each: stores.users.get(each) for each in set(subjects)}
        return {each: user.username for each, user in found.items() if user is not None}

    def subject_of(self, handle: str) -> str:
        """The subject that a user name means; a subject, and what nobody is called, as it is."""
        with self._database.reading() as stores:
            user = stores.users.get_by_username(handle)
        return handle if user is None else user.subject
