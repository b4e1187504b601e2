"""Local groups that groups at a provider give: their part of the `IdentityStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from authserver.storage.inserts import insert_into
from authserver.storage.rows.groups import user_groups
from authserver.storage.rows.identities import provider_group_members
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement

_COLUMNS = provider_group_members.c


class DerivedGroupRows(Store):
    """The memberships of one transaction that providers' groups gave."""

    def set_groups(self, provider: str, subject: str, groups: frozenset[str]) -> None:
        """The local groups that this provider's groups give the user: these and no others.

        A group that is not there is passed over: somebody may just have deleted it.
        """
        before = self.groups_by(provider, subject)
        gone = sorted(before - groups)
        if gone:
            self._connection.execute(
                delete(provider_group_members).where(
                    *self._of(provider, subject), _COLUMNS.group_name.in_(gone)
                )
            )
        for name in self._shared(groups - before):
            self._connection.execute(
                insert_into(self._connection, provider_group_members)
                .values(
                    issuer_id=self._issuer_id,
                    group_name=name,
                    subject=subject,
                    provider_name=provider,
                )
                .on_conflict_do_nothing()
            )

    def groups_by(self, provider: str, subject: str) -> frozenset[str]:
        """What `set_groups` stored."""
        if not (is_storable(provider) and is_storable(subject)):
            return frozenset()
        return frozenset(
            self._connection.scalars(
                select(_COLUMNS.group_name).where(*self._of(provider, subject))
            )
        )

    def derived(self, provider: str) -> Mapping[str, frozenset[str]]:
        """What `set_groups` stored of one provider for everybody, by subject."""
        found: dict[str, set[str]] = {}
        if is_storable(provider):
            chosen = select(_COLUMNS.subject, _COLUMNS.group_name).where(
                self._mine(provider_group_members), _COLUMNS.provider_name == provider
            )
            for row in self._connection.execute(chosen):
                found.setdefault(row.subject, set()).add(row.group_name)
        return {subject: frozenset(groups) for subject, groups in found.items()}

    def clear_groups(self, provider: str) -> None:
        """Let the provider's groups give nobody anything."""
        self._connection.execute(
            delete(provider_group_members).where(
                self._mine(provider_group_members), _COLUMNS.provider_name == provider
            )
        )

    def _shared(self, names: frozenset[str]) -> Sequence[str]:
        """Those of the groups that are there; nobody deletes them until the end.

        Others may give them meanwhile, too: people sign in at the same time.
        """
        asked = [name for name in names if is_storable(name)]
        if not asked:
            return []
        columns = user_groups.c
        return self._connection.scalars(
            select(columns.name)
            .where(self._mine(user_groups), columns.name.in_(asked))
            .order_by(columns.name)
            .with_for_update(read=True)
        ).all()

    def _of(self, provider: str, subject: str) -> tuple[ColumnElement[bool], ...]:
        return (
            self._mine(provider_group_members),
            _COLUMNS.provider_name == provider,
            _COLUMNS.subject == subject,
        )
