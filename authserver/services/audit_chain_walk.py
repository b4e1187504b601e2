"""Walking the chain from its first seal to its last, and over what waits behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.audit_chain import FIRST_PREVIOUS
from authserver.domain.audit_findings import BreakKind
from authserver.services.audit_record_stream import PAGE, RecordStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.audit_chain import Seal
    from authserver.domain.audit_key_ports import ChainKeys
    from authserver.domain.audit_ports import AuditDatabase, ChainStore
    from authserver.services.audit_checkpoint_checks import CheckpointChecks
    from authserver.services.audit_findings import Findings
    from authserver.services.audit_record_checks import RecordChecks

_SEALS: Final = 50
_BEFORE_ALL_IDS: Final = -(1 << 63)


class ChainWalk:
    """One walk. A page of seals and the records they list are read in one transaction."""

    def __init__(
        self,
        database: AuditDatabase,
        keys: ChainKeys,
        records: RecordChecks,
        checkpoints: CheckpointChecks,
        findings: Findings,
        *,
        go_on: Callable[[], bool],
    ) -> None:
        """`go_on` is asked before each page; once it says no, the rest is left out."""
        self._go_on = go_on
        self.is_stopped = False
        self._database = database
        self._keys = keys
        self._records = records
        self._checkpoints = checkpoints
        self._findings = findings
        self._number = 0
        self._after_id = _BEFORE_ALL_IDS
        # The end of the last seal that can be trusted; `None` where that is unknown.
        self._code: bytes | None = FIRST_PREVIOUS
        self._position: int | None = 0

    def along_seals(self) -> None:
        """Check every seal and the records it lists."""
        while self._may_go_on():
            with self._database.reading() as stores:
                chain = stores.audit.chain
                page = chain.seals(self._number, _SEALS)
                if not page:
                    return
                end = max(seal.last_id for seal in page)
                stream = RecordStream(chain, self._after_id, end, self._findings.checked)
                for seal in page:
                    self._visit(seal, stream, chain)

    def behind_seals(self, now: float, patience: float) -> bool:
        """Check the records that are not sealed yet; False when a seal was added meanwhile.

        Those recorded more than `patience` seconds before `now` are one finding together.
        """
        late, first_late, is_first_page = 0, 0, True
        after_id = self._after_id
        while self._may_go_on():
            with self._database.reading() as stores:
                if is_first_page and stores.audit.chain.seals(self._number, 1):
                    return False
                page = stores.audit.chain.contents(after_id, None, PAGE)
            is_first_page = False
            for stored in page:
                self._records.alone(stored, 0)
                self._findings.unsealed += 1
                if now - stored.recorded_at > patience:
                    late += 1
                    first_late = first_late or stored.record_id
            self._findings.checked()
            if len(page) < PAGE:
                break
            after_id = page[-1].record_id
        if late:
            self._findings.found(
                BreakKind.UNSEALED_LATE,
                f"{late} records have waited for a seal for more than {patience:.0f} s",
                record_id=first_late,
            )
        return True

    def _may_go_on(self) -> bool:
        self.is_stopped = self.is_stopped or not self._go_on()
        return not self.is_stopped

    def _visit(self, seal: Seal, stream: RecordStream, chain: ChainStore) -> None:
        self._findings.seals += 1
        if seal.number != self._number + 1:
            self._skip_to(seal, chain)
        self._number = seal.number
        if not self._is_authentic(seal):
            self._code = self._position = None
            return
        self._check_link(seal)
        known_from = seal.first_id if self._code is None else _BEFORE_ALL_IDS
        records = stream.until(seal.last_id)
        if seal.pruned:
            self._check_pruned(seal, chain)
            self._records.pruned(seal, records)
        elif seal.content_fits():
            self._records.listed(seal, records, known_from)
        else:
            self._altered(seal, "its lists of records are not those that were sealed")
            self._records.unlisted(seal, records)
        self._code, self._position = seal.code, seal.last_position
        self._after_id = max(self._after_id, seal.last_id)

    def _skip_to(self, seal: Seal, chain: ChainStore) -> None:
        """Numbers are missing: fine when retention removed them, which keeps its last seal."""
        if not (seal.pruned and self._checkpoints.allow_pruning(seal, chain)):
            self._findings.found(
                BreakKind.SEAL_MISSING,
                f"seals {self._number + 1} to {seal.number - 1} are gone",
                position=0 if self._position is None else self._position + 1,
                seal=self._number + 1,
            )
        self._code = self._position = None

    def _is_authentic(self, seal: Seal) -> bool:
        key = self._keys.find(seal.key_id)
        if key is None:
            self._findings.found(
                BreakKind.KEY_UNKNOWN,
                "the seal names an audit key that is not here",
                position=self._next_position(seal),
                seal=seal.number,
            )
            return False
        if not seal.is_authentic(key):
            self._altered(seal, "the seal is not what was written")
            return False
        return True

    def _check_link(self, seal: Seal) -> None:
        if self._code is None or self._position is None:
            return
        if seal.previous != self._code or seal.position != self._position + 1:
            self._findings.found(
                BreakKind.LINK_BROKEN,
                "the seal does not follow from the one before it",
                position=self._position + 1,
                seal=seal.number,
            )

    def _check_pruned(self, seal: Seal, chain: ChainStore) -> None:
        self._findings.pruned += seal.last_position - (self._position or 0)
        if not self._checkpoints.allow_pruning(seal, chain):
            self._findings.found(
                BreakKind.PRUNED_UNSIGNED,
                "records were removed, but no signed checkpoint allows it",
                position=self._next_position(seal),
                seal=seal.number,
            )

    def _altered(self, seal: Seal, detail: str) -> None:
        self._findings.found(
            BreakKind.SEAL_ALTERED, detail, position=self._next_position(seal), seal=seal.number
        )

    def _next_position(self, seal: Seal) -> int:
        return seal.position if self._position is None else self._position + 1
