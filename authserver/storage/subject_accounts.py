"""Which accounts of a site stand for which subjects: the `AccountStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, or_, select

from authserver.domain.clients import SUBJECT_PREFIX
from authserver.domain.hand_over import SubjectAccount
from authserver.storage.inserts import insert_into
from authserver.storage.rows.hand_overs import subject_accounts
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import ColumnElement, Row


class SubjectAccountRows(Store):
    """The mapped subjects of one transaction."""

    def get(self, resource: str, subject: str) -> SubjectAccount | None:
        """One mapping."""
        if not (is_storable(resource) and is_storable(subject)):
            return None
        row = self._connection.execute(
            select(subject_accounts).where(
                *self._of(resource), subject_accounts.c.subject == subject
            )
        ).one_or_none()
        return None if row is None else _subject_account(row)

    def list(
        self,
        resource: str,
        *,
        after: str = "",
        limit: int = 1000,
        text: str = "",
        subjects: Collection[str] = (),
    ) -> Sequence[SubjectAccount]:
        """Of one resource, by subject, those above `after`; see the port for `text`."""
        if not (is_storable(after) and is_storable(text)):
            return []
        rows = self._connection.execute(
            select(subject_accounts)
            .where(
                *self._of(resource),
                subject_accounts.c.subject > after,
                *_found_by(text, subjects),
            )
            .order_by(subject_accounts.c.subject)
            .limit(limit)
        )
        return [_subject_account(row) for row in rows]

    def count(self, resource: str) -> int:
        """How many a resource has."""
        return self._connection.execute(
            select(func.count()).select_from(subject_accounts).where(*self._of(resource))
        ).scalar_one()

    def stands_for_a_user(self, resource: str, account: str) -> bool:
        """Whether a subject that is no client's is mapped to an account, whatever its case."""
        if not is_storable(account):
            return False
        column = subject_accounts.c.account
        found = self._connection.execute(
            select(subject_accounts.c.subject)
            .where(
                *self._of(resource),
                func.lower(column) == func.lower(bindparam("account", account, column.type)),
                subject_accounts.c.subject.not_like(f"{SUBJECT_PREFIX}%"),
            )
            .limit(1)
        )
        return found.one_or_none() is not None

    def put(self, accounts: Iterable[SubjectAccount]) -> None:
        """Insert or replace every one; of two for the same subject the last one counts."""
        # One statement must not touch a row twice.
        last = {(each.resource, each.subject): each for each in accounts}
        if not last:
            return
        put = insert_into(self._connection, subject_accounts)
        self._connection.execute(
            # With an answer asked for, many rows travel in one statement, else one by one.
            put.on_conflict_do_update(
                index_elements=list(subject_accounts.primary_key.columns),
                set_={"account": put.excluded.account, "changed_at": put.excluded.changed_at},
            ).returning(subject_accounts.c.issuer_id),
            [
                {
                    "issuer_id": self._issuer_id,
                    "resource_name": each.resource,
                    "subject": each.subject,
                    "account": each.account,
                    "changed_at": each.changed_at,
                }
                for each in last.values()
            ],
        )

    def remove(self, resource: str, subject: str) -> bool:
        """Delete; False when there was none."""
        if not is_storable(subject):
            return False
        removed = self._connection.execute(
            delete(subject_accounts).where(
                *self._of(resource), subject_accounts.c.subject == subject
            )
        )
        return removed.rowcount == 1

    def remove_all(self, resource: str) -> int:
        """Delete every mapping of a resource; how many there were."""
        return self._connection.execute(
            delete(subject_accounts).where(*self._of(resource))
        ).rowcount

    def _of(self, resource: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return (
            subject_accounts.c.issuer_id == self._issuer_id,
            subject_accounts.c.resource_name == resource,
        )


def _found_by(text: str, subjects: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    if not text:
        return ()
    columns = subject_accounts.c.subject, subject_accounts.c.account
    places = [func.lower(column).contains(text.lower(), autoescape=True) for column in columns]
    return (or_(*places, subject_accounts.c.subject.in_(sorted(subjects))),)


def _subject_account(row: Row[Any]) -> SubjectAccount:
    return SubjectAccount(
        resource=row.resource_name,
        subject=row.subject,
        account=row.account,
        changed_at=row.changed_at,
    )
