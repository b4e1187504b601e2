"""The audit records that a deed leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authserver.domain.audit_times import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.rfc.installations import Installation


class Watch:
    """Looks at the records that a deed leaves."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._seen = 0
        self._at = ""
        self.new()

    def new(self) -> list[dict[str, Any]]:
        """The records since the last look, oldest first."""
        records = self._installation.records()
        fresh, self._seen = records[self._seen :], len(records)
        # Whoever waits moves the clock: a deed begins where the last look ended.
        self._at = written(self._installation.clock.now())
        return fresh

    def one(self, action: str, *, actor: Mapping[str, str], **fields: object) -> dict[str, Any]:
        """The only new record: made when the last look ended, with these fields."""
        at = self._at
        (record,) = self.new()
        expected = {"action": action, "actor": actor, **fields}
        assert {name: record[name] for name in expected} == expected
        assert record["time"] == at
        return record

    def those(
        self, *actions: str, actor: Mapping[str, str], **fields: object
    ) -> dict[str, dict[str, Any]]:
        """The new records by action: of these and no others, each with these fields."""
        at = self._at
        records = self.new()
        assert sorted(record["action"] for record in records) == sorted(actions)
        expected = {"time": at, "actor": actor, **fields}
        for record in records:
            assert {name: record[name] for name in expected} == expected, record
        return {record["action"]: record for record in records}
