"""Local users: the `UserStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.users import UserStatus, canonical
from authserver.storage.inserts import insert_into
from authserver.storage.rows.users import users
from authserver.storage.search_words import keep_names
from authserver.storage.searched_members import names_of_user
from authserver.storage.store import of_issuer
from authserver.storage.texts import is_storable
from authserver.storage.transactions import Lookup
from authserver.storage.user_pages import UserPages
from authserver.storage.user_values import own_values, user_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from authserver.domain.users import User

_COLUMNS = users.c
_IS_KEPT: Final = _COLUMNS.status != UserStatus.DELETED.value
_HAS_PASSWORD: Final = _COLUMNS.password_hash != b""
_GET: Final = Lookup.of(
    select(users).where(of_issuer(users), _COLUMNS.subject == bindparam("own_subject"))
)


class UserRows(UserPages):
    """The users of one transaction."""

    def get(self, subject: str) -> User | None:
        """By subject, deleted ones included; locked until the end when writing."""
        if not is_storable(subject):
            return None
        row = self._connection.execute(
            self._transaction.form_of(_GET), self._own(own_subject=subject)
        ).one_or_none()
        return None if row is None else user_from(row)

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
        return sorted(map(user_from, rows), key=lambda user: user.username)

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
                **own_values(user),
            )
            .on_conflict_do_nothing()
        )
        if added.rowcount == 0:
            raise AlreadyExists("user", user.username)
        self._keep_words(user)

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
                    .values(**own_values(user))
                )
        except IntegrityError:
            raise AlreadyExists("user", user.username) from None
        if saved.rowcount == 0:
            raise NotFound("user", user.username)
        self._keep_words(user)

    def _keep_words(self, user: User) -> None:
        names = names_of_user(
            username=user.username,
            name=user.data.name,
            given_name=user.data.given_name,
            family_name=user.data.family_name,
            email=user.data.email,
        )
        keep_names(self._connection, self._issuer_id, user.subject, names)

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
        return [user_from(row) for row in rows]
