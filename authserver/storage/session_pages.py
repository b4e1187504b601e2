"""Sessions, page by page: the `SessionLists` part of the `SessionStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import false, select

from authserver.domain.searches import SessionSort
from authserver.domain.sessions import Session
from authserver.storage.json_texts import texts_from
from authserver.storage.paging import Cut, Order, counted
from authserver.storage.rows.sessions import sessions
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Row

    from authserver.domain.pages import Page, Place
    from authserver.domain.searches import SessionSearch

_COLUMNS = sessions.c
_FEW: Final = 1000
ORDERS: Final = {
    SessionSort.CREATED: Order((_COLUMNS.created_at, _COLUMNS.session_id)),
    SessionSort.EXPIRES: Order((_COLUMNS.valid_until, _COLUMNS.session_id)),
}


class SessionPages(Store):
    """The lists of sessions of one transaction."""

    def page(
        self,
        wanted: SessionSearch,
        *,
        sort: SessionSort = SessionSort.CREATED,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[Session]:
        """Those that fit, beginning behind `after`."""
        asked = _conditions(wanted, by_end=self._by_end(wanted, sort))
        query = select(sessions).where(self._mine(sessions), *asked)
        cut = Cut(ORDERS[sort], descending, after, limit)
        return cut.page(self._connection, query, session_from)

    def count(self, wanted: SessionSearch, at_most: int | None = None) -> int:
        """How many fit, as far as `at_most`."""
        asked = (self._mine(sessions), *_conditions(wanted))
        return counted(self._connection, sessions, asked, at_most)

    def _by_end(self, wanted: SessionSearch, sort: SessionSort) -> bool:
        """Whether live ones are to be found by their ends, and then sorted: where they are few.

        SQLite does not know how many they are.
        """
        if self._connection.dialect.name != "sqlite" or sort is SessionSort.EXPIRES:
            return True
        if wanted.subject is not None:
            # Those of one user are few, and have an index.
            return False
        return wanted.live_at is None or self.count(wanted, _FEW + 1) <= _FEW


def _conditions(wanted: SessionSearch, *, by_end: bool = True) -> Iterator[ColumnElement[bool]]:
    """What is asked of a row; unless `by_end`, no index of the end helps."""
    if wanted.subject is not None:
        is_possible = is_storable(wanted.subject)
        yield _COLUMNS.subject == wanted.subject if is_possible else false()
    if wanted.live_at is not None:
        yield _COLUMNS.ended_at.is_(None)
        end = _COLUMNS.valid_until if by_end else _COLUMNS.valid_until + 0.0
        yield end > wanted.live_at
        yield _COLUMNS.last_seen_at + _COLUMNS.idle_seconds > wanted.live_at


def session_from(row: Row[Any]) -> Session:
    """The session in a row."""
    return Session(
        session_id=row.session_id,
        subject=row.subject,
        digest=bytes(row.digest),
        pepper_id=row.pepper_id,
        auth_time=row.auth_time,
        acr=row.acr,
        amr=texts_from(row.amr, "amr of a session"),
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        idle_seconds=row.idle_seconds,
        expires_at=row.valid_until,
        peer=row.peer,
        user_agent=row.user_agent,
        ended_at=row.ended_at,
    )
