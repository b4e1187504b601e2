"""Users, page by page: the `UserLists` part of the `UserStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import false, func, or_, select

from authserver.domain.searches import UserSort
from authserver.domain.users import UserStatus
from authserver.storage.paging import Cut, Order
from authserver.storage.role_holders import has_role
from authserver.storage.rows.groups import group_members
from authserver.storage.rows.identities import provider_group_members
from authserver.storage.rows.users import users
from authserver.storage.search_words import Searched, found_by
from authserver.storage.store import Store
from authserver.storage.texts import is_storable
from authserver.storage.user_values import user_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement

    from authserver.domain.pages import Page, Place
    from authserver.domain.searches import UserSearch
    from authserver.domain.users import User

_COLUMNS = users.c
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
        query = select(users).where(self._mine(users), *self._conditions(wanted))
        cut = Cut(ORDERS[sort], descending, after, limit)
        return cut.page(self._connection, query, user_from)

    def count(self, wanted: UserSearch) -> int:
        """How many fit."""
        query = select(func.count()).select_from(users)
        return self._connection.execute(
            query.where(self._mine(users), *self._conditions(wanted))
        ).scalar_one()

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
        return or_(
            *(
                _COLUMNS.subject.in_(
                    select(table.c.subject).where(self._mine(table), table.c.group_name == group)
                )
                for table in (group_members, provider_group_members)
            )
        )
