"""What the core asks of those who write and send mail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from authserver.domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.mail import MailKind, WrittenMail


class Blame(StrEnum):
    """Who stands in the way of a mail, and with it what to do about the others."""

    SERVER = "server"
    """No mail gets through now: the server is away, slow, or does not let us in."""
    MAIL = "mail"
    """This mail does not get through now; others may."""
    FOR_EVER = "for-ever"
    """This mail never will: its recipient or its content was refused for good (5xx)."""


class MailNotSent(DomainError):
    """A mail server did not take a mail; the text is for operators and holds nothing secret."""

    def __init__(self, blame: Blame, detail: str) -> None:
        """Remember whose fault it is, and the detail."""
        super().__init__(detail)
        self.blame = blame
        self.detail = detail


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail as it goes out. The same `mail_id` gives the same Message-ID, whenever it is sent.

    `created_at` is seconds since the epoch.
    """

    mail_id: str
    to: str
    created_at: float
    written: WrittenMail


class MailWriter(Protocol):
    """Puts words into sentences."""

    def write(self, kind: MailKind, locale: str, words: Mapping[str, object]) -> WrittenMail:
        """The mail, in the language of `locale` if it is spoken here.

        Raises:
            MailNotSent: a word is missing, for ever.
        """
        ...


class MailSender(Protocol):
    """Gives mail to a mail server."""

    def send(self, mail: OutgoingMail) -> None:
        """Return when the server has taken it, within a bounded time.

        Raises:
            MailNotSent: it has not, or nobody knows.
        """
        ...
