"""Checking signed checkpoints, and the chain against them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from authserver.domain.audit_findings import BreakKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from authserver.domain.audit_chain import Seal
    from authserver.domain.audit_checkpoints import Checkpoint
    from authserver.domain.audit_key_ports import CheckpointVerifier
    from authserver.domain.audit_ports import Anchor, AuditDatabase, ChainStore, Link
    from authserver.services.audit_findings import Findings

_PAGE: Final = 500
_DATABASE: Final = "the database"


class CheckpointChecks:
    """Checkpoints in the database and in anchors: one finding of each kind per source."""

    def __init__(
        self, database: AuditDatabase, signatures: CheckpointVerifier, findings: Findings
    ) -> None:
        self._database = database
        self._signatures = signatures
        self._findings = findings
        self._told: set[tuple[str, BreakKind]] = set()

    def allow_pruning(self, seal: Seal, chain: ChainStore) -> bool:
        """Whether a validly signed checkpoint gives up the records of the seal."""
        newest = chain.last_checkpoint()
        if newest is not None and self._allows(newest, seal):
            return True
        number = 0
        while page := chain.checkpoints(number, _PAGE):
            if any(self._allows(checkpoint, seal) for checkpoint in page):
                return True
            number = page[-1].number
        return False

    def compare(self, anchors: Sequence[Anchor]) -> None:
        """Hold the chain against every checkpoint there is."""
        self._compare_stored()
        for place, anchor in enumerate(anchors, start=1):
            source = f"anchor {place}"
            try:
                lines = anchor.checkpoints()
                while batch := list(islice(lines, _PAGE)):
                    self._compare(self._readable(batch, source), source)
            except FileNotFoundError:
                # Before the first checkpoint there is no file; after it, somebody removed it.
                if self._findings.checkpoints:
                    detail = f"{source} is not there"
                    self._findings.found(BreakKind.CHECKPOINT_MISSING, detail)

    def _allows(self, checkpoint: Checkpoint, seal: Seal) -> bool:
        return checkpoint.pruned_through >= seal.number and checkpoint.is_signed(self._signatures)

    def _compare_stored(self) -> None:
        number = 0
        while True:
            with self._database.reading() as stores:
                page = stores.audit.chain.checkpoints(number, _PAGE)
            if not page:
                return
            for checkpoint in page:
                # Retention removes the oldest ones; after the first that is left, none may lack.
                if number and checkpoint.number != number + 1:
                    detail = f"checkpoint {number + 1} is gone"
                    self._tell(BreakKind.CHECKPOINT_MISSING, checkpoint, detail, _DATABASE)
                number = checkpoint.number
            self._compare(page, _DATABASE)

    def _readable(self, batch: Sequence[Checkpoint | str], source: str) -> Iterator[Checkpoint]:
        for item in batch:
            if isinstance(item, str):
                self._findings.found(BreakKind.CHECKPOINT_FORGED, f"{source}: {item}")
            else:
                yield item

    def _compare(self, checkpoints: Iterable[Checkpoint], source: str) -> None:
        signed = [checkpoint for checkpoint in checkpoints if self._is_signed(checkpoint, source)]
        with self._database.reading() as stores:
            links = stores.audit.chain.links(sorted({checkpoint.seal for checkpoint in signed}))
            end = stores.audit.chain.last_seal()
        for checkpoint in signed:
            self._check(checkpoint, links.get(checkpoint.seal), end, source)

    def _is_signed(self, checkpoint: Checkpoint, source: str) -> bool:
        self._findings.checkpoints += 1
        if checkpoint.is_signed(self._signatures):
            return True
        self._findings.found(
            BreakKind.CHECKPOINT_FORGED,
            f"checkpoint {checkpoint.number} in {source} has no valid signature",
        )
        return False

    def _check(
        self, checkpoint: Checkpoint, link: Link | None, end: Seal | None, source: str
    ) -> None:
        if link is not None:
            if link == (checkpoint.code, checkpoint.position):
                self._findings.anchored(checkpoint.position)
            else:
                detail = f"another chain than checkpoint {checkpoint.number} in {source} saw"
                self._tell(BreakKind.REWRITTEN, checkpoint, detail, source)
        elif end is None or checkpoint.seal > end.number:
            last = 0 if end is None else end.last_position
            detail = (
                f"the chain ends at position {last}; checkpoint {checkpoint.number} in {source}"
                f" saw it reach {checkpoint.position}"
            )
            self._tell(BreakKind.TRUNCATED, checkpoint, detail, source, position=last + 1)

    def _tell(
        self,
        kind: BreakKind,
        checkpoint: Checkpoint,
        detail: str,
        source: str,
        *,
        position: int | None = None,
    ) -> None:
        if (source, kind) in self._told:
            return
        self._told.add((source, kind))
        self._findings.found(
            kind,
            detail,
            position=checkpoint.position if position is None else position,
            seal=checkpoint.seal,
        )
