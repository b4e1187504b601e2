"""The work beside the requests, wired: journals, seals, keys, expired rows, old records."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind
from authserver.services.administration import Act
from authserver.services.housekeeping import Chore, run_chores

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.wiring_registration import RegistrationParts

KEYS_SECONDS: Final = 10.0
LOGOUT_SECONDS: Final = 1.0
MOVE_SECONDS: Final = 0.2
SEAL_SECONDS: Final = 0.5
SWEEP_SECONDS: Final = 60.0
PRUNE_SECONDS: Final = 3600.0
COUNTS_SECONDS: Final = 60.0
WORDS_SECONDS: Final = 10.0
UNUSED_SECONDS: Final = 600.0
DOCUMENTS_SECONDS: Final = 30.0
LEAVERS_SECONDS: Final = 60.0
ENDED_TOKENS_SECONDS: Final = 60.0
UNUSED_TOKENS_SECONDS: Final = 3600.0
MAIL_SECONDS: Final = 2.0
NOTICES_SECONDS: Final = 600.0
LEASE_SECONDS: Final = 30.0
DAY_SECONDS: Final = 86_400
LOOK_SECONDS: Final = 0.2
"""How long a failure of one kind of work goes unnoticed by the others."""

SYSTEM: Final = Act(Actor(ActorKind.SYSTEM, "housekeeping"))


class Hand(threading.Thread):
    """A thread that ends the work of all when its own fails, and keeps the failure."""

    def __init__(
        self, work: Callable[..., object], over: threading.Event, *arguments: object
    ) -> None:
        """Call `work` with `over`, which ends it, and the arguments."""
        super().__init__(daemon=True)
        self._work = work
        self._over = over
        self._arguments = arguments
        self.failure: Exception | None = None

    def run(self) -> None:
        """Work to the end, whichever it is."""
        try:
            self._work(self._over, *self._arguments)
        except Exception as failure:  # noqa: BLE001 - it goes up where it is expected
            self.failure = failure
        finally:
            self._over.set()


class Housekeeping:
    """What one process does beside the requests; leases see to it that one of N does it."""

    def __init__(self, parts: RegistrationParts) -> None:
        """Work with these parts."""
        self._parts = parts

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set.

        Journals are moved and sealed beside everything else: a long sweep must not delay them.
        Nor must clients that are slow to hear of a logout delay anything, or slow providers, or
        a slow mail server.
        When one kind of work fails in a way nobody expected, all of it ends and the failure goes
        up: records that silently are not moved any more would fill the disk.
        """
        parts = self._parts
        over = threading.Event()
        crew = [
            Hand(parts.journal_mover.run, over, MOVE_SECONDS),
            Hand(parts.audit_sealer.run, over, SEAL_SECONDS),
            Hand(lambda over: run_chores(self._chores(over), parts.clock, over), over),
            Hand(lambda over: run_chores([self._logouts()], parts.clock, over), over),
            Hand(lambda over: run_chores([self._documents()], parts.clock, over), over),
        ]
        if parts.settings.mail.is_on:
            crew.append(Hand(lambda over: run_chores(self._mail(over), parts.clock, over), over))
        for hand in crew:
            hand.start()
        while not (stop.wait(LOOK_SECONDS) or over.is_set()):
            pass
        over.set()
        for hand in crew:
            hand.join()
        for hand in crew:
            if hand.failure is not None:
                raise hand.failure

    def _chores(self, stop: threading.Event) -> list[Chore]:
        parts = self._parts
        return [
            Chore(
                "signing keys",
                KEYS_SECONDS,
                lambda: parts.signing_keys.maintain(parts.holder, SYSTEM),
            ),
            Chore("expired rows", SWEEP_SECONDS, lambda: self._sweep(stop)),
            Chore("old audit records", PRUNE_SECONDS, self._prune),
            Chore("counts of calls", COUNTS_SECONDS, lambda: self._count(stop)),
            Chore("words of members", WORDS_SECONDS, lambda: self._mend_words(stop)),
            Chore("unused registrations", UNUSED_SECONDS, self._remove_unused),
            Chore("leavers", LEAVERS_SECONDS, lambda: self._let_rest(stop)),
            Chore("ended API tokens", ENDED_TOKENS_SECONDS, lambda: self._note_ends(stop)),
            Chore("unused API tokens", UNUSED_TOKENS_SECONDS, lambda: self._stop_unused(stop)),
        ]

    def _logouts(self) -> Chore:
        return Chore(
            "logouts",
            LOGOUT_SECONDS,
            lambda: self._parts.logout_deliveries.deliver(lambda: self._has_lease("logouts")),
        )

    def _documents(self) -> Chore:
        """Metadata and keys of identity providers; their rows see to it that one of N asks."""
        return Chore(
            "documents of identity providers",
            DOCUMENTS_SECONDS,
            self._parts.provider_documents.refresh_due,
        )

    def _mail(self, stop: threading.Event) -> list[Chore]:
        """What is to be told, and what waits to be sent."""
        parts = self._parts

        def go_on(name: str) -> bool:
            return not stop.is_set() and self._has_lease(name)

        return [
            Chore(
                "mail", MAIL_SECONDS, lambda: parts.mail_deliveries.deliver(lambda: go_on("mail"))
            ),
            Chore(
                "notices of ends",
                NOTICES_SECONDS,
                lambda: parts.token_notices.tell_of_ends(lambda: go_on("notices")),
            ),
            Chore(
                "notices of stops",
                NOTICES_SECONDS,
                lambda: parts.token_notices.tell_of_stops(lambda: go_on("notices")),
            ),
        ]

    def _sweep(self, stop: threading.Event) -> None:
        """Delete expired rows, holding the lease from batch to batch."""
        self._parts.sweeper.sweep(lambda: not stop.is_set() and self._has_lease("sweeper"))

    def _prune(self) -> None:
        if self._has_lease("audit-retention"):
            days = self._parts.settings.audit.retention_days
            before = self._parts.clock.now() - days * DAY_SECONDS
            self._parts.audit.prune(before, SYSTEM.actor)

    def _count(self, stop: threading.Event) -> None:
        """Count records that an older version moved, and forget counts as old as records get."""
        if self._has_lease("call-counts"):
            days = self._parts.settings.audit.retention_days
            self._parts.call_counting.maintain(
                self._parts.clock.now() - days * DAY_SECONDS,
                lambda: not stop.is_set() and self._has_lease("call-counts"),
            )

    def _mend_words(self, stop: threading.Event) -> None:
        """Let members be found that an older version wrote."""
        self._parts.left_words.mend(
            lambda: not stop.is_set() and self._has_lease("words-of-members")
        )

    def _remove_unused(self) -> None:
        """Remove clients that registered themselves and have not been used for long."""
        if self._has_lease("unused-registrations"):
            days = self._parts.settings.registration.unused_days
            before = self._parts.clock.now() - days * DAY_SECONDS
            self._parts.unused_registrations.remove(before, SYSTEM)

    def _let_rest(self, stop: threading.Event) -> None:
        """Put to sleep who is due, holding the lease from batch to batch."""
        self._parts.living.put_to_sleep_due(
            lambda: not stop.is_set() and self._has_lease("leavers")
        )

    def _note_ends(self, stop: threading.Event) -> None:
        """Put on record which API tokens have come to their ends."""
        self._parts.api_token_ends.note(
            lambda: not stop.is_set() and self._has_lease("ended-api-tokens")
        )

    def _stop_unused(self, stop: threading.Event) -> None:
        """Tell of, disable and revoke API tokens that nobody uses, as policies say."""
        self._parts.api_token_disuse.act_by_policy(
            lambda: not stop.is_set() and self._has_lease("unused-api-tokens")
        )

    def _has_lease(self, name: str) -> bool:
        parts = self._parts
        with parts.database.writing() as stores:
            return stores.leases.acquire(name, parts.holder, parts.clock.now(), LEASE_SECONDS)
