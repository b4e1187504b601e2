"""An audit trail to play with: a signer, and the parts that work on a database."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from authserver.domain.audit_records import PAGE_MAX, AuditQuery
from authserver.services.audit_sealing import Sealer
from authserver.services.audit_searches import every_record
from authserver.services.audit_verification import verify
from authserver.storage.database import SqlDatabase
from authserver.storage.engines import make_engine
from authserver.storage.journal_mover import JournalMover
from tests.audit_events import KEYS, event
from tests.databases import OPTIONS
from tests.doubles import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from authserver.domain.audit_findings import BreakKind, Verification
    from authserver.domain.audit_ports import Anchor
    from authserver.domain.audit_records import AuditRecord


class TestSigner:
    """One Ed25519 key; satisfies `CheckpointSigner` and `CheckpointVerifier`."""

    __test__ = False

    def __init__(self, seed: bytes = b"s" * 32) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.key_id = "1"

    def sign(self, statement: bytes) -> bytes:
        return self._key.sign(statement)

    def verify(self, key_id: str, statement: bytes, signature: bytes) -> bool:
        try:
            self._key.public_key().verify(signature, statement)
        except InvalidSignature:
            return False
        return key_id == self.key_id


SIGNER: Final = TestSigner()


@dataclass
class Trail:
    """A database with everything around its audit records."""

    database: SqlDatabase
    clock: FakeClock = field(default_factory=FakeClock)

    def add(self, *numbers: int) -> None:
        """Record acts in one transaction of their own."""
        with self.database.writing() as stores:
            for number in numbers:
                stores.audit.add(event(number))

    def sealer(self, *, seal_records: int = 10, anchor: Anchor | None = None) -> Sealer:
        return Sealer(
            database=self.database,
            keys=KEYS,
            signer=SIGNER,
            clock=self.clock,
            holder="this process",
            anchor=anchor,
            seal_records=seal_records,
        )

    def filled(self, count: int, *, seal_records: int = 10, anchor: Anchor | None = None) -> None:
        """Record `count` acts, seal them, sign a checkpoint."""
        self.add(*range(1, count + 1))
        sealer = self.sealer(seal_records=seal_records, anchor=anchor)
        sealer.step()
        sealer.sign_now()

    def mover(self, directory: Path, *, piece_bytes: int = 100_000) -> JournalMover:
        return JournalMover(
            database=self.database,
            keys=KEYS,
            directory=directory,
            clock=self.clock,
            piece_bytes=piece_bytes,
        )

    def verify(self, *anchors: Anchor) -> Verification:
        return verify(
            database=self.database,
            keys=KEYS,
            signatures=SIGNER,
            clock=self.clock,
            anchors=anchors,
        )

    def findings(self, *anchors: Anchor) -> list[tuple[BreakKind, int, int]]:
        """What a verification finds: kind, position, record id."""
        report = self.verify(*anchors)
        return [(found.kind, found.position, found.record_id) for found in report.breaks]

    def tamper(self, statement: str, values: Mapping[str, object] | None = None) -> int:
        """Do what somebody with access to the database could do; rows touched."""
        with self.database.connection_for_writing() as connection:
            return connection.execute(text(statement), values or {}).rowcount

    def rows(self, query: str) -> Sequence[tuple[object, ...]]:
        with self.database.connection_for_reading() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def records(self) -> list[AuditRecord]:
        """Every record, oldest first."""
        return list(every_record(self.database, AuditQuery(limit=PAGE_MAX)))[::-1]


@contextmanager
def trail_on(url: str) -> Iterator[Trail]:
    """A trail in the database of that URL."""
    database = SqlDatabase(make_engine(url, OPTIONS), chain_keys=KEYS)
    try:
        yield Trail(database)
    finally:
        database.close()
