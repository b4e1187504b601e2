"""Group rules of identity providers: their part of the `ProviderStore` port."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from authserver.domain.errors import AlreadyExists
from authserver.domain.group_rules import GroupEffect, GroupRule
from authserver.storage.inserts import insert_into
from authserver.storage.json_texts import coded
from authserver.storage.rows.providers import provider_rules
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_COLUMNS = provider_rules.c


class ProviderRuleRows(Store):
    """The group rules of one transaction."""

    def rules(self, name: str) -> Sequence[GroupRule]:
        """The group rules of one provider, by external group, effect and value."""
        if not is_storable(name):
            return []
        rows = self._connection.execute(
            select(provider_rules).where(self._mine(provider_rules), _COLUMNS.provider_name == name)
        )
        # Sorted here: a server's collation is its own business.
        return sorted(map(_rule, rows), key=lambda each: (each.external, each.effect, each.value))

    def add_rule(self, rule: GroupRule) -> None:
        """Insert. Raises AlreadyExists for the same provider, group, effect and value."""
        what = coded([rule.external, rule.effect.value, rule.value])
        added = self._connection.execute(
            insert_into(self._connection, provider_rules)
            .values(
                issuer_id=self._issuer_id,
                provider_name=rule.provider,
                rule_id=rule.rule_id,
                external=rule.external,
                effect=rule.effect.value,
                value=rule.value,
                label=rule.label,
                created_at=rule.created_at,
                digest=hashlib.sha256(what.encode()).digest(),
            )
            .on_conflict_do_nothing()
        )
        if added.rowcount == 0:
            raise AlreadyExists("group rule", rule.external)

    def remove_rule(self, name: str, rule_id: str) -> bool:
        """Delete; False when it was not there."""
        if not (is_storable(name) and is_storable(rule_id)):
            return False
        removed = self._connection.execute(
            delete(provider_rules).where(
                self._mine(provider_rules),
                _COLUMNS.provider_name == name,
                _COLUMNS.rule_id == rule_id,
            )
        )
        return removed.rowcount == 1


def _rule(row: Row[Any]) -> GroupRule:
    return GroupRule(
        rule_id=row.rule_id,
        provider=row.provider_name,
        external=row.external,
        effect=GroupEffect(row.effect),
        value=row.value,
        label=row.label,
        created_at=row.created_at,
    )
