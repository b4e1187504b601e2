"""Sending what waits in the outbox: at least once, and for days while no server takes it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.errors import DomainError
from authserver.domain.mail import MailStatus
from authserver.domain.mail_ports import Blame, MailNotSent, OutgoingMail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authserver.domain.mail import WaitingMail
    from authserver.domain.mail_ports import MailSender, MailWriter
    from authserver.domain.ports import Clock, Database
    from authserver.services.mail_outbox import MailOutbox

log = logging.getLogger(__name__)

BATCH: Final = 50
FIRST_PAUSE_SECONDS: Final = 60.0
LONGEST_PAUSE_SECONDS: Final = 4 * 3600.0
"""Between two tries of one mail; each pause is twice the one before."""
FIRST_REST_SECONDS: Final = 5.0
LONGEST_REST_SECONDS: Final = 300.0
"""Between two looks at a server that lets no mail through."""
LONGEST_ERROR: Final = 300
SYSTEM: Final = Actor(ActorKind.SYSTEM, "mail")


class MailDeliveries:
    """Gives waiting mail to the server; one process does it at a time.

    A try is counted before it begins, conditionally: two processes never send one mail at the same
    time, and one that dies while it sends leaves the mail to be tried again.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        outbox: MailOutbox,
        writer: MailWriter,
        sender: MailSender,
    ) -> None:
        """Take the collaborators."""
        self._database = database
        self._clock = clock
        self._outbox = outbox
        self._writer = writer
        self._sender = sender
        self._rests_until = 0.0
        self._failures = 0
        """Of the server, one after the other."""

    def deliver(self, go_on: Callable[[], bool]) -> int:
        """Try what is due now, at most a batch; how many mails were sent.

        `go_on` is asked before each mail: the place to take and keep a lease, or to stop.

        Raises:
            StorageUnavailable: the database cannot answer now.
        """
        sent = 0
        for mail in self._due():
            if not go_on():
                break
            if self._clock.now() >= self._outbox.over_at(mail):
                self._cancel(mail)
            elif self._clock.now() >= mail.expires_at:
                self._give_up(mail, mail.last_error or "no server took it in time", mail.tries)
            elif self._clock.monotonic() >= self._rests_until:
                sent += self._try(mail)
        return sent

    def _due(self) -> Sequence[WaitingMail]:
        with self._database.reading() as stores:
            return stores.mails.due(self._clock.now(), limit=BATCH)

    def _try(self, mail: WaitingMail) -> bool:
        now = self._clock.now()
        pause = min(FIRST_PAUSE_SECONDS * 2.0 ** min(mail.tries, 16), LONGEST_PAUSE_SECONDS)
        begun = replace(mail, tries=mail.tries + 1, next_try_at=now + pause)
        with self._database.writing() as stores:
            if not stores.mails.settle(begun, tries_before=mail.tries):
                return False
        failure = self._failure(begun)
        if failure is None:
            self._failures = 0
            self._close(
                replace(
                    begun,
                    status=MailStatus.SENT,
                    sealed=b"",
                    sent_at=self._clock.now(),
                    last_error="",
                ),
                begun.tries,
                "mail.sent",
            )
            return True
        detail = failure.detail[:LONGEST_ERROR]
        if failure.blame is Blame.SERVER:
            self._let_rest(detail)
        else:
            self._failures = 0
        if failure.blame is Blame.FOR_EVER or begun.next_try_at >= begun.expires_at:
            self._give_up(begun, detail, begun.tries)
        else:
            with self._database.writing() as stores:
                stores.mails.settle(replace(begun, last_error=detail), tries_before=begun.tries)
        return False

    def _failure(self, mail: WaitingMail) -> MailNotSent | None:
        """Why it was not sent; `None` when it was."""
        try:
            locale, words = self._outbox.opened(mail)
        except DomainError as error:
            # Until somebody puts the key file back.
            return MailNotSent(Blame.MAIL, f"its words do not open: {error}")
        try:
            written = self._writer.write(mail.kind, locale, words)
            self._sender.send(OutgoingMail(mail.mail_id, mail.to, mail.created_at, written))
        except MailNotSent as failure:
            return failure
        return None

    def _let_rest(self, detail: str) -> None:
        """Ask no server that is in trouble with every mail again."""
        rest = min(FIRST_REST_SECONDS * 2.0 ** min(self._failures, 16), LONGEST_REST_SECONDS)
        self._rests_until = self._clock.monotonic() + rest
        if not self._failures:
            log.warning("no mail gets through, it is tried again: %s", detail)
        self._failures += 1

    def _give_up(self, mail: WaitingMail, detail: str, tries_before: int) -> None:
        log.warning("mail %s was given up: %s", mail.mail_id, detail)
        given_up = replace(mail, status=MailStatus.GIVEN_UP, last_error=detail)
        self._close(given_up, tries_before, "mail.given_up", detail)

    def _cancel(self, mail: WaitingMail) -> None:
        cancelled = replace(mail, status=MailStatus.CANCELLED, sealed=b"")
        self._close(cancelled, mail.tries, "mail.cancelled", "what it tells of is over")

    def _close(self, mail: WaitingMail, tries_before: int, action: str, reason: str = "") -> None:
        with self._database.writing() as stores:
            if not stores.mails.settle(mail, tries_before=tries_before):
                return
            stores.audit.add(
                AuditEvent(
                    at=self._clock.now(),
                    action=action,
                    outcome=Outcome.FAILED if reason else Outcome.SUCCESS,
                    actor=SYSTEM,
                    object_kind="mail",
                    object_id=mail.mail_id,
                    reason=reason,
                    details={"kind": str(mail.kind), "to": mail.to, "tries": mail.tries},
                )
            )
