"""Sealing: linking committed audit records into the chain, and signing how far it came."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.audit_chain import Seal, seal
from authserver.domain.audit_checkpoints import checkpoint
from authserver.domain.errors import StorageUnavailable

if TYPE_CHECKING:
    import threading

    from authserver.domain.audit_checkpoints import Checkpoint
    from authserver.domain.audit_key_ports import ChainKeys, CheckpointSigner
    from authserver.domain.audit_ports import Anchor, AuditDatabase
    from authserver.domain.ports import Clock

LEASE: Final = "audit-sealer"
SEAL_RECORDS: Final = 1000
"""How many records one seal lists at most."""
CHECKPOINT_SECONDS: Final = 60.0
"""While records come in, a checkpoint is signed at least this often."""
AFTER_DEFECT_SECONDS: Final = 5.0

_LEASE_SECONDS: Final = 10.0
_FIRST_WAIT: Final = 0.02
_LONGEST_WAIT: Final = 0.25
_NO_HORIZON: Final = (1 << 63) - 1
_PAGE: Final = 500
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one step did.

    `is_waiting`: there are records, but they could not be sealed now (writers were busy, or
    another sealer holds the lease).
    """

    records: int = 0
    seals: int = 0
    checkpoint: Checkpoint | None = None
    is_waiting: bool = False


class Sealer:
    """Seals in steps. Any number may run; the lease lets one work, the seal's number decides."""

    def __init__(
        self,
        *,
        database: AuditDatabase,
        keys: ChainKeys,
        signer: CheckpointSigner,
        clock: Clock,
        holder: str,
        anchor: Anchor | None,
        seal_records: int = SEAL_RECORDS,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
    ) -> None:
        self._database = database
        self._keys = keys
        self._signer = signer
        self._clock = clock
        self._holder = holder
        self._anchor = anchor
        self._seal_records = seal_records
        self._checkpoint_seconds = checkpoint_seconds
        self._wait = _FIRST_WAIT

    def step(self) -> Sealed:
        """Seal everything that is committed now; sign a checkpoint when one is due.

        Raises:
            StorageUnavailable: the database cannot answer; what was sealed stays sealed.
        """
        with self._database.reading() as stores:
            last = stores.audit.chain.last_seal()
            after = 0 if last is None else last.last_id
            has_records = bool(stores.audit.chain.unsealed(after, _NO_HORIZON, 1))
            newest = stores.audit.chain.last_checkpoint()
        if not has_records and not self._is_due(last, newest):
            return Sealed()
        if not self._has_lease():
            return Sealed(is_waiting=True)
        records = seals = 0
        horizon = self._horizon() if has_records else after
        if horizon is not None:
            while (link := self._next_link(last, horizon)) is not None:
                last, records, seals = link, records + link.count, seals + 1
        signed = None
        if last is not None and self._is_due(last, newest):
            signed = self._sign(last, newest)
        return Sealed(records, seals, signed, is_waiting=horizon is None)

    def sign_now(self) -> Checkpoint | None:
        """Sign a checkpoint of the chain as it is, due or not; `None` when there is no chain.

        Raises:
            StorageUnavailable: the database cannot answer.
        """
        with self._database.reading() as stores:
            last = stores.audit.chain.last_seal()
            newest = stores.audit.chain.last_checkpoint()
        return None if last is None else self._sign(last, newest)

    def run(self, stop: threading.Event, pause: float = 0.5) -> None:
        """Take a step every `pause` seconds until `stop`; trouble is told and waited out."""
        while not stop.wait(pause):
            try:
                self.step()
            except StorageUnavailable as problem:
                _log.warning("sealing waits: %s", problem)
            except Exception:  # noqa: BLE001 - a defect; but a thread that ends would leave
                # every later record unsealed.
                _log.exception("sealing failed")
                stop.wait(AFTER_DEFECT_SECONDS)

    def _is_due(self, last: Seal | None, newest: Checkpoint | None) -> bool:
        if last is None:
            return False
        if newest is None:
            return True
        age = self._clock.now() - newest.at
        return last.number > newest.seal and not 0 <= age < self._checkpoint_seconds

    def _has_lease(self) -> bool:
        with self._database.writing() as stores:
            return stores.leases.acquire(LEASE, self._holder, self._clock.now(), _LEASE_SECONDS)

    def _horizon(self) -> int | None:
        with self._database.writing() as stores:
            horizon = stores.audit.chain.horizon(self._wait)
        self._wait = _FIRST_WAIT if horizon is not None else min(2 * self._wait, _LONGEST_WAIT)
        return horizon

    def _next_link(self, last: Seal | None, horizon: int) -> Seal | None:
        after = 0 if last is None else last.last_id
        with self._database.reading() as stores:
            records = stores.audit.chain.unsealed(after, horizon, self._seal_records)
        if not records:
            return None
        link = seal(self._keys.current, last, records, self._clock.now())
        with self._database.writing() as stores:
            return link if stores.audit.chain.add_seal(link) else None

    def _sign(self, last: Seal, newest: Checkpoint | None) -> Checkpoint | None:
        signed = checkpoint(self._signer, last, newest, self._clock.now())
        with self._database.writing() as stores:
            if not stores.audit.chain.add_checkpoint(signed):
                return None
        if self._anchor is not None:
            carry_to_anchor(self._database, self._anchor, signed)
        return signed


def carry_to_anchor(database: AuditDatabase, anchor: Anchor, signed: Checkpoint) -> bool:
    """Add `signed` and everything the anchor missed; False when the anchor cannot be written.

    The chain goes on without its anchor: what is missing there follows with the next checkpoint.

    Raises:
        StorageUnavailable: the database cannot answer.
    """
    try:
        number = anchor.last_number()
        while number < signed.number - 1:
            with database.reading() as stores:
                missing = stores.audit.chain.checkpoints(number, _PAGE)
            for older in missing:
                if older.number < signed.number:
                    anchor.append(older)
            number = missing[-1].number if missing else signed.number
        anchor.append(signed)
    except OSError as problem:
        _log.error("the audit anchor cannot be written: %s", problem)
        return False
    return True
