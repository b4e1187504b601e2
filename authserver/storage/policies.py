"""Versions of policy documents: the `PolicyStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from authserver.domain.errors import AlreadyExists
from authserver.domain.policy_documents import PolicyVersion
from authserver.storage.inserts import insert_into
from authserver.storage.rows.policies import policy_documents, policy_versions
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_HIGHEST: Final = 2**31 - 1
"""What the column holds: a question about more is an error to one of the back-ends."""


class PolicyRows(Store):
    """The policy documents of one transaction."""

    def names(self) -> Sequence[str]:
        """The documents there are, by name."""
        named = self._connection.scalars(
            select(policy_versions.c.name).where(self._mine(policy_versions)).distinct()
        )
        # Sorted here: a server's collation is its own business.
        return sorted(named)

    def current(self, name: str) -> PolicyVersion | None:
        """The newest version; the document is locked until the end when writing.

        It is locked whether it has a version or not, and before the version is looked for: the
        newest version locked would be the one of before the wait.
        """
        if is_storable(name) and self._transaction.writing:
            self._lock(name)
        return self.seen(name)

    def seen(self, name: str) -> PolicyVersion | None:
        """The newest version; nothing is locked."""
        if not is_storable(name):
            return None
        newest = (
            select(policy_versions)
            .where(self._mine(policy_versions), policy_versions.c.name == name)
            .order_by(policy_versions.c.number.desc())
            .limit(1)
        )
        row = self._connection.execute(newest).one_or_none()
        return None if row is None else _version(row)

    def version(self, name: str, number: int) -> PolicyVersion | None:
        """One version."""
        if not (is_storable(name) and 0 < number <= _HIGHEST):
            return None
        row = self._connection.execute(
            select(policy_versions).where(
                self._mine(policy_versions),
                policy_versions.c.name == name,
                policy_versions.c.number == number,
            )
        ).one_or_none()
        return None if row is None else _version(row)

    def versions(
        self, name: str, *, before: int | None = None, limit: int | None = None
    ) -> Sequence[PolicyVersion]:
        """All versions, newest first; or so many of them, and those before a number."""
        if not is_storable(name):
            return []
        wanted = (
            select(policy_versions)
            .where(self._mine(policy_versions), policy_versions.c.name == name)
            .order_by(policy_versions.c.number.desc())
            .limit(limit)
        )
        if before is not None:
            wanted = wanted.where(policy_versions.c.number < min(before, _HIGHEST))
        return [_version(row) for row in self._connection.execute(wanted)]

    def add(self, version: PolicyVersion) -> None:
        """Insert. Raises AlreadyExists: somebody has added this number meanwhile."""
        added = self._connection.execute(
            insert_into(self._connection, policy_versions)
            .values(
                issuer_id=self._issuer_id,
                name=version.name,
                number=version.number,
                text=version.text,
                applied_at=version.applied_at,
                applied_by=version.applied_by,
                comment=version.comment,
            )
            .on_conflict_do_nothing()
        )
        if added.rowcount == 0:
            raise AlreadyExists("policy version", f"{version.name}@{version.number}")

    def _lock(self, name: str) -> None:
        self._connection.execute(
            insert_into(self._connection, policy_documents)
            .values(issuer_id=self._issuer_id, name=name)
            .on_conflict_do_nothing()
        )
        self._connection.execute(
            self._transaction.for_change(
                select(policy_documents.c.name).where(
                    self._mine(policy_documents), policy_documents.c.name == name
                )
            )
        )


def _version(row: Row[Any]) -> PolicyVersion:
    return PolicyVersion(
        name=row.name,
        number=row.number,
        text=row.text,
        applied_at=row.applied_at,
        applied_by=row.applied_by,
        comment=row.comment,
    )
