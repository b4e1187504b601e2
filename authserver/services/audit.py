"""What auditors and retention do with the record of acts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from authserver.domain.errors import NotFound
from authserver.services import audit_retention, audit_searches, audit_verification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from authserver.domain.audit import Actor
    from authserver.domain.audit_checkpoints import Checkpoint
    from authserver.domain.audit_findings import Verification
    from authserver.domain.audit_key_ports import ChainKeys, CheckpointSigner, CheckpointVerifier
    from authserver.domain.audit_ports import Anchor, AuditDatabase
    from authserver.domain.audit_records import AuditPage, AuditRecord
    from authserver.domain.ports import Clock
    from authserver.services.audit_retention import PrunedRecords
    from authserver.services.audit_sealing import Sealer
    from authserver.services.audit_searches import SearchTerms


class AuditService:
    """Search, export, verify, seal now, prune. Nothing here changes a record."""

    def __init__(
        self,
        *,
        database: AuditDatabase,
        keys: ChainKeys,
        signer: CheckpointSigner,
        signatures: CheckpointVerifier,
        clock: Clock,
        anchor: Anchor | None,
        sealer: Sealer,
        move_journals: Callable[[], object],
    ) -> None:
        self._database = database
        self._keys = keys
        self._signer = signer
        self._signatures = signatures
        self._clock = clock
        self._anchor = anchor
        self._sealer = sealer
        self._move_journals = move_journals

    def catch_up(self) -> None:
        """Move what stands in this node's journals, so that nothing answered is missing.

        Raises:
            StorageUnavailable: the database cannot answer, or a journal cannot be read.
        """
        self._move_journals()

    def search(self, terms: SearchTerms, *, limit: int = 100, cursor: str = "") -> AuditPage:
        """One page, newest first; `cursor` is the `next_cursor` of the page before.

        Raises:
            InvalidField: a term cannot be read.
            StorageUnavailable: the database cannot answer.
        """
        now = self._clock.now()
        query = audit_searches.query_of(terms, now, limit=limit, cursor=cursor)
        return audit_searches.search(self._database, query)

    def record(self, record_id: int) -> AuditRecord:
        """One record by its id.

        Raises:
            NotFound: there is none.
            StorageUnavailable: the database cannot answer.
        """
        with self._database.reading() as stores:
            found = stores.audit.get(record_id)
        if found is None:
            raise NotFound("record", str(record_id))
        return found

    def export(self, terms: SearchTerms) -> Iterator[AuditRecord]:
        """Every record that fits, newest first, page by page.

        Raises:
            InvalidField: a term cannot be read.
            StorageUnavailable: the database cannot answer.
        """
        query = audit_searches.query_of(terms, self._clock.now())
        return audit_searches.every_record(self._database, query)

    def verify(
        self,
        anchors: Sequence[Anchor] = (),
        progress: Callable[[int], None] | None = None,
        *,
        within_seconds: float = math.inf,
    ) -> Verification:
        """Check the chain; the configured anchor is always among the anchors.

        After `within_seconds` the rest is left out: the answer is not complete then.

        Raises:
            StorageUnavailable: the database cannot answer.
            OSError: an anchor cannot be read.
        """
        return audit_verification.verify(
            database=self._database,
            keys=self._keys,
            signatures=self._signatures,
            clock=self._clock,
            anchors=[*([] if self._anchor is None else [self._anchor]), *anchors],
            progress=progress,
            go_on=self._in_time(within_seconds),
        )

    def seal_now(self) -> Checkpoint | None:
        """Seal what is committed and sign a checkpoint; `None` when nothing was ever sealed.

        Raises:
            StorageUnavailable: the database cannot answer.
        """
        self._sealer.step()
        return self._sealer.sign_now()

    def _in_time(self, seconds: float) -> Callable[[], bool]:
        end = self._clock.monotonic() + seconds
        return lambda: self._clock.monotonic() < end

    def prune(self, before: float, actor: Actor) -> PrunedRecords:
        """Give up sealed records older than `before` (seconds since the epoch).

        Raises:
            StorageUnavailable: the database cannot answer.
            Conflict: others kept signing checkpoints; nothing was removed.
        """
        return audit_retention.prune(
            database=self._database,
            signer=self._signer,
            anchor=self._anchor,
            clock=self._clock,
            actor=actor,
            before=before,
        )
