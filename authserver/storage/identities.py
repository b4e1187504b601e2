"""Who users are at identity providers: the `IdentityStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, or_, select, update

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.identities import IdentityStatus
from authserver.storage.derived_groups import DerivedGroupRows
from authserver.storage.identity_pages import IdentityPages
from authserver.storage.identity_values import ended_values, identity_from, own_values
from authserver.storage.inserts import insert_into
from authserver.storage.rows.identities import identities, provider_group_members
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select

    from authserver.domain.identities import Identity

_COLUMNS = identities.c
_IS_LINKED: Final = _COLUMNS.status == IdentityStatus.LINKED.value


class IdentityRows(DerivedGroupRows, IdentityPages):
    """The identities of one transaction, with the groups they gave."""

    def find(self, provider: str, subject_key: str) -> Identity | None:
        """The linked one; locked until the end when writing."""
        if not (is_storable(provider) and is_storable(subject_key)):
            return None
        row = self._connection.execute(
            self._transaction.for_change(
                select(identities).where(*self._named(provider, subject_key))
            )
        ).one_or_none()
        return None if row is None else identity_from(row)

    def of(self, subject: str) -> Sequence[Identity]:
        """The linked ones of a user, by provider. Not locked: `find` does that."""
        if not is_storable(subject):
            return []
        found = self._linked(_COLUMNS.subject == subject)
        return sorted(found, key=lambda each: (each.provider, each.subject_key))

    def list(self, provider: str) -> Sequence[Identity]:
        """The linked ones of a provider, by subject."""
        if not is_storable(provider):
            return []
        found = self._linked(_COLUMNS.provider_name == provider)
        return sorted(found, key=lambda each: (each.subject, each.subject_key))

    def hold(self, provider: str) -> Sequence[Identity]:
        """The same, locked until the end: in this order, by everybody who locks several."""
        if not is_storable(provider):
            return []
        chosen = self._chosen(_COLUMNS.provider_name == provider)
        ordered = chosen.order_by(_COLUMNS.subject, _COLUMNS.subject_key)
        rows = self._connection.execute(self._transaction.for_change(ordered))
        return [identity_from(row) for row in rows]

    def add(self, identity: Identity) -> None:
        """Insert. Raises AlreadyExists while the same person is linked to somebody."""
        values = {
            "subject": identity.subject,
            "created_at": identity.created_at,
            "expires_at": None,
            **own_values(identity),
        }
        added = self._connection.execute(
            insert_into(self._connection, identities)
            .values(
                issuer_id=self._issuer_id,
                provider_name=identity.provider,
                subject_key=identity.subject_key,
                **values,
            )
            .on_conflict_do_update(
                index_elements=list(identities.primary_key.columns),
                set_=values,
                where=_COLUMNS.status != IdentityStatus.LINKED.value,
            )
        )
        if added.rowcount == 0:
            # The key is personal data: errors name the provider alone.
            raise AlreadyExists("identity at", identity.provider)

    def save(self, identity: Identity) -> None:
        """Replace everything but provider, subject key, subject and creation. Raises NotFound."""
        saved = self._connection.execute(
            update(identities)
            .where(
                *self._named(identity.provider, identity.subject_key),
                _COLUMNS.subject == identity.subject,
            )
            .values(**own_values(identity))
        )
        if saved.rowcount == 0:
            raise NotFound("identity at", identity.provider)

    def unlink(self, provider: str, subject_key: str, at: float) -> bool:
        """End it, with the groups it gave; False when it was not linked."""
        if not (is_storable(provider) and is_storable(subject_key)):
            return False
        ended = self._connection.execute(
            update(identities)
            .where(*self._named(provider, subject_key))
            .values(**ended_values(at))
            .returning(_COLUMNS.subject)
        ).one_or_none()
        if ended is None:
            return False
        members = provider_group_members.c
        self._connection.execute(
            delete(provider_group_members).where(
                self._mine(provider_group_members),
                members.provider_name == provider,
                members.subject == ended.subject,
            )
        )
        return True

    def unlink_all(self, provider: str, at: float) -> None:
        """End every identity at a provider, with the groups they gave."""
        self._connection.execute(
            update(identities)
            .where(self._mine(identities), _COLUMNS.provider_name == provider, _IS_LINKED)
            .values(**ended_values(at))
        )
        self.clear_groups(provider)

    def unlinked_at(self, provider: str, subject_key: str) -> float | None:
        """When it was unlinked; `None` while it is linked, never was, or that is long ago."""
        if not (is_storable(provider) and is_storable(subject_key)):
            return None
        ended: float | None = self._connection.execute(
            select(_COLUMNS.expires_at).where(
                self._mine(identities),
                _COLUMNS.provider_name == provider,
                _COLUMNS.subject_key == subject_key,
                _COLUMNS.status != IdentityStatus.LINKED.value,
            )
        ).scalar_one_or_none()
        return ended

    def due_for_sleep(
        self, provider: str, *, checked_before: float, limit: int
    ) -> Sequence[Identity]:
        """Linked ones that are awake and were last checked before then, longest ago first."""
        return self._waiting(provider, checked_before, limit)

    def due_for_warning(
        self, provider: str, *, checked_before: float, limit: int
    ) -> Sequence[Identity]:
        """The same for those who were not warned since their last check."""
        unwarned = or_(_COLUMNS.warned_at.is_(None), _COLUMNS.warned_at < _COLUMNS.last_checked_at)
        return self._waiting(provider, checked_before, limit, unwarned)

    def _waiting(
        self, provider: str, checked_before: float, limit: int, *conditions: ColumnElement[bool]
    ) -> Sequence[Identity]:
        if not is_storable(provider):
            return []
        chosen = (
            self._chosen(
                _COLUMNS.provider_name == provider,
                _COLUMNS.asleep_since.is_(None),
                _COLUMNS.last_checked_at < checked_before,
                *conditions,
            )
            .order_by(_COLUMNS.last_checked_at, _COLUMNS.subject_key)
            .limit(limit)
        )
        return [identity_from(row) for row in self._connection.execute(chosen)]

    def _linked(self, condition: ColumnElement[bool]) -> Sequence[Identity]:
        return [identity_from(row) for row in self._connection.execute(self._chosen(condition))]

    def _chosen(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        return select(identities).where(self._mine(identities), _IS_LINKED, *conditions)

    def _named(self, provider: str, subject_key: str) -> tuple[ColumnElement[bool], ...]:
        return (
            self._mine(identities),
            _COLUMNS.provider_name == provider,
            _COLUMNS.subject_key == subject_key,
            _IS_LINKED,
        )
