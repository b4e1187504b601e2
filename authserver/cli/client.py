"""`authserver client`: who gets tokens."""

from __future__ import annotations

import click

from authserver.cli.administration import (
    JSON,
    OVERLAP,
    YES,
    confirm,
    json_value,
    naming,
    parts,
    time_or,
)
from authserver.cli.client_registration import create, update
from authserver.cli.client_views import (
    COLUMNS,
    KEY_COLUMNS,
    SECRET_COLUMNS,
    client_fields,
    client_row,
    key_rows,
    secret_rows,
)
from authserver.cli.context import Context, pass_context
from authserver.cli.durations import DURATION
from authserver.domain.clients import ClientStatus
from authserver.services.client_descriptions import described


@click.group()
def client() -> None:
    """Clients that get tokens: scripts, apps, CI jobs, agents.

    A duration is a number with its unit: 45s, 10m, 12h, 30d, 4w.
    Exit codes: 0 done, 1 not found or taken, 2 wrong usage, 4 storage does not answer.
    """


client.add_command(create)


@client.command("list")
@JSON
@pass_context
def list_clients(context: Context, *, as_json: bool) -> None:
    """List clients with what each may do."""
    services = parts(context)
    found = services.clients.list()
    if as_json:
        context.console.json({"clients": [json_value(described(each)) for each in found]})
    elif found:
        now = services.clock.now()
        context.console.table(COLUMNS, [client_row(each, now) for each in found])
    else:
        context.console.note("no clients yet; next:")
        context.console.note("  authserver client create ID --resource NAME --scope SCOPE")


@client.command(short_help="Show one client with its keys and its secrets' ends.")
@click.argument("client_id")
@JSON
@pass_context
def show(context: Context, *, client_id: str, as_json: bool) -> None:
    """Show one client with its secrets (never their values) and keys."""
    services = parts(context)
    found = services.clients.get(client_id)
    if as_json:
        context.console.json(json_value(described(found)))
        return
    context.console.fields(client_fields(found))
    if found.secrets:
        context.console.line()
        now = services.clock.now()
        context.console.table(SECRET_COLUMNS, list(secret_rows(found, now)))
    if found.jwks:
        context.console.line()
        context.console.table(KEY_COLUMNS, list(key_rows(found)))


client.add_command(update)


@client.command("rotate-secret", short_help="Give a client a new secret; the old ones end later.")
@click.argument("client_id")
@OVERLAP
@click.option("--expires-in", type=DURATION, help="Life of the new secret.  [default: no end]")
@JSON
@pass_context
def rotate_secret(
    context: Context, *, client_id: str, overlap: int, expires_in: int | None, as_json: bool
) -> None:
    """Give a client a new secret; the old ones end after the overlap.

    The new secret is printed once, alone on stdout; nobody can show it again.
    """
    services = parts(context)
    with naming({"overlap": "--overlap", "expires_in": "--expires-in"}):
        fresh = services.clients.rotate_secret(
            client_id, services.operator, overlap_seconds=overlap, expires_in=expires_in
        )
    ends_at = fresh.stored.created_at + overlap
    if as_json:
        context.console.json(
            json_value(
                {
                    "client_id": client_id,
                    "client_secret": fresh.value,
                    "secret_id": fresh.stored.secret_id,
                    "expires_at": fresh.stored.expires_at,
                    "old_secrets_end_at": ends_at,
                }
            )
        )
        return
    old = f"go on until {time_or(ends_at, '')}" if overlap else "have ended"
    context.console.note(f"the old secrets of {client_id} {old} at the latest")
    context.console.note("new client secret, shown only here:")
    context.console.secret(fresh.value)


@client.command(short_help="Stop a client and its tokens until it is enabled again.")
@click.argument("client_id")
@JSON
@pass_context
def disable(context: Context, *, client_id: str, as_json: bool) -> None:
    """Stop a client: its tokens are inactive until it is enabled again."""
    services = parts(context)
    services.clients.disable(client_id, services.operator)
    _tell(context, client_id, ClientStatus.DISABLED, as_json=as_json)


@client.command()
@click.argument("client_id")
@JSON
@pass_context
def enable(context: Context, *, client_id: str, as_json: bool) -> None:
    """Let a disabled client act again."""
    services = parts(context)
    services.clients.enable(client_id, services.operator)
    _tell(context, client_id, ClientStatus.ENABLED, as_json=as_json)


@client.command(short_help="End a client and its tokens for ever.")
@click.argument("client_id")
@YES
@JSON
@pass_context
def delete(context: Context, *, client_id: str, yes: bool, as_json: bool) -> None:
    """End a client for ever: its tokens die now, its id is never given out again."""
    services = parts(context)
    services.clients.get(client_id)
    confirm(f"Delete client {client_id} for ever, with its tokens and secrets?", yes=yes)
    services.clients.delete(client_id, services.operator)
    _tell(context, client_id, ClientStatus.DELETED, as_json=as_json)


def _tell(context: Context, client_id: str, status: ClientStatus, *, as_json: bool) -> None:
    if as_json:
        context.console.json({"client_id": client_id, "status": str(status)})
    else:
        context.console.line(f"client {client_id} is {status}")
