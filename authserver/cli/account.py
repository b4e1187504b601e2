"""`authserver account`: which account of a site stands for which subject."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final

import click

from authserver.cli.account_views import COLUMNS, account_row, account_value, unused_because
from authserver.cli.administration import JSON, naming, parts
from authserver.cli.context import Context, pass_context
from authserver.domain.clients import SUBJECT_PREFIX
from authserver.domain.errors import NotFound
from authserver.services.account_files import MOST_BYTES, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from authserver.cli.administration import AdministrationParts

OPTIONS: Final[Mapping[str, str]] = {"subject": "SUBJECT", "account": "ACCOUNT", "file": "FILE"}
"""What was typed for each field of a mapping."""
MANY_ROWS: Final = 2000
"""An import of more shows how far it is, where somebody looks."""
CLIENT: Final = click.option(
    "--client", help="Id of a client, in place of SUBJECT (its subject is client:ID)."
)


@click.group()
def account() -> None:
    """Accounts of a site that stand for subjects.

    With the hand-over by identity-header or assertion a call arrives as the account that is mapped
    here; without one it is refused. Exit codes: 0 done, 1 not found, 2 wrong usage or wrong
    lines, 4 storage does not answer.
    """


@account.command("map", short_help="Let an account stand for a subject.")
@click.argument("resource")
@click.argument("names", nargs=-1, required=True, metavar="[SUBJECT] ACCOUNT")
@CLIENT
@JSON
@pass_context
def map_account(
    context: Context, *, resource: str, names: tuple[str, ...], client: str | None, as_json: bool
) -> None:
    """Let ACCOUNT of the site RESOURCE stand for a subject, in place of the one before.

    ACCOUNT is a user name in Data Center, an Atlassian account id in Cloud.
    """
    services = parts(context)
    if len(names) != (2 if client is None else 1):
        raise click.UsageError("state SUBJECT and ACCOUNT, or --client ID and ACCOUNT")
    subject = names[0] if client is None else SUBJECT_PREFIX + client
    if client is not None:
        services.clients.get(client)
    with naming(OPTIONS):
        before = services.subject_accounts.map(resource, subject, names[-1], services.operator)
    previous = None if before is None else before.account
    if as_json:
        context.console.json(
            {"resource": resource, "subject": subject, "account": names[-1], "before": previous}
        )
        return
    word = "still " if previous == names[-1] else "now "
    context.console.line(f"{subject} is {word}{names[-1]} at {resource}")
    if previous not in (None, names[-1]):
        context.console.note(f"before it was {previous}")
    if client is None and _is_client(services, subject):
        context.console.note(
            f"there is a client {subject}, whose subject is another; was it meant?"
        )
        context.console.note(f"  authserver account map {resource} --client {subject} ACCOUNT")
    for line in unused_because(resource, services.hand_overs.get(resource)):
        context.console.note(line)


@account.command(short_help="Let no account stand for a subject.")
@click.argument("resource")
@click.argument("subject", required=False)
@CLIENT
@JSON
@pass_context
def unmap(
    context: Context,
    *,
    resource: str,
    subject: str | None,
    client: str | None,
    as_json: bool,
) -> None:
    """Let no account of a site stand for a subject any more: its calls are refused there."""
    if (subject is None) == (client is None):
        raise click.UsageError("state SUBJECT or --client ID")
    services = parts(context)
    named = SUBJECT_PREFIX + client if subject is None and client is not None else str(subject)
    services.subject_accounts.unmap(resource, named, services.operator)
    if as_json:
        context.console.json({"resource": resource, "subject": named, "account": None})
    else:
        context.console.line(f"{named} has no account at {resource} any more")


@account.command("list", short_help="List the subjects that have an account at a site.")
@click.argument("resource")
@JSON
@pass_context
def list_accounts(context: Context, *, resource: str, as_json: bool) -> None:
    """List the subjects that have an account at a site, by their names."""
    services = parts(context)
    found = list(services.subject_accounts.list(resource))
    if as_json:
        context.console.json(
            {"resource": resource, "accounts": [account_value(each) for each in found]}
        )
    elif found:
        now = services.clock.now()
        context.console.table(COLUMNS, [account_row(each, now) for each in found])
    else:
        context.console.note(f"nobody has an account at {resource} yet; next:")
        context.console.note(f"  authserver account map {resource} --client CLIENT_ID ACCOUNT")
        context.console.note(f"  authserver account import {resource} FILE.csv --dry-run")


@account.command("import", short_help="Map many subjects from a CSV file.")
@click.argument("resource")
@click.argument("file", type=click.File("rb"))
@click.option("--dry-run", is_flag=True, help="Check everything, change nothing.")
@JSON
@pass_context
def import_accounts(
    context: Context, *, resource: str, file: BinaryIO, dry_run: bool, as_json: bool
) -> None:
    """Map many subjects at once: all of them, or none and every wrong line named.

    FILE is CSV in UTF-8 (- reads stdin); its first line is subject,account or client_id,account.
    Subjects that stand in no line keep their accounts.
    """
    services = parts(context)
    with naming(OPTIONS):
        rows = read_rows(file.read(MOST_BYTES + 1))
    accounts = services.subject_accounts
    if dry_run:
        counts = accounts.preview(resource, rows).counts
    else:
        with _progress(len(rows)) as progress:
            counts = accounts.import_rows(resource, rows, services.operator, progress=progress)
    if as_json:
        context.console.json(
            {
                "resource": resource,
                "dry_run": dry_run,
                "added": counts.added,
                "changed": counts.changed,
                "unchanged": counts.unchanged,
            }
        )
        return
    context.console.fields(
        {"added": counts.added, "changed": counts.changed, "unchanged": counts.unchanged}
    )
    if dry_run:
        context.console.note("nothing was changed; the same without --dry-run does it")
    for line in unused_because(resource, services.hand_overs.get(resource)):
        context.console.note(line)


@contextmanager
def _progress(rows: int) -> Iterator[Callable[[int], None]]:
    """Shows how far a long import is, on a terminal only."""
    if rows <= MANY_ROWS or not _somebody_looks():
        yield lambda _: None
        return
    with click.progressbar(length=rows, label="accounts", file=sys.stderr) as bar:
        yield bar.update


def _somebody_looks() -> bool:
    return sys.stderr.isatty()


def _is_client(services: AdministrationParts, name: str) -> bool:
    try:
        services.clients.get(name)
    except NotFound:
        return False
    return True
