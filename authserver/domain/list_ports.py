"""What the core asks of storage where lists are long: pages, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from authserver.domain.api_tokens import ApiToken, ApiTokenFilter
    from authserver.domain.clients import Client
    from authserver.domain.grants import Grant
    from authserver.domain.identities import Identity
    from authserver.domain.mail import WaitingMail
    from authserver.domain.pages import Page, Place
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


class ClientLists(Protocol):
    """Clients, page by page. Every `page` raises InvalidField: `limit`, or another list's place."""

    def page(
        self,
        wanted: ClientSearch,
        *,
        sort: ClientSort = ...,
        descending: bool = False,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[Client]:
        """Those that fit, beginning behind `after`."""
        ...

    def count(self, wanted: ClientSearch, at_most: int | None = None) -> int:
        """How many fit; whoever needs no more than `at_most` gets no greater number."""
        ...


class UserLists(Protocol):
    """Users, page by page."""

    def names(self, subjects: Iterable[str]) -> Mapping[str, str]:
        """User names by subject, of those there are, also of those who were deleted."""
        ...

    def page(
        self,
        wanted: UserSearch,
        *,
        sort: UserSort = ...,
        descending: bool = False,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[User]:
        """Those that fit, beginning behind `after`."""
        ...

    def count(self, wanted: UserSearch, at_most: int | None = None) -> int:
        """How many fit; whoever needs no more than `at_most` gets no greater number."""
        ...


class SessionLists(Protocol):
    """Sessions, page by page."""

    def page(
        self,
        wanted: SessionSearch,
        *,
        sort: SessionSort = ...,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[Session]:
        """Those that fit, beginning behind `after`."""
        ...

    def count(self, wanted: SessionSearch, at_most: int | None = None) -> int:
        """How many fit; whoever needs no more than `at_most` gets no greater number."""
        ...


class GrantLists(Protocol):
    """Grants, page by page."""

    def page(
        self,
        wanted: GrantSearch,
        *,
        sort: GrantSort = ...,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[Grant]:
        """Those that fit, beginning behind `after`; nothing is locked."""
        ...

    def count(self, wanted: GrantSearch, at_most: int | None = None) -> int:
        """How many fit; whoever needs no more than `at_most` gets no greater number."""
        ...


class ApiTokenLists(Protocol):
    """API tokens, page by page, in more orders than by their ids."""

    def listed(
        self,
        wanted: ApiTokenFilter,
        *,
        sort: ApiTokenSort = ...,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[ApiToken]:
        """Those that are meant, beginning behind `after`."""
        ...


class IdentityLists(Protocol):
    """Linked identities, page by page."""

    def page(
        self,
        wanted: IdentitySearch,
        *,
        sort: IdentitySort = ...,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[Identity]:
        """Those that fit, beginning behind `after`."""
        ...

    def count(self, wanted: IdentitySearch, at_most: int | None = None) -> int:
        """How many fit; whoever needs no more than `at_most` gets no greater number."""
        ...


class MailLists(Protocol):
    """Mails, page by page."""

    def page(
        self,
        wanted: MailSearch,
        *,
        sort: MailSort = ...,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[WaitingMail]:
        """Those that fit, beginning behind `after`."""
        ...

    def count(self, wanted: MailSearch, at_most: int | None = None) -> int:
        """How many fit; whoever needs no more than `at_most` gets no greater number."""
        ...
