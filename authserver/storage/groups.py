"""Local groups and their members: the `GroupStore` port."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, exists, func, insert, not_, select, union_all

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.groups import Group, GroupHead
from authserver.storage.inserts import insert_into
from authserver.storage.rows.groups import group_members, user_groups
from authserver.storage.rows.identities import provider_group_members
from authserver.storage.store import Store, of_issuer
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Row

MEMBERSHIPS: Final = (group_members, provider_group_members)
"""By hand, and by what somebody's groups at a provider mean: both make a member."""
_OF: Final = union_all(
    *(
        select(table.c.group_name).where(
            of_issuer(table), table.c.subject == bindparam("own_subject")
        )
        for table in MEMBERSHIPS
    )
)


class GroupRows(Store):
    """The groups of one transaction."""

    def get(self, name: str) -> Group | None:
        """By name; locked until the end when writing."""
        row = self._locked(name)
        if row is None:
            return None
        members: set[str] = set()
        for table in MEMBERSHIPS:
            members.update(
                self._connection.scalars(
                    select(table.c.subject).where(self._mine(table), table.c.group_name == name)
                )
            )
        return _group(row, members)

    def list(self) -> Sequence[Group]:
        """All, by name."""
        members: dict[str, set[str]] = defaultdict(set)
        for table in MEMBERSHIPS:
            for each in self._connection.execute(
                select(table.c.group_name, table.c.subject).where(self._mine(table))
            ):
                members[each.group_name].add(each.subject)
        rows = self._connection.execute(select(user_groups).where(self._mine(user_groups)))
        # Sorted here: a server's collation is its own business.
        return sorted(
            (_group(row, members[row.name]) for row in rows), key=lambda group: group.name
        )

    def heads(self) -> Sequence[GroupHead]:
        """All, by name, without their members."""
        rows = self._connection.execute(select(user_groups).where(self._mine(user_groups)))
        heads = (GroupHead(row.name, row.description, row.created_at) for row in rows)
        return sorted(heads, key=lambda head: head.name)

    def first_members(self, name: str, limit: int) -> Sequence[str]:
        """The subjects of so many members of a group."""
        if not is_storable(name):
            return []
        found: set[str] = set()
        for table in MEMBERSHIPS:
            subject = table.c.subject
            query = select(subject).where(self._mine(table), table.c.group_name == name)
            query = query.distinct().order_by(subject).limit(limit)
            found.update(self._connection.scalars(query))
        return sorted(found)[:limit]

    def count_members(self, names: Iterable[str]) -> Mapping[str, int]:
        """How many members each of these groups has."""
        wanted = [each for each in names if is_storable(each)]
        found = dict.fromkeys(wanted, 0)
        by_hand, derived = group_members.c, provider_group_members.c
        # Who is a member both ways counts once, and who is by several providers.
        is_both = exists().where(
            self._mine(group_members),
            by_hand.group_name == derived.group_name,
            by_hand.subject == derived.subject,
        )
        for table, number, more in (
            (group_members, func.count(), ()),
            (provider_group_members, func.count(derived.subject.distinct()), (not_(is_both),)),
        ):
            query = (
                select(table.c.group_name, number)
                .where(self._mine(table), table.c.group_name.in_(wanted), *more)
                .group_by(table.c.group_name)
            )
            for name, count in self._connection.execute(query):
                found[name] += int(count)
        return found

    def add(self, group: Group) -> None:
        """Insert with its members. Raises AlreadyExists."""
        added = self._connection.execute(
            insert_into(self._connection, user_groups)
            .values(
                issuer_id=self._issuer_id,
                name=group.name,
                description=group.description,
                created_at=group.created_at,
            )
            .on_conflict_do_nothing()
        )
        if added.rowcount == 0:
            raise AlreadyExists("group", group.name)
        for subject in sorted(group.members):
            self._connection.execute(
                insert(group_members).values(
                    issuer_id=self._issuer_id, group_name=group.name, subject=subject
                )
            )

    def remove(self, name: str) -> None:
        """Delete with its memberships. Raises NotFound."""
        # Locked first: nobody joins between the deletions.
        if self._locked(name) is None:
            raise NotFound("group", name)
        for table in MEMBERSHIPS:
            self._connection.execute(
                delete(table).where(self._mine(table), table.c.group_name == name)
            )
        self._connection.execute(
            delete(user_groups).where(self._mine(user_groups), user_groups.c.name == name)
        )

    def join(self, name: str, subject: str) -> bool:
        """Add a member by hand; False when it was one so. Raises NotFound: no such group."""
        if self._locked(name) is None:
            raise NotFound("group", name)
        added = self._connection.execute(
            insert_into(self._connection, group_members)
            .values(issuer_id=self._issuer_id, group_name=name, subject=subject)
            .on_conflict_do_nothing()
        )
        return added.rowcount == 1

    def leave(self, name: str, subject: str) -> bool:
        """Remove a member that was added by hand; False when it was none."""
        if not (is_storable(name) and is_storable(subject)):
            return False
        removed = self._connection.execute(
            delete(group_members).where(
                self._mine(group_members),
                group_members.c.group_name == name,
                group_members.c.subject == subject,
            )
        )
        return removed.rowcount == 1

    def of(self, subject: str) -> Sequence[str]:
        """Names of the groups of a user, sorted."""
        if not is_storable(subject):
            return []
        return sorted(set(self._connection.scalars(_OF, self._own(own_subject=subject))))

    def of_each(self, subjects: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """The same of several users."""
        found: dict[str, set[str]] = {each: set() for each in subjects if is_storable(each)}
        for table in MEMBERSHIPS:
            query = select(table.c.subject, table.c.group_name).where(
                self._mine(table), table.c.subject.in_(sorted(found))
            )
            for row in self._connection.execute(query):
                found[row.subject].add(row.group_name)
        return {subject: sorted(names) for subject, names in found.items()}

    def _locked(self, name: str) -> Row[Any] | None:
        if not is_storable(name):
            return None
        return self._connection.execute(
            self._transaction.for_change(
                select(user_groups).where(self._mine(user_groups), user_groups.c.name == name)
            )
        ).one_or_none()


def _group(row: Row[Any], members: Iterable[str]) -> Group:
    return Group(
        name=row.name,
        description=row.description,
        members=frozenset(members),
        created_at=row.created_at,
    )
