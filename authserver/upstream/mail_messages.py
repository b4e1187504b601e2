"""Mails as messages (RFC 5322): headers that no word can break out of, text and HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import TYPE_CHECKING

from authserver.domain.mail import is_address
from authserver.domain.mail_ports import Blame, MailNotSent

if TYPE_CHECKING:
    from authserver.domain.mail_ports import OutgoingMail


@dataclass(frozen=True, slots=True)
class Sender:
    """Who our mail says it is from; an empty `reply_to` is left out."""

    address: str
    name: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its envelope; `is_international` needs SMTPUTF8 (RFC 6531)."""

    sender: str
    recipient: str
    content: bytes = field(repr=False)
    is_international: bool


def message_of(mail: OutgoingMail, sender: Sender) -> Message:
    """The message, in lines of at most 998 bytes, all ASCII but for international addresses.

    Raises:
        MailNotSent: an address or a header cannot be written, for ever.
    """
    try:
        return _message(mail, sender)
    except (ValueError, MessageError) as error:
        raise MailNotSent(Blame.FOR_EVER, f"it cannot be written: {type(error).__name__}") from None


def _message(mail: OutgoingMail, sender: Sender) -> Message:
    to, sent_by = _address(mail.to), _address(sender.address, sender.name)
    is_international = not (to.addr_spec + sent_by.addr_spec + sender.reply_to).isascii()
    message = EmailMessage(policy=SMTPUTF8 if is_international else SMTP)
    message["From"] = sent_by
    message["To"] = to
    if sender.reply_to:
        message["Reply-To"] = _address(sender.reply_to)
    # One line, whatever was in the names that stand in it.
    message["Subject"] = " ".join(mail.written.subject.split())
    message["Date"] = datetime.fromtimestamp(int(mail.created_at), UTC)
    # The same for every try: programs that read mail show it once.
    message["Message-ID"] = f"<{mail.mail_id}@{sent_by.domain}>"
    # RFC 3834: no holiday notice shall answer this.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.written.text, cte="quoted-printable")
    message.add_alternative(mail.written.html, subtype="html", cte="quoted-printable")
    # Last: it would become the first part's.
    message["Content-Language"] = mail.written.locale
    return Message(sent_by.addr_spec, to.addr_spec, message.as_bytes(), is_international)


def _address(text: str, name: str = "") -> Address:
    """The address with its domain as servers look it up. Raises ValueError."""
    if not is_address(text):
        raise ValueError("no address")
    local, _, domain = text.rpartition("@")
    return Address(display_name=name, username=local, domain=_looked_up(domain))


def _looked_up(domain: str) -> str:
    """The domain in ASCII (RFC 5890). Raises ValueError."""
    if domain.isascii():
        return domain
    found = domain.encode("idna").decode("ascii")
    # The standard library follows IDNA 2003, by which ß is ss: that may be somebody else's domain.
    if found.encode("ascii").decode("idna") != domain.lower():
        raise ValueError("a domain of which nobody knows how it is looked up")
    return found
