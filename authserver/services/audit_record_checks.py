"""Checking stored records: against the seal that lists them, or by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.audit_chain import record_code
from authserver.domain.audit_findings import BreakKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.domain.audit_chain import Seal
    from authserver.domain.audit_key_ports import ChainKeys
    from authserver.domain.audit_ports import StoredContent
    from authserver.services.audit_findings import Findings


class RecordChecks:
    """Compares records with what was sealed, and notes what is wrong with them."""

    def __init__(self, keys: ChainKeys, findings: Findings) -> None:
        self._keys = keys
        self._findings = findings

    def listed(self, seal: Seal, records: Iterator[StoredContent], known_from: int) -> None:
        """The records up to the end of `seal`, against its lists.

        Ids below `known_from` belong to a seal before that is lost, with its lists: those records
        only have to be authentic.
        """
        ids, codes, place = seal.record_ids(), seal.record_codes(), 0
        for stored in records:
            while place < len(ids) and ids[place] < stored.record_id:
                self._deleted(seal, place, ids[place])
                place += 1
            if place < len(ids) and ids[place] == stored.record_id:
                self._compare(stored, codes[place], seal, place)
                place += 1
            elif stored.record_id < known_from:
                self.alone(stored, seal.position + place)
            else:
                self._inserted(stored, seal, seal.position + place - 1, "is not part of the chain")
        for missing in range(place, len(ids)):
            self._deleted(seal, missing, ids[missing])

    def unlisted(self, seal: Seal, records: Iterator[StoredContent]) -> None:
        """The records of a seal whose lists were touched: each by itself."""
        for stored in records:
            self.alone(stored, seal.position)

    def pruned(self, seal: Seal, records: Iterator[StoredContent]) -> None:
        """Retention emptied the seal: whatever stands in its range was added since."""
        for stored in records:
            where = "stands where retention has removed all records"
            self._inserted(stored, seal, seal.last_position, where)

    def alone(self, stored: StoredContent, position: int) -> None:
        """Whether the record stands as somebody with the key wrote it."""
        key = self._keys.find(stored.key_id)
        if key is None and stored.key_id:
            kind, detail = BreakKind.KEY_UNKNOWN, "the record names an audit key that is not here"
        elif key is None:
            kind, detail = BreakKind.FORGED, "the record was written without an audit key"
        elif self._computed(stored) == stored.code:
            return
        else:
            kind, detail = BreakKind.FORGED, "the record is not what a holder of the key wrote"
        self._findings.found(kind, detail, position=position, record_id=stored.record_id)

    def _compare(self, stored: StoredContent, sealed: bytes, seal: Seal, place: int) -> None:
        computed = self._computed(stored)
        if computed == stored.code == sealed:
            self._findings.sealed += 1
            return
        if not stored.key_id:
            kind, detail = BreakKind.FORGED, "the record was written without an audit key"
        elif self._keys.find(stored.key_id) is None:
            kind, detail = BreakKind.KEY_UNKNOWN, "the record names an audit key that is not here"
        elif computed == stored.code:
            kind, detail = BreakKind.MOVED, "a genuine record from another place stands here"
        else:
            kind, detail = BreakKind.EDITED, "the record is not what was sealed"
        self._findings.found(
            kind,
            detail,
            position=seal.position + place,
            record_id=stored.record_id,
            seal=seal.number,
        )

    def _computed(self, stored: StoredContent) -> bytes | None:
        key = self._keys.find(stored.key_id)
        if key is None:
            return None
        try:
            return record_code(key, stored.content)
        except (TypeError, ValueError):
            return None

    def _deleted(self, seal: Seal, place: int, record_id: int) -> None:
        self._findings.found(
            BreakKind.DELETED,
            "the record was removed",
            position=seal.position + place,
            record_id=record_id,
            seal=seal.number,
        )

    def _inserted(self, stored: StoredContent, seal: Seal, position: int, where: str) -> None:
        self._findings.found(
            BreakKind.INSERTED,
            f"the record {where}",
            position=position,
            record_id=stored.record_id,
            seal=seal.number,
        )
