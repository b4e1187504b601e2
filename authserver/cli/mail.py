"""`authserver mail`: what waits to be sent, and whether mail works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import click

from authserver.cli.administration import JSON, json_value, naming, time_or
from authserver.cli.context import Context, pass_context
from authserver.cli.durations import shown_age
from authserver.domain.errors import Conflict
from authserver.domain.mail import MailKind, MailStatus
from authserver.domain.mail_ports import MailNotSent

if TYPE_CHECKING:
    from authserver.domain.mail import WaitingMail
    from authserver.domain.ports import Clock
    from authserver.services.administration import Act
    from authserver.services.mail_administration import MailAdministration
    from authserver.services.mail_previews import MailPreviews

COLUMNS: Final = ("mail", "status", "about", "to", "made", "next try", "tries", "last error")
MAIL: Final = click.argument("mail_id", metavar="MAIL")


class MailCommands(Protocol):
    """What these commands ask of the container."""

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def mail_administration(self) -> MailAdministration:
        """What operators do with mail."""
        ...

    @property
    def mail_previews(self) -> MailPreviews:
        """What mails look like."""
        ...

    @property
    def operator(self) -> Act:
        """The act of whoever runs the command."""
        ...


@click.group()
def mail() -> None:
    """Mail to owners of API tokens and their teams.

    It is off unless the setting mail.host names a server. What is in a mail is shown to nobody.

    Exit codes: 0 done, 1 not found, refused by the mail server or mail is off, 2 wrong usage,
    4 storage does not answer.
    """


@mail.command("list")
@click.option(
    "--status",
    type=click.Choice([str(each) for each in MailStatus]),
    help="Only those that are so.",
)
@JSON
@pass_context
def list_mails(context: Context, /, *, status: str | None, as_json: bool) -> None:
    """List mails, oldest first; they stay for a season."""
    services = _parts(context)
    found = services.mail_administration.list(MailStatus(status) if status else None)
    if as_json:
        context.console.json({"mails": [_value(each) for each in found]})
        return
    now = services.clock.now()
    context.console.table(COLUMNS, [_row(each, now) for each in found])


@mail.command()
@MAIL
@JSON
@pass_context
def show(context: Context, /, *, mail_id: str, as_json: bool) -> None:
    """Show what became of a mail."""
    found = _parts(context).mail_administration.get(mail_id)
    if as_json:
        context.console.json(_value(found))
        return
    context.console.fields(
        {
            "mail": found.mail_id,
            "about": str(found.kind),
            "to": found.to,
            "status": str(found.status),
            "made": time_or(found.created_at, "-"),
            "sent": time_or(found.sent_at, "-"),
            "tries": found.tries,
            "next try": time_or(_next_try(found), "-"),
            "tried until": time_or(found.expires_at, "-"),
            "last error": found.last_error or "-",
        }
    )


@mail.command()
@MAIL
@JSON
@pass_context
def retry(context: Context, /, *, mail_id: str, as_json: bool) -> None:
    """Have a mail tried now that waits or was given up."""
    services = _parts(context)
    found = services.mail_administration.retry(mail_id, services.operator)
    if as_json:
        context.console.json(_value(found))
    else:
        context.console.line(f"mail {found.mail_id} is tried within seconds")


@mail.command()
@click.option("--to", required=True, help="Who gets the mail.")
@click.option("--language", default="", help="The language it is in, like de.")
@JSON
@pass_context
def test(context: Context, /, *, to: str, language: str, as_json: bool) -> None:
    """Send a mail that says nothing but that mail works.

    It goes past the outbox.
    """
    services = _parts(context)
    with naming({"to": "--to"}):
        try:
            mail_id = services.mail_administration.test(to, services.operator, language)
        except MailNotSent as failure:
            raise Conflict(f"not sent: {failure.detail}") from None
    if as_json:
        context.console.json({"mail": mail_id, "to": to, "status": "sent"})
    else:
        context.console.line(f"the mail server has taken mail {mail_id} to {to}")


@mail.command(short_help="Show what a mail looks like.")
@click.argument("kind", type=click.Choice([str(each) for each in MailKind]))
@click.option("--language", default="", help="The language it is in, like de.")
@click.option("--html", "as_html", is_flag=True, help="The HTML of it, for a browser.")
@JSON
@pass_context
def preview(context: Context, /, *, kind: str, language: str, as_html: bool, as_json: bool) -> None:
    """Show a mail of this kind with words made up for it.

    Nothing is sent, and mail need not be on.
    """
    written = _parts(context).mail_previews.preview(MailKind(kind), language)
    if as_json:
        context.console.json(
            {
                "about": kind,
                "language": written.locale,
                "subject": written.subject,
                "text": written.text,
                "html": written.html,
            }
        )
        return
    shown = written.html if as_html else f"Subject: {written.subject}\n\n{written.text}"
    for line in shown.rstrip().splitlines():
        context.console.line(line)


def _parts(context: Context) -> MailCommands:
    container: Any = context.container()
    return cast("MailCommands", container)


def _next_try(found: WaitingMail) -> float | None:
    return found.next_try_at if found.status is MailStatus.WAITING else None


def _row(found: WaitingMail, now: float) -> tuple[object, ...]:
    next_try = _next_try(found)
    return (
        found.mail_id,
        str(found.status),
        str(found.kind),
        found.to,
        shown_age(found.created_at, now),
        "-" if next_try is None else shown_age(max(next_try, now), now),
        found.tries,
        found.last_error or "-",
    )


def _value(found: WaitingMail) -> Any:
    """Everything but the words."""
    return json_value(
        {
            "mail": found.mail_id,
            "about": str(found.kind),
            "to": found.to,
            "status": str(found.status),
            "created_at": found.created_at,
            "next_try_at": _next_try(found),
            "tried_until_at": found.expires_at,
            "tries": found.tries,
            "sent_at": found.sent_at,
            "last_error": found.last_error,
        }
    )
