"""What one worker knows of the authority, and how long it may believe it.

Everything that takes power away advances a sequence in the database. A worker polls the sequence
and may answer from memory until *poll start* + lease; a revoker waits longer than a lease before
it answers. So when a revocation has been answered, no worker believes otherwise.
"""

from __future__ import annotations

import logging
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

from authserver.domain.authority import DENIALS, ChangeKind
from authserver.domain.errors import StorageUnavailable
from authserver.domain.tokens import CLOCK_SKEW_SECONDS, FAR_AHEAD_SECONDS, latest_end

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from authserver.domain.authority import Change, NumberedChange, Position
    from authserver.domain.ports import Clock, Database
    from authserver.domain.storage_ports import SequenceReader
    from authserver.domain.store_ports import AuthorityStore
    from authserver.domain.tokens import AccessToken

LEASE_SECONDS: Final = 0.25
"""How long after the start of a poll its answer may be used."""
POLL_SECONDS: Final = 0.05
PRUNE_SECONDS: Final = 30.0

log = logging.getLogger(__name__)


class AuthorityView:
    """The denials and the freshness of one worker process.

    `forget` is told (kind, value) when cached knowledge of something is stale, before the lease
    is renewed; `forget_all` when the history was lost and nothing cached may be believed.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        lease_seconds: float = LEASE_SECONDS,
        sequence: SequenceReader | None = None,
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Know nothing yet: the first use reads the database.

        `aside` makes a context in which this thread mostly waits, so that another may work.
        `sequence` answers the common question "is there anything new" without a transaction.
        """
        self._database = database
        self._sequence = sequence
        self._aside = aside
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._believed_until = float("-inf")
        self._failed_since = float("-inf")
        """When the last poll that failed began."""
        self._position: Position | None = None
        self._denied: dict[ChangeKind, dict[str, Change]] = {kind: {} for kind in DENIALS}
        self._horizon = float("-inf")
        self._lock = threading.Lock()
        self._forget: list[Callable[[ChangeKind, str], None]] = []
        self._forget_all: list[Callable[[], None]] = []
        self._pruned_at = clock.monotonic()

    @property
    def seq(self) -> int:
        """The number of the last change applied; -1 before the first poll."""
        return -1 if self._position is None else self._position.seq

    @property
    def horizon(self) -> float:
        """The latest end (seconds since the epoch) of any denial that is not known here any more.

        Only denials that were over are forgotten. When the clock is set back afterwards, what they
        reached would live again; so whatever ends by then counts as over, whatever the clock says.
        """
        return self._horizon

    def on_change(
        self, forget: Callable[[ChangeKind, str], None], forget_all: Callable[[], None]
    ) -> None:
        """Register a cache that wants to hear of stale knowledge."""
        self._forget.append(forget)
        self._forget_all.append(forget_all)

    def ensure_fresh(self) -> None:
        """Return when memory may be believed for a request that has arrived by now.

        Raises:
            StorageUnavailable: the lease has run out and the database does not answer.
        """
        arrived = self._clock.monotonic()
        if arrived < self._believed_until:
            return
        with self._aside(), self._lock:
            # Somebody else may have polled meanwhile; only a poll that began after this request
            # arrived, or one whose lease still runs, proves anything about this request.
            if self._clock.monotonic() < self._believed_until:
                return
            if arrived < self._failed_since:
                # Its own poll would have met the same; a queue of time-outs helps nobody.
                raise StorageUnavailable("the database did not answer a moment ago")
            self._poll_locked()

    def poll(self) -> None:
        """Read the sequence once and renew the lease.

        Raises:
            StorageUnavailable: the database does not answer; the old lease runs out by itself.
        """
        with self._aside(), self._lock:
            self._poll_locked()

    def run(self, stop: threading.Event, *, poll_seconds: float = POLL_SECONDS) -> None:
        """Poll until `stop` is set. Trouble is logged once per outage, never raised."""
        in_trouble = False
        while not stop.wait(poll_seconds):
            try:
                self.poll()
            except StorageUnavailable as error:
                if not in_trouble:
                    log.warning("authority: the database does not answer: %s", error)
                in_trouble = True
            except Exception:
                # A defect; the lease runs out by itself. But a poller that has died never polls
                # again, when what it stumbled over is long gone.
                if not in_trouble:
                    log.exception("authority: the poll failed")
                in_trouble = True
            else:
                if in_trouble:
                    log.warning("authority: the database answers again")
                in_trouble = False

    def is_denied(self, token: AccessToken) -> bool:
        """Whether a denial reaches the token. Only meaningful after `ensure_fresh`."""
        if token.token_id in self._denied[ChangeKind.TOKEN]:
            return True
        if token.grant_id in self._denied[ChangeKind.GRANT]:
            return True
        by_subject = self._denied[ChangeKind.SUBJECT].get(token.subject)
        return by_subject is not None and token.issued_at <= by_subject.issued_until

    def _poll_locked(self) -> None:
        started = self._clock.monotonic()
        try:
            self._catch_up()
        except StorageUnavailable:
            self._failed_since = started
            raise
        self._believed_until = started + self._lease_seconds
        self._prune(started)

    def _catch_up(self) -> None:
        known = self._position
        if known is not None and self._sequence is not None and self._sequence.position() == known:
            return
        changes: Sequence[NumberedChange] = ()
        denials: Sequence[Change] | None = None
        horizon = self._horizon
        with self._database.reading() as stores:
            position = stores.authority.position()
            if known is None or not _leads_on(known, position, stores.authority):
                # Believe nothing, load everything.
                now = self._clock.now()
                denials, horizon = stores.authority.denials(now), stores.authority.horizon(now)
            elif position.seq > known.seq:
                changes = stores.authority.since(known.seq)
        if denials is not None:
            self._load(position, denials, horizon)
        else:
            self._apply(changes)

    def _load(self, position: Position, denials: Sequence[Change], horizon: float) -> None:
        self._believed_until = float("-inf")
        for forget_all in self._forget_all:
            forget_all()
        fresh: dict[ChangeKind, dict[str, Change]] = {kind: {} for kind in DENIALS}
        for change in denials:
            _merge(fresh, change)
        self._horizon = horizon
        self._denied = fresh
        self._position = position

    def _apply(self, changes: Sequence[NumberedChange]) -> None:
        for numbered in changes:
            change = numbered.change
            if change.kind in DENIALS:
                _merge(self._denied, change)
            else:
                for forget in self._forget:
                    forget(change.kind, change.value)
            self._position = numbered.position

    def _prune(self, monotonic: float) -> None:
        if monotonic - self._pruned_at < PRUNE_SECONDS:
            return
        self._pruned_at = monotonic
        now = self._clock.now()
        for kind in DENIALS:
            known = self._denied[kind]
            over = [change.expires_at for change in known.values() if change.expires_at <= now]
            # Before the denials go: somebody may be asking at this moment.
            self._horizon = max([self._horizon, *over])
            self._denied[kind] = {
                value: change for value, change in known.items() if change.expires_at > now
            }
        if self._horizon > now + FAR_AHEAD_SECONDS:
            log.warning("a clock was ahead by more than a day; what it forgot counts no more")
            # No token that counts now ends later than this; without a limit none would be accepted
            # until the time that the wrong clock showed.
            self._horizon = latest_end(now)
        if self._horizon > now + CLOCK_SKEW_SECONDS:
            log.warning(
                "the clock was set back by more than %d seconds: access tokens that end within that"
                " time are refused, because revocations of such tokens were deleted already",
                self._horizon - now,
            )


def _leads_on(known: Position, position: Position, store: AuthorityStore) -> bool:
    """Whether the changes after `known` are all there is to learn.

    They are not when the database was restored from a backup (it stands before `known`, or had
    another change there), nor when some of them were swept.
    """
    return known.seq <= position.seq and known.seq >= store.kept_from() - 1 and store.holds(known)


def _merge(denied: dict[ChangeKind, dict[str, Change]], change: Change) -> None:
    """Keep the further-reaching of two denials of the same thing."""
    known = denied[change.kind].get(change.value)
    if known is None or (change.issued_until, change.expires_at) > (
        known.issued_until,
        known.expires_at,
    ):
        denied[change.kind][change.value] = change
