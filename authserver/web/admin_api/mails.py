"""`/mails`: the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import NotFound
from authserver.domain.mail import MailKind, MailStatus
from authserver.domain.roles import Area, to_read, to_write
from authserver.domain.searches import MailSearch, MailSort
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.records import (
    MailPage,
    MailPreview,
    MailPreviewQuery,
    MailQuery,
    MailSent,
    MailShown,
    TestMail,
    mail_shown,
    preview_shown,
)
from authserver.web.admin_api.pieces import pieces_of, word

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

READ: Final = to_read(Area.MAIL)
WRITE: Final = to_write(Area.MAIL)
ONE: Final = "/mails/{mail_id}"


def list_mails(asked: Asked[NothingSaid, MailQuery]) -> Answered:
    """One page of them."""
    query, services = asked.query, asked.services
    wanted = MailSearch(
        status=word(MailStatus, query.status), kind=word(MailKind, query.kind), to=query.to
    )
    items, following = pieces_of(
        asked, MailSort, lambda sort, piece: services.long_lists.mails(wanted, sort, piece)
    )
    return Answered(MailPage(items=[mail_shown(each) for each in items], next_cursor=following))


def show_mail(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """One of them."""
    return Answered(mail_shown(asked.services.mail_administration.get(asked.path["mail_id"])))


def retry_mail(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Try one now."""
    tried = asked.services.mail_administration.retry(asked.path["mail_id"], asked.act)
    return Answered(mail_shown(tried))


def preview_mail(asked: Asked[NothingSaid, MailPreviewQuery]) -> Answered:
    """What mails of a kind look like."""
    kind = asked.path["kind"]
    if kind not in set(MailKind):
        raise NotFound("kind of mail", kind)
    mail = asked.services.mail_previews.preview(MailKind(kind), asked.query.locale)
    return Answered(preview_shown(kind, mail))


def test_mail(asked: Asked[TestMail, NoQuery]) -> Answered:
    """See whether mail arrives."""
    said = asked.said
    mail_id = asked.services.mail_administration.test(said.to, asked.act, said.locale)
    return Answered(MailSent(mail_id=mail_id))


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/mails", "listMails", "List mails", READ, list_mails),
        query=MailQuery,
        answer=MailPage,
    ),
    Endpoint(
        *("GET", ONE, "showMail", "Show a mail, but not what is in it", READ, show_mail),
        answer=MailShown,
    ),
    Endpoint(
        *("POST", f"{ONE}/retry", "retryMail", "Try a mail again now", WRITE, retry_mail),
        answer=MailShown,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("GET", "/mails/previews/{kind}", "previewMail", "Show what mails look like", READ),
        preview_mail,
        about="With words made up for it.",
        query=MailPreviewQuery,
        answer=MailPreview,
    ),
    Endpoint(
        *("POST", "/mails/test", "testMail", "Send a mail to see whether it arrives", WRITE),
        test_mail,
        said=TestMail,
        answer=MailSent,
        refusals=frozenset({409}),
    ),
)
