"""What the audit services ask of the outside: the stored chain, and the anchor."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from authserver.domain.store_ports import AuditStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from authserver.domain.audit_chain import Seal, Unsealed
    from authserver.domain.audit_checkpoints import Checkpoint
    from authserver.domain.audit_records import AuditPage, AuditQuery, AuditRecord
    from authserver.domain.store_ports import LeaseStore


class StoredContent(NamedTuple):
    """A record as the chain sees it: `content` are its columns in the order of its code."""

    record_id: int
    recorded_at: float
    key_id: str
    code: bytes
    content: tuple[object, ...]


class Link(NamedTuple):
    """The end of a seal: its code, and the position of its last record."""

    code: bytes
    last_position: int


class Pruned(NamedTuple):
    """What one step of retention removed, and whether more is left to remove."""

    records: int
    seals: int
    more: bool


class ChainStore(Protocol):
    """Seals and checkpoints, and the records they speak of. No method changes a record."""

    def horizon(self, wait_seconds: float) -> int | None:
        """An id at or below which every record is committed or will never be.

        `None` when that could not be found out within `wait_seconds`, because records were being
        written all the time: ask again later. Belongs into a writing transaction of its own.
        """
        ...

    def unsealed(self, after_id: int, horizon: int, limit: int) -> Sequence[Unsealed]:
        """Records in `after_id < id <= horizon`, by id."""
        ...

    def contents(self, after_id: int, last_id: int | None, limit: int) -> Sequence[StoredContent]:
        """Records in `after_id < id <= last_id` (`None`: to the end) in full, by id."""
        ...

    def last_seal(self) -> Seal | None:
        """The end of the chain."""
        ...

    def seals(self, after: int, limit: int) -> Sequence[Seal]:
        """Seals with a number above `after`, in order."""
        ...

    def add_seal(self, seal: Seal) -> bool:
        """Append; False when another sealer took the number first."""
        ...

    def last_checkpoint(self) -> Checkpoint | None:
        """The newest checkpoint."""
        ...

    def checkpoints(self, after: int, limit: int) -> Sequence[Checkpoint]:
        """Checkpoints with a number above `after`, in order."""
        ...

    def add_checkpoint(self, checkpoint: Checkpoint) -> bool:
        """Append; False when another sealer took the number first."""
        ...

    def links(self, numbers: Sequence[int]) -> Mapping[int, Link]:
        """The ends of those seals that exist, by number."""
        ...

    def prunable(self, before: float) -> int | None:
        """The number of the last seal that retention may empty now; `None`: nothing to do.

        It and all seals up to it hold only records older than `before` (seconds since the
        epoch), it is not the end of the chain, and it is not pruned yet.
        """
        ...

    def prune(self, through: int, limit: int) -> Pruned:
        """Remove records of the oldest seals up to number `through`, about `limit` records.

        The last emptied seal stays, without its lists: the rest of the chain is linked to it.
        """
        ...


class AuditReader(Protocol):
    """Records as people look for them."""

    def search(self, query: AuditQuery) -> AuditPage:
        """One page, newest first."""
        ...

    def get(self, record_id: int) -> AuditRecord | None:
        """One record by its id."""
        ...


class AuditTrail(AuditStore, AuditReader, Protocol):
    """Everything about audit records that one transaction gives access to."""

    @property
    def chain(self) -> ChainStore:
        """Seals and checkpoints."""
        ...


class AuditStores(Protocol):
    """The part of a transaction that the audit services use."""

    @property
    def audit(self) -> AuditTrail:
        """Audit records."""
        ...

    @property
    def leases(self) -> LeaseStore:
        """Leases."""
        ...


class AuditDatabase(Protocol):
    """`authserver.domain.ports.Database`, as the audit services see it."""

    def reading(self) -> AbstractContextManager[AuditStores]:
        """A consistent read: everything in the block sees one state of the database."""
        ...

    def writing(self) -> AbstractContextManager[AuditStores]:
        """A write: committed durably when the block ends."""
        ...


class Anchor(Protocol):
    """Checkpoints outside the database."""

    def append(self, checkpoint: Checkpoint) -> None:
        """Durably add one.

        Raises:
            OSError: it could not be written.
        """
        ...

    def last_number(self) -> int:
        """The number of the newest checkpoint it holds, 0 for none."""
        ...

    def checkpoints(self) -> Iterator[Checkpoint | str]:
        """What it holds, in order; a text says what is wrong with a line that is none."""
        ...
