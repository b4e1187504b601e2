"""Mails, page by page: the `MailLists` part of the `MailStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import false, select

from authserver.domain.mail import MailKind, MailStatus, WaitingMail
from authserver.domain.searches import MailSort
from authserver.storage.paging import Cut, Order, counted
from authserver.storage.rows.mail import mails
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Row

    from authserver.domain.pages import Page, Place
    from authserver.domain.searches import MailSearch

_COLUMNS = mails.c
ORDERS: Final = {
    MailSort.CREATED: Order((_COLUMNS.created_at, _COLUMNS.mail_id)),
    MailSort.NEXT_TRY: Order((_COLUMNS.next_try_at, _COLUMNS.mail_id)),
}


class MailPages(Store):
    """The lists of mails of one transaction."""

    def page(
        self,
        wanted: MailSearch,
        *,
        sort: MailSort = MailSort.CREATED,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[WaitingMail]:
        """Those that fit, beginning behind `after`."""
        query = select(mails).where(self._mine(mails), *_searched(wanted))
        cut = Cut(ORDERS[sort], descending, after, limit)
        return cut.page(self._connection, query, mail_from)

    def count(self, wanted: MailSearch, at_most: int | None = None) -> int:
        """How many fit, as far as `at_most`."""
        asked = (self._mine(mails), *_searched(wanted))
        return counted(self._connection, mails, asked, at_most)


def _searched(wanted: MailSearch) -> Iterator[ColumnElement[bool]]:
    if wanted.status is not None:
        yield _COLUMNS.status == wanted.status.value
    if wanted.kind is not None:
        yield _COLUMNS.kind == wanted.kind.value
    if wanted.to is not None:
        yield _COLUMNS.recipient == wanted.to if is_storable(wanted.to) else false()
    if wanted.due_by is not None:
        yield _COLUMNS.next_try_at <= wanted.due_by


def mail_from(row: Row[Any]) -> WaitingMail:
    """The mail in a row."""
    return WaitingMail(
        mail_id=row.mail_id,
        key=row.key,
        kind=MailKind(row.kind),
        to=row.recipient,
        status=MailStatus(row.status),
        sealed=bytes(row.sealed),
        created_at=row.created_at,
        next_try_at=row.next_try_at,
        expires_at=row.expires_at,
        tries=row.tries,
        sent_at=row.sent_at,
        last_error=row.last_error,
    )
