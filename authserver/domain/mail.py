"""Mail that waits to be sent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIL_PURPOSE: Final = "mail"
"""What the sealing of a waiting mail is bound to, beside its id."""
LONGEST_ADDRESS: Final = 254
"""Characters, RFC 5321 section 4.5.3.1.3."""
LONGEST_LOCAL_PART: Final = 64
_LOCAL_PART: Final = re.compile(r"""[^\s"(),:;<>@\[\\\].]+(\.[^\s"(),:;<>@\[\\\].]+)*\Z""")
"""Atoms between single dots: quoted local parts are legal, and nobody has one."""
_LABEL: Final = re.compile(r"[^\W_]([^\W_]|-)*(?<!-)\Z")


class MailKind(StrEnum):
    """What a mail is about; each has its templates, text and HTML."""

    TOKEN_EXPIRES = "token-expires"  # noqa: S105 - the name of a mail
    TOKEN_STALE = "token-stale"  # noqa: S105 - the name of a mail
    TOKEN_STOPPED = "token-stopped"  # noqa: S105 - the name of a mail
    """It was disabled or revoked, by somebody or by policy, or because it leaked."""
    TOKENS_STOPPED = "tokens-stopped"
    """Several of one reader's were, by one bulk act."""
    TOKEN_READY = "token-ready"  # noqa: S105 - the name of a mail
    """Somebody made one for the reader, who picks it up by a link."""
    TOKEN_MADE = "token-made"  # noqa: S105 - the name of a mail
    """There is a new one with the reader's name on it."""
    DEVICE_ALLOWED = "device-allowed"
    REFRESH_REUSED = "refresh-reused"
    """A refresh token came a second time; what it belonged to has ended."""
    NEW_SIGN_IN = "new-sign-in"
    """In a browser in which the reader never signed in before."""
    NOTICES_OFF = "notices-off"
    """Some of these are not sent any more: the reader said so, or whoever sat at their browser."""
    TEST = "test"
    """An operator looks whether mail arrives; never in the outbox."""


class MailStatus(StrEnum):
    """`GIVEN_UP` after too many tries; `CANCELLED` where nobody shall read it any more."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given-up"
    CANCELLED = "cancelled"


UNSENT: Final = frozenset({MailStatus.WAITING, MailStatus.GIVEN_UP})
"""What may be sent yet: what was given up, by whoever tries it again."""


def key_of_token(kind: MailKind, token_id: str, *others: str) -> str:
    """The key of a mail about a token: kind, token, and what tells it from others of the kind."""
    return ":".join((kind, token_id, *others))


def token_of_key(key: str) -> str:
    """The token that a mail is about by its key; empty for a mail about none."""
    return key.partition(":")[2].partition(":")[0]


@dataclass(frozen=True, slots=True)
class MailDraft:
    """A mail to be written: who gets it, about what, and the words for the templates.

    `key` makes it unique: a second draft with the key of a first one is not sent. `words` are
    texts, numbers, and lists of texts. `locale` is the reader's language, empty when unknown. After
    `until` (seconds since the epoch; `None`: as long as for all mails) it is not tried any more.
    """

    key: str
    kind: MailKind
    to: str
    locale: str
    words: Mapping[str, object] = field(repr=False)
    until: float | None = None


@dataclass(frozen=True, slots=True)
class WaitingMail:
    """A mail in the outbox. `sealed` holds its words: there may be a link that opens something.

    Times are seconds since the epoch; it is tried until `expires_at`. `tries` counts those that
    have begun. `last_error` is for operators.
    """

    mail_id: str
    key: str
    kind: MailKind
    to: str
    status: MailStatus
    sealed: bytes = field(repr=False)
    created_at: float
    next_try_at: float
    expires_at: float
    tries: int = 0
    sent_at: float | None = None
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class WrittenMail:
    """What the reader sees: one subject line, a text, and the same as HTML."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    locale: str


def is_address(text: str) -> bool:
    """Whether mail can be sent to `text`: one bare address, which can end no header or command.

    Letters beyond ASCII may stand on both sides of the `@` (RFC 6531). Names beside the address,
    comments, quoted parts and addresses without a domain are refused.
    """
    if len(text) > LONGEST_ADDRESS or not text.isprintable():
        return False
    local, at, domain = text.rpartition("@")
    labels = domain.split(".")
    return (
        bool(at)
        and len(local) <= LONGEST_LOCAL_PART
        and _LOCAL_PART.match(local) is not None
        and all(_LABEL.match(label) is not None for label in labels)
    )
