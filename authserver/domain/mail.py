"""Mail that waits to be sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIL_PURPOSE: Final = "mail"
"""What the sealing of a waiting mail is bound to, beside its id."""


class MailKind(StrEnum):
    """What a mail is about; each has its templates, text and HTML."""

    TOKEN_EXPIRES = "token-expires"  # noqa: S105 - the name of a mail
    TOKEN_STALE = "token-stale"  # noqa: S105 - the name of a mail
    TOKEN_STOPPED = "token-stopped"  # noqa: S105 - the name of a mail
    """It was disabled or revoked, by somebody or by policy, or because it leaked."""
    TOKEN_READY = "token-ready"  # noqa: S105 - the name of a mail
    """Somebody made one for the reader, who picks it up by a link."""


class MailStatus(StrEnum):
    """`GIVEN_UP` after too many tries; `CANCELLED` where nobody shall read it any more."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given-up"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class MailDraft:
    """A mail to be written: who gets it, about what, and the words for the templates.

    `key` makes it unique: a second draft with the key of a first one is not sent.
    """

    key: str
    kind: MailKind
    to: str
    locale: str
    words: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail in the outbox. `sealed` holds the message: it may contain a link that opens something.

    Times are seconds since the epoch; `last_error` is for operators.
    """

    mail_id: str
    key: str
    kind: MailKind
    to: str
    status: MailStatus
    sealed: bytes = field(repr=False)
    created_at: float
    next_try_at: float
    tries: int = 0
    sent_at: float | None = None
    last_error: str = ""
