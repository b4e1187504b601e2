"""Local users: the `UserStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.users import PersonalData, User, UserStatus, canonical
from authserver.storage.inserts import insert_into
from authserver.storage.rows.users import users
from authserver.storage.store import Store, of_issuer
from authserver.storage.texts import is_storable
from authserver.storage.transactions import Lookup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Row

_COLUMNS = users.c
_IS_KEPT: Final = _COLUMNS.status != UserStatus.DELETED.value
_HAS_PASSWORD: Final = _COLUMNS.password_hash != b""
_GET: Final = Lookup.of(
    select(users).where(of_issuer(users), _COLUMNS.subject == bindparam("own_subject"))
)


class UserRows(Store):
    """The users of one transaction."""

    def get(self, subject: str) -> User | None:
        """By subject, deleted ones included; locked until the end when writing."""
        if not is_storable(subject):
            return None
        row = self._connection.execute(
            self._transaction.form_of(_GET), self._own(own_subject=subject)
        ).one_or_none()
        return None if row is None else _user(row)

    def get_by_username(self, username: str) -> User | None:
        """By canonical user name, never a deleted one; locked until the end when writing."""
        if not is_storable(username):
            return None
        found = self._found(_COLUMNS.username == username, _IS_KEPT)
        return found[0] if found else None

    def get_by_email(self, email: str) -> User | None:
        """Who has a local password and this e-mail address in any case; `None` unless just one.

        An address that a provider tells of somebody else disturbs no sign-in here.
        """
        address = canonical(email)
        if not address or not is_storable(address):
            return None
        found = self._found(_COLUMNS.canonical_email == address, _IS_KEPT, _HAS_PASSWORD)
        return found[0] if len(found) == 1 else None

    def list(self) -> Sequence[User]:
        """All but deleted ones, by user name."""
        rows = self._connection.execute(select(users).where(self._mine(users), _IS_KEPT))
        # Sorted here: a server's collation is its own business.
        return sorted(map(_user, rows), key=lambda user: user.username)

    def count_administrators(self) -> int:
        """Enabled administrators with a local password; when writing they stay so until the end.

        They get in whatever happens to a provider. And of two who stop each other, or themselves,
        one sees that nobody else is left.
        """
        found = self._connection.scalars(
            self._transaction.for_change(
                select(_COLUMNS.subject)
                .where(
                    self._mine(users),
                    _COLUMNS.is_administrator,
                    _COLUMNS.status == UserStatus.ENABLED.value,
                    _HAS_PASSWORD,
                )
                .order_by(_COLUMNS.subject)
            )
        )
        return len(found.all())

    def add(self, user: User) -> None:
        """Insert. Raises AlreadyExists (user name or subject)."""
        added = self._connection.execute(
            insert_into(self._connection, users)
            .values(
                issuer_id=self._issuer_id,
                subject=user.subject,
                created_at=user.created_at,
                **_own_values(user),
            )
            .on_conflict_do_nothing()
        )
        if added.rowcount == 0:
            raise AlreadyExists("user", user.username)

    def save(self, user: User) -> None:
        """Replace everything but subject and creation. Raises NotFound, AlreadyExists (name).

        A deleted user's name is free again; its subject never is.
        """
        try:
            # Only this statement is undone when the name is taken, not the whole transaction.
            with self._connection.begin_nested():
                saved = self._connection.execute(
                    update(users)
                    .where(self._mine(users), _COLUMNS.subject == user.subject)
                    .values(**_own_values(user))
                )
        except IntegrityError:
            raise AlreadyExists("user", user.username) from None
        if saved.rowcount == 0:
            raise NotFound("user", user.username)

    def _found(self, *conditions: ColumnElement[bool]) -> Sequence[User]:
        """Two at the most."""
        rows = self._connection.execute(
            self._transaction.for_change(
                select(users)
                .where(self._mine(users), *conditions)
                .order_by(_COLUMNS.subject)
                .limit(2)
            )
        )
        return [_user(row) for row in rows]


def _own_values(user: User) -> dict[str, Any]:
    is_deleted = user.status is UserStatus.DELETED
    return {
        # Unique, as every name has to be, and as nobody is called.
        "username": f"deleted {user.subject}" if is_deleted else user.username,
        "former_username": user.username if is_deleted else "",
        "is_administrator": user.is_administrator,
        "status": user.status.value,
        "password_hash": user.password_hash,
        "must_change_password": user.must_change_password,
        "name": user.data.name,
        "given_name": user.data.given_name,
        "family_name": user.data.family_name,
        "email": user.data.email,
        "canonical_email": canonical(user.data.email),
        "email_verified": user.data.email_verified,
        "locale": user.data.locale,
        "zoneinfo": user.data.zoneinfo,
        "updated_at": user.updated_at,
        "credentials_disabled_at": user.credentials_disabled_at,
    }


def _user(row: Row[Any]) -> User:
    return User(
        subject=row.subject,
        username=row.former_username or row.username,
        is_administrator=row.is_administrator,
        status=UserStatus(row.status),
        password_hash=bytes(row.password_hash),
        must_change_password=row.must_change_password,
        created_at=row.created_at,
        data=PersonalData(
            name=row.name,
            given_name=row.given_name,
            family_name=row.family_name,
            email=row.email,
            email_verified=row.email_verified,
            locale=row.locale,
            zoneinfo=row.zoneinfo,
        ),
        updated_at=row.updated_at,
        credentials_disabled_at=row.credentials_disabled_at,
    )
