"""`authserver provider secret`: our credentials at a provider."""

from __future__ import annotations

from typing import BinaryIO

import click

from authserver.cli.administration import JSON, json_value, naming, time_or
from authserver.cli.context import Context, pass_context
from authserver.cli.durations import DURATION, shown_duration
from authserver.cli.provider_options import FIELDS
from authserver.cli.providing import NAME, SECRET_EXPIRES, providing, secret_in

_FILE = click.option(
    "--secret-file", required=True, type=click.File("rb"), help="File with it; - reads stdin."
)


@click.group()
def secret() -> None:
    """Our credentials at a provider: sealed, and never shown again."""


@secret.command(short_help="Store a further client secret; it is used from now on.")
@NAME
@_FILE
@SECRET_EXPIRES
@JSON
@pass_context
def add(
    context: Context,
    *,
    name: str,
    secret_file: BinaryIO,
    secret_expires_in: int | None,
    as_json: bool,
) -> None:
    """Store a further client secret; it is used from now on. Two may live at a time."""
    services = providing(context)
    with naming(FIELDS):
        value = secret_in(secret_file)
        added = services.provider_secrets.add(
            name, value, services.operator, expires_in=secret_expires_in
        )
    if as_json:
        told = {"name": name, "secret_id": added.secret_id, "expires_at": added.expires_at}
        context.console.json(json_value(told))
        return
    ends = time_or(added.expires_at, "")
    context.console.line(f"provider {name} uses the new secret{f' until {ends}' if ends else ''}")
    context.console.note("next, when sign-in works with it:")
    context.console.note(f"  authserver provider secret expire {name}")


@secret.command(short_help="End every client secret but the newest.")
@NAME
@click.option("--keep", default="", help="The id of the secret to keep, instead of the newest.")
@click.option(
    "--overlap", type=DURATION, default=0, help="How long the others go on.  [default: not at all]"
)
@JSON
@pass_context
def expire(context: Context, *, name: str, keep: str, overlap: int, as_json: bool) -> None:
    """End every client secret but the newest: it is not used any more."""
    services = providing(context)
    with naming({"overlap": "--overlap"}):
        ended = services.provider_secrets.expire(
            name, services.operator, keep=keep, overlap_seconds=overlap
        )
    if as_json:
        context.console.json({"name": name, "ended": ended})
        return
    when = f"in {shown_duration(overlap)}" if overlap else "now"
    context.console.line(f"client secrets of provider {name} that end {when}: {ended}")
    context.console.note("delete them at the provider, too")


@secret.command("set-directory", short_help="Set what reads groups from the directory.")
@NAME
@_FILE
@JSON
@pass_context
def set_directory(context: Context, *, name: str, secret_file: BinaryIO, as_json: bool) -> None:
    """Set what reads groups from the directory: an API token of Okta's, or the secret for Graph."""
    services = providing(context)
    with naming(FIELDS):
        value = secret_in(secret_file, "Directory credential")
        services.provider_secrets.set_directory_secret(name, value, services.operator)
    if as_json:
        context.console.json({"name": name, "has_directory_secret": True})
    else:
        context.console.line(f"provider {name} reads groups with the new credential")
