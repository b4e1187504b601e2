"""Local users: the `UserStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from authserver.domain.errors import AlreadyExists
from authserver.domain.users import User, UserStatus
from authserver.storage.inserts import insert_into
from authserver.storage.rows.users import users
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from authserver.storage.transactions import Transaction


class UserRows:
    """The users of one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        """Work inside the transaction."""
        self._transaction = transaction
        self._connection = transaction.connection
        self._issuer_id = transaction.issuer_id

    def get_by_username(self, username: str) -> User | None:
        """By canonical user name; locked until the end when writing."""
        if not is_storable(username):
            return None
        row = self._connection.execute(
            self._transaction.for_change(
                select(users).where(
                    users.c.issuer_id == self._issuer_id, users.c.username == username
                )
            )
        ).one_or_none()
        if row is None:
            return None
        return User(
            subject=row.subject,
            username=row.username,
            is_administrator=row.is_administrator,
            status=UserStatus(row.status),
            password_hash=bytes(row.password_hash),
            must_change_password=row.must_change_password,
            created_at=row.created_at,
        )

    def count_administrators(self) -> int:
        """Enabled administrators."""
        return self._connection.execute(
            select(func.count())
            .select_from(users)
            .where(
                users.c.issuer_id == self._issuer_id,
                users.c.is_administrator,
                users.c.status == UserStatus.ENABLED.value,
            )
        ).scalar_one()

    def add(self, user: User) -> None:
        """Insert. Raises AlreadyExists (user name or subject)."""
        added = self._connection.execute(
            insert_into(self._connection, users)
            .values(
                issuer_id=self._issuer_id,
                subject=user.subject,
                username=user.username,
                is_administrator=user.is_administrator,
                status=user.status.value,
                password_hash=user.password_hash,
                must_change_password=user.must_change_password,
                created_at=user.created_at,
            )
            .on_conflict_do_nothing()
        )
        if added.rowcount == 0:
            raise AlreadyExists("user", user.username)
