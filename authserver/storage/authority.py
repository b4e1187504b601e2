"""The authority's sequence: the `AuthorityStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, cast, func, insert, select, tuple_, update

from authserver.domain.authority import DENIALS, Change, ChangeKind, NumberedChange, Position
from authserver.storage.rows.authority import authority, authority_changes
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Connection, Row


DENIAL_KINDS: Final = sorted(kind.value for kind in DENIALS)


class AuthorityRows(Store):
    """The authority of one transaction."""

    def position(self) -> Position:
        """Where the sequence stands."""
        row = self._connection.execute(
            select(authority.c.seq, authority_changes.c.stamp)
            .select_from(authority)
            .outerjoin(
                authority_changes,
                (authority_changes.c.issuer_id == authority.c.issuer_id)
                & (authority_changes.c.seq == authority.c.seq),
            )
            .where(authority.c.issuer_id == self._issuer_id)
        ).one()
        return Position(seq=row.seq, stamp=row.stamp or "")

    def holds(self, position: Position) -> bool:
        """Whether this history has been at the position; False too when nobody can tell any more.

        A restored database may have the number and mean another change.
        """
        stamp = self._connection.execute(
            select(authority_changes.c.stamp).where(
                authority_changes.c.issuer_id == self._issuer_id,
                authority_changes.c.seq == position.seq,
            )
        ).scalar_one_or_none()
        return (stamp or "") == position.stamp

    def advance(self, changes: Iterable[Change]) -> int:
        """Append changes, one number each; the last number.

        The counter's row stays locked until the transaction ends, so numbers become visible in
        order: whoever reads a number can read every change up to it.
        """
        appended = list(changes)
        if not appended:
            return self.position().seq
        last, stamp = self._connection.execute(
            update(authority)
            .where(authority.c.issuer_id == self._issuer_id)
            .values(seq=authority.c.seq + len(appended))
            .returning(authority.c.seq, _lot(self._connection))
        ).one()
        self._connection.execute(
            insert(authority_changes),
            [
                {
                    "issuer_id": self._issuer_id,
                    "seq": seq,
                    "kind": change.kind.value,
                    "value": change.value,
                    "expires_at": change.expires_at,
                    "issued_until": change.issued_until,
                    "stamp": stamp,
                }
                for seq, change in enumerate(appended, start=last - len(appended) + 1)
            ],
        )
        return int(last)

    def since(self, seq: int) -> Sequence[NumberedChange]:
        """Changes after `seq`, in order; complete as long as they are kept (`kept_from`)."""
        rows = self._connection.execute(
            select(authority_changes)
            .where(
                authority_changes.c.issuer_id == self._issuer_id,
                authority_changes.c.seq > seq,
            )
            .order_by(authority_changes.c.seq)
        )
        return [NumberedChange(Position(row.seq, row.stamp), _change(row)) for row in rows]

    def kept_from(self) -> int:
        """The lowest number that `since` still knows; below it a worker must load everything."""
        kept_from: int = self._connection.execute(
            select(authority.c.kept_from).where(authority.c.issuer_id == self._issuer_id)
        ).scalar_one()
        return kept_from

    def denials(self, now: float) -> Sequence[Change]:
        """All denials that still matter at `now`, oldest first."""
        rows = self._connection.execute(
            select(authority_changes)
            .where(
                authority_changes.c.issuer_id == self._issuer_id,
                authority_changes.c.kind.in_(DENIAL_KINDS),
                authority_changes.c.expires_at > now,
            )
            .order_by(authority_changes.c.seq)
        )
        return [_change(row) for row in rows]

    def horizon(self, now: float) -> float:
        """The latest end of any denial that `denials(now)` leaves out, swept ones included.

        Below every time when it leaves none out. What ends later has been denied in full view.
        """
        swept: float = self._connection.execute(
            select(authority.c.denials_swept_until).where(authority.c.issuer_id == self._issuer_id)
        ).scalar_one()
        over: float | None = self._connection.execute(
            select(authority_changes.c.expires_at)
            .where(
                authority_changes.c.issuer_id == self._issuer_id,
                authority_changes.c.kind.in_(DENIAL_KINDS),
                authority_changes.c.expires_at <= now,
            )
            .order_by(authority_changes.c.expires_at.desc())
            .limit(1)
        ).scalar_one_or_none()
        return swept if over is None else max(swept, over)

    def is_denied(self, change_keys: Iterable[tuple[str, str]]) -> Sequence[Change]:
        """The stored denials among these (kind, value) pairs: the direct question."""
        asked = sorted(
            {
                (str(kind), value)
                for kind, value in change_keys
                if kind in DENIAL_KINDS and is_storable(value)
            }
        )
        if not asked:
            return []
        rows = self._connection.execute(
            select(authority_changes)
            .where(
                authority_changes.c.issuer_id == self._issuer_id,
                tuple_(authority_changes.c.kind, authority_changes.c.value).in_(asked),
            )
            .order_by(authority_changes.c.seq)
        )
        return [_change(row) for row in rows]


def _lot(connection: Connection) -> ColumnElement[str]:
    """Sixteen random bytes as text, drawn by the database in the statement that needs them."""
    if connection.dialect.name == "sqlite":
        return func.hex(func.randomblob(16), type_=Text)
    return cast(func.gen_random_uuid(), Text)


def _change(row: Row[Any]) -> Change:
    return Change(
        kind=ChangeKind(row.kind),
        value=row.value,
        expires_at=row.expires_at,
        issued_until=row.issued_until,
    )
