"""The record of acts, mails, and the numbers that those who administer see first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from authserver.domain.mail import MailKind
from authserver.web.admin_api.models.members import (
    Asking,
    ListQuery,
    Moment,
    Said,
    Shown,
    moment,
    unstated,
)

if TYPE_CHECKING:
    from authserver.domain.audit_records import AuditRecord
    from authserver.domain.mail import WaitingMail, WrittenMail

LONGEST = 300
_KINDS = "|".join(MailKind)
_LISTED = ", ".join(f"`{each}`" for each in MailKind)


class RecordQuery(ListQuery):
    """Which records; the newest first."""

    since: str = unstated("A time with its zone, or an age like `15m`.", max_length=50)
    until: str = unstated("The same.", max_length=50)
    actor: str = unstated("The id of who acted.", max_length=LONGEST)
    client: str = unstated(max_length=LONGEST)
    resource: str = unstated(max_length=LONGEST)
    action: str = unstated("Whole, or its beginning: `token`.", max_length=LONGEST)
    outcome: Literal["success", "refused", "failed"] = unstated()
    request_id: str = unstated(max_length=LONGEST)
    token_id: str = unstated(max_length=LONGEST)
    object: str = unstated("`kind:id`, or an id.", max_length=LONGEST)
    reason: str = unstated("What a reason says before its colon.", max_length=LONGEST)


class Party(Shown):
    """Who acted, or what it was done to."""

    kind: str
    id: str


class RecordShown(Shown):
    """One record; nobody can change or delete one here."""

    record_id: int
    at: Moment
    recorded_at: Moment
    action: str
    outcome: str
    actor: Party
    client_id: str
    resource: str
    object: Party
    token_id: str
    reason: str
    request_id: str
    peer: str
    details: dict[str, Any]


class RecordPage(Shown):
    """Some records, and the cursor of the next ones."""

    items: list[RecordShown]
    next_cursor: str | None


class MailQuery(ListQuery):
    """Which mails."""

    status: Literal["waiting", "sent", "given-up", "cancelled"] = unstated()
    kind: str = unstated(f"One of {_LISTED}.", pattern=f"^({_KINDS})$")
    to: str = unstated("The whole address.", max_length=LONGEST)
    sort: Literal["created_at", "-created_at", "next_try_at", "-next_try_at"] = "-created_at"


class MailShown(Shown):
    """A mail in the outbox. Nobody gets to see what is in it."""

    mail_id: str
    kind: str
    to: str
    status: str
    created_at: Moment
    next_try_at: Moment
    expires_at: Moment
    tries: int
    sent_at: Moment | None
    last_error: str


class MailPage(Shown):
    """Some mails, and the cursor of the next ones."""

    items: list[MailShown]
    next_cursor: str | None


class MailPreviewQuery(Asking):
    """In which language."""

    locale: str = Field("", max_length=35)


class MailPreview(Shown):
    """A mail with words made up for it. Nothing is sent, nobody is meant."""

    kind: str
    locale: str
    subject: str
    text: str
    html: str


class TestMail(Said):
    """Whom a mail goes to that says nothing but that mail works."""

    __test__ = False  # no test, whatever it is called

    to: str
    locale: str = ""


class MailSent(Shown):
    """The mail that was sent, past the outbox."""

    mail_id: str


def record_shown(record: AuditRecord) -> RecordShown:
    """One record."""
    shown: dict[str, Any] = {
        "record_id": record.record_id,
        "at": moment(record.at),
        "recorded_at": moment(record.recorded_at),
        "action": record.action,
        "outcome": record.outcome,
        "actor": {"kind": record.actor_kind, "id": record.actor},
        "client_id": record.client_id,
        "resource": record.resource,
        "object": {"kind": record.object_kind, "id": record.object_id},
        "token_id": record.token_id,
        "reason": record.reason,
        "request_id": record.request_id,
        "peer": record.peer,
        "details": dict(record.details),
    }
    return RecordShown.model_validate(shown)


def mail_shown(mail: WaitingMail) -> MailShown:
    """One mail."""
    shown: dict[str, Any] = {
        "mail_id": mail.mail_id,
        "kind": str(mail.kind),
        "to": mail.to,
        "status": str(mail.status),
        "created_at": moment(mail.created_at),
        "next_try_at": moment(mail.next_try_at),
        "expires_at": moment(mail.expires_at),
        "tries": mail.tries,
        "sent_at": moment(mail.sent_at),
        "last_error": mail.last_error,
    }
    return MailShown.model_validate(shown)


def preview_shown(kind: str, mail: WrittenMail) -> MailPreview:
    """What a mail looks like."""
    return MailPreview(
        kind=kind, locale=mail.locale, subject=mail.subject, text=mail.text, html=mail.html
    )
