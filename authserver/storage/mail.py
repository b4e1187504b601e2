"""The outbox: the `MailStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, or_, select, update

from authserver.domain.mail import (
    UNSENT,
    MailKind,
    MailStatus,
    key_of_token,
    token_of_key,
)
from authserver.storage.inserts import insert_into
from authserver.storage.mail_pages import MailPages, mail_from
from authserver.storage.rows.mail import mails
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from authserver.domain.mail import WaitingMail

_COLUMNS = mails.c
AT_ONCE: Final = 1000
"""Mails that one statement cancels: a database takes only so many values."""


class MailRows(MailPages):
    """The mails of one transaction."""

    def add(self, mail: WaitingMail) -> bool:
        """Insert; False when there is one of this key already, and then nothing is changed."""
        added = self._connection.execute(
            insert_into(self._connection, mails)
            .values(
                issuer_id=self._issuer_id,
                mail_id=mail.mail_id,
                key=mail.key,
                kind=mail.kind.value,
                recipient=mail.to,
                created_at=mail.created_at,
                **_progress(mail),
            )
            .on_conflict_do_nothing(index_elements=[_COLUMNS.issuer_id, _COLUMNS.key])
        )
        return added.rowcount == 1

    def get(self, mail_id: str) -> WaitingMail | None:
        """One mail; in a writing block locked until its end."""
        if not is_storable(mail_id):
            return None
        row = self._connection.execute(
            self._transaction.for_change(
                select(mails).where(self._mine(mails), _COLUMNS.mail_id == mail_id)
            )
        ).one_or_none()
        return None if row is None else mail_from(row)

    def known(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of `keys` that there is a mail of."""
        found = self._connection.execute(
            select(_COLUMNS.key).where(self._mine(mails), _COLUMNS.key.in_(list(keys)))
        )
        return frozenset(found.scalars())

    def due(self, now: float, *, limit: int) -> Sequence[WaitingMail]:
        """Waiting ones whose time has come, longest waiting first."""
        rows = self._connection.execute(
            select(mails)
            .where(
                self._mine(mails),
                _COLUMNS.status == MailStatus.WAITING.value,
                _COLUMNS.next_try_at <= now,
            )
            .order_by(_COLUMNS.next_try_at, _COLUMNS.mail_id)
            .limit(limit)
        )
        return [mail_from(row) for row in rows]

    def settle(
        self,
        mail: WaitingMail,
        *,
        tries_before: int,
        status_before: MailStatus = MailStatus.WAITING,
    ) -> bool:
        """Replace what changes while it waits; False when somebody else did that meanwhile."""
        settled = self._connection.execute(
            update(mails)
            .where(
                self._mine(mails),
                _COLUMNS.mail_id == mail.mail_id,
                _COLUMNS.tries == tries_before,
                _COLUMNS.status == status_before.value,
            )
            .values(**_progress(mail))
        )
        return settled.rowcount == 1

    def cancel(self, kinds: frozenset[MailKind], token_ids: frozenset[str]) -> int:
        """Cancel what is unsent of these kinds about these tokens; how many mails."""
        unsent = _COLUMNS.status.in_(sorted(each.value for each in UNSENT))
        chosen = [self._mine(mails), unsent, _COLUMNS.kind.in_(sorted(kinds))]
        if len(token_ids) == 1:
            (token_id,) = token_ids
            begins = (key_of_token(each, token_id, "") for each in sorted(kinds))
            chosen.append(or_(*(func.substr(_COLUMNS.key, 1, len(e)) == e for e in begins)))
        found = self._connection.execute(select(_COLUMNS.mail_id, _COLUMNS.key).where(*chosen))
        meant = sorted(row.mail_id for row in found if token_of_key(row.key) in token_ids)
        cancelled = 0
        for start in range(0, len(meant), AT_ONCE):
            cancelled += self._connection.execute(
                update(mails)
                .where(
                    self._mine(mails),
                    _COLUMNS.mail_id.in_(meant[start : start + AT_ONCE]),
                    unsent,
                )
                .values(status=MailStatus.CANCELLED.value, sealed=b"")
            ).rowcount
        return cancelled

    def replace_sealed(self, mail_id: str, *, before: bytes, after: bytes) -> bool:
        """Put another seal on the words; False when they are not the same any more."""
        replaced = self._connection.execute(
            update(mails)
            .where(self._mine(mails), _COLUMNS.mail_id == mail_id, _COLUMNS.sealed == before)
            .values(sealed=after)
        )
        return replaced.rowcount == 1

    def list(
        self, status: MailStatus | None = None, *, after: str = "", limit: int = 1000
    ) -> Sequence[WaitingMail]:
        """Mails by id, beginning behind `after`."""
        if not is_storable(after):
            return []
        chosen = [self._mine(mails), _COLUMNS.mail_id > after]
        if status is not None:
            chosen.append(_COLUMNS.status == status.value)
        rows = self._connection.execute(
            select(mails).where(*chosen).order_by(_COLUMNS.mail_id).limit(limit)
        )
        return [mail_from(row) for row in rows]


def _progress(mail: WaitingMail) -> dict[str, Any]:
    """The columns that `settle` replaces."""
    return {
        "status": mail.status.value,
        "sealed": mail.sealed,
        "next_try_at": mail.next_try_at,
        "expires_at": mail.expires_at,
        "tries": mail.tries,
        "sent_at": mail.sent_at,
        "last_error": mail.last_error,
    }
