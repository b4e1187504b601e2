"""Users, page by page: the `UserLists` part of the `UserStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import false, or_, select

from authserver.domain.searches import UserSort
from authserver.domain.users import UserStatus
from authserver.storage.paging import Cut, Order, are_named, counted
from authserver.storage.role_holders import has_role
from authserver.storage.rows.groups import group_members
from authserver.storage.rows.identities import provider_group_members
from authserver.storage.rows.users import users
from authserver.storage.search_words import Searched, found_by
from authserver.storage.store import Store
from authserver.storage.texts import is_storable
from authserver.storage.user_values import user_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import ColumnElement

    from authserver.domain.pages import Page, Place
    from authserver.domain.searches import UserSearch
    from authserver.domain.users import User

_COLUMNS = users.c
_FEW: Final = 1000
"""So many members stand close to each other in any order: a page of them is full soon."""
ORDERS: Final = {
    UserSort.USERNAME: Order((_COLUMNS.username,)),
    UserSort.CREATED: Order((_COLUMNS.created_at, _COLUMNS.subject)),
}


class UserPages(Store):
    """The lists of users of one transaction."""

    def page(
        self,
        wanted: UserSearch,
        *,
        sort: UserSort = UserSort.USERNAME,
        descending: bool = False,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[User]:
        """Those that fit, beginning behind `after`."""
        asked = list(self._conditions(wanted))
        query = select(users).where(self._mine(users), *asked)
        few = are_named(asked, _COLUMNS.subject)
        cut = Cut(ORDERS[sort], descending, after, limit, few=few)
        return cut.page(self._connection, query, user_from)

    def count(self, wanted: UserSearch, at_most: int | None = None) -> int:
        """How many fit, as far as `at_most`."""
        asked = (self._mine(users), *self._conditions(wanted))
        return counted(self._connection, users, asked, at_most)

    def names(self, subjects: Iterable[str]) -> Mapping[str, str]:
        """User names by subject, also of those who were deleted."""
        asked = sorted(each for each in set(subjects) if is_storable(each))
        if not asked:
            return {}
        query = select(_COLUMNS.subject, _COLUMNS.username, _COLUMNS.former_username)
        found = self._connection.execute(
            query.where(self._mine(users), _COLUMNS.subject.in_(asked))
        )
        return {row.subject: row.former_username or row.username for row in found}

    def _conditions(self, wanted: UserSearch) -> Iterator[ColumnElement[bool]]:
        if wanted.status is None:
            yield _COLUMNS.status != UserStatus.DELETED.value
        else:
            yield _COLUMNS.status == wanted.status.value
        if wanted.role is not None:
            yield has_role(self._connection, self._issuer_id, wanted.role)
        if wanted.group is not None:
            yield self._is_member(wanted.group) if is_storable(wanted.group) else false()
        yield from found_by(
            self._connection, self._issuer_id, Searched.USER, _COLUMNS.subject, wanted.text
        )

    def _is_member(self, group: str) -> ColumnElement[bool]:
        """Few members are named one by one; many are met on the way through all users."""
        ways = [
            select(table.c.subject).where(self._mine(table), table.c.group_name == group)
            for table in (group_members, provider_group_members)
        ]
        few = [self._connection.scalars(way.limit(_FEW + 1)).all() for way in ways]
        if max(map(len, few)) <= _FEW:
            members = sorted({each for found in few for each in found})
            return _COLUMNS.subject.in_(members) if members else false()
        # Not EXISTS: PostgreSQL would join all members, and sort them, for one page.
        return or_(
            *(
                way.where(way.selected_columns[0] == _COLUMNS.subject)
                .limit(1)
                .scalar_subquery()
                .is_not(None)
                for way in ways
            )
        )
