"""What operators do with the outbox: look, try again, see whether mail arrives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.domain.mail import UNSENT, MailKind, MailStatus, WaitingMail, is_address
from authserver.domain.mail_ports import OutgoingMail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.mail_ports import MailSender, MailWriter
    from authserver.domain.ports import SecretMaker, Stores
    from authserver.services.administration import Act, Administration
    from authserver.services.mail_outbox import MailOutbox

PAGE = 1000


class MailAdministration:
    """Use cases of mail. Nobody gets to see what is in one."""

    def __init__(
        self,
        *,
        administration: Administration,
        outbox: MailOutbox,
        writer: MailWriter,
        sender: MailSender | None,
        secret_maker: SecretMaker,
        issuer: str,
    ) -> None:
        """Take the collaborators; without a `sender` mail is off."""
        self._administration = administration
        self._outbox = outbox
        self._writer = writer
        self._sender = sender
        self._secret_maker = secret_maker
        self._issuer = issuer

    def list(self, status: MailStatus | None = None) -> Sequence[WaitingMail]:
        """All of a status, or all there are, oldest first."""
        found: list[WaitingMail] = []
        with self._administration.database.reading() as stores:
            while page := stores.mails.list(
                status, after=found[-1].mail_id if found else "", limit=PAGE
            ):
                found += page
        return sorted(found, key=lambda each: (each.created_at, each.mail_id))

    def get(self, mail_id: str) -> WaitingMail:
        """One mail. Raises NotFound."""
        with self._administration.database.reading() as stores:
            return _existing(stores, mail_id)

    def retry(self, mail_id: str, act: Act) -> WaitingMail:
        """Try a mail now that waits or was given up, as long as a new one.

        Raises:
            NotFound: there is no such mail.
            Conflict: it was sent or cancelled, or has nothing to say any more and is cancelled now;
                mail is off; or it was tried at this moment.
        """
        if not self._outbox.is_on:
            raise Conflict("mail is off: set mail.host first")
        now = self._administration.clock.now()
        with self._administration.changing([], takes_power=False) as stores:
            mail = _existing(stores, mail_id)
            if mail.status not in UNSENT:
                raise Conflict(f"mail {mail_id} is {mail.status}: there is nothing left to send")
            over_at = self._outbox.over_at(mail)
            is_over = now >= over_at
            again = replace(
                mail,
                status=MailStatus.WAITING,
                next_try_at=now,
                expires_at=min(max(mail.expires_at, now + self._outbox.tried_seconds), over_at),
            )
            if is_over:
                again = replace(mail, status=MailStatus.CANCELLED, sealed=b"")
            settled = stores.mails.settle(again, tries_before=mail.tries, status_before=mail.status)
            if not settled:
                raise Conflict(f"mail {mail_id} has just been tried: look at it again")
            details = {"kind": str(mail.kind), "before": {"status": str(mail.status)}}
            action = "mail.cancelled" if is_over else "mail.retried"
            self._administration.record(stores, act, action, mail_id, details)
        if is_over:
            raise Conflict(f"mail {mail_id} is cancelled: what it tells of is over")
        return again

    def test(self, to: str, act: Act, locale: str = "") -> str:
        """Send a mail that says nothing but that mail works, past the outbox; its id.

        That it was asked for is on record before it is sent, which may take a while.

        Raises:
            Conflict: mail is off.
            InvalidField: `to` cannot be an address.
            MailNotSent: the server did not take it, and why.
            StorageUnavailable: it could not be put on record, and was not sent.
        """
        if self._sender is None:
            raise Conflict("mail is off: set mail.host first")
        if not is_address(to):
            raise InvalidField("to", "one e-mail address, like ada@example.com")
        written = self._writer.write(MailKind.TEST, locale, {"issuer": self._issuer})
        mail_id = self._secret_maker.identifier()
        now = self._administration.clock.now()
        with self._administration.changing([], takes_power=False) as stores:
            self._administration.record(stores, act, "mail.tested", mail_id, {"to": to})
        self._sender.send(OutgoingMail(mail_id, to, now, written))
        return mail_id


def _existing(stores: Stores, mail_id: str) -> WaitingMail:
    mail = stores.mails.get(mail_id)
    if mail is None:
        raise NotFound("mail", mail_id)
    return mail
