"""`authserver gateway add` and `rotate-key`: what a gateway authenticates with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from authserver.cli.administration import (
    JSON,
    OVERLAP,
    describe,
    json_value,
    naming,
    parts,
    time_or,
)
from authserver.cli.context import Context, pass_context
from authserver.cli.gateway_key_file import prepared
from authserver.cli.gateway_views import gateway_fields, gateway_value, status_of
from authserver.domain.gateways import SessionCookies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.gateways import Gateway

OPTIONS: Final[Mapping[str, str]] = {
    "name": "NAME",
    "session_cookies": "--session-cookies",
    "overlap": "--overlap",
    "key_file": "--key-file",
}
"""What was typed for each field of a gateway."""
COOKIES: Final = click.Choice([each.value for each in SessionCookies])
KEY_FILE: Final = click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the key there, for nginx to include, instead of printing it.",
)


@click.command(short_help="Register a gateway in front of a site.")
@click.argument("name")
@click.option("--resource", required=True, help="The name of the site it stands in front of.")
@click.option(
    "--session-cookies",
    type=COOKIES,
    default=SessionCookies.BLOCK.value,
    show_default=True,
    help="What becomes of REST calls with a browser's session and no token.",
)
@KEY_FILE
@JSON
@pass_context
def add(
    context: Context,
    *,
    name: str,
    resource: str,
    session_cookies: str,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Register a gateway in front of a site.

    Its key is printed once, alone on stdout, or written to --key-file; nobody can show it again.
    """
    services = parts(context)
    with naming(OPTIONS), prepared(key_file) as write:
        added = services.gateways.add(
            name, resource, services.operator, session_cookies=session_cookies
        )
        write(added.key.value)
    status = status_of(added.gateway, services.resources.list())
    if as_json:
        answer = {
            "gateway": gateway_value(added.gateway, status),
            **_key_value(added.key.value, key_file),
        }
        context.console.json(answer)
        return
    context.console.note(f"registered gateway {name}")
    describe(context, gateway_fields(added.gateway, status))
    _hand_out(context, "gateway key", added.key.value, key_file)
    others = [each.name for each in services.gateways.list() if each.resource == resource]
    _tell_next(context, added.gateway, key_file, is_only=others == [name])


@click.command("rotate-key", short_help="Give a gateway a new key; the old ones end later.")
@click.argument("name")
@OVERLAP
@KEY_FILE
@JSON
@pass_context
def rotate_key(
    context: Context, *, name: str, overlap: int, key_file: Path | None, as_json: bool
) -> None:
    """Give a gateway a new key; the old ones end after the overlap.

    It is printed once, alone on stdout, or written to --key-file; nobody can show it again.
    """
    services = parts(context)
    with naming(OPTIONS), prepared(key_file) as write:
        fresh = services.gateways.rotate_key(name, services.operator, overlap_seconds=overlap)
        write(fresh.value)
    ends_at = fresh.stored.created_at + overlap
    if as_json:
        answer = {
            "name": name,
            "secret_id": fresh.stored.secret_id,
            "old_keys_end_at": ends_at,
            **_key_value(fresh.value, key_file),
        }
        context.console.json(json_value(answer))
        return
    old = f"go on until {time_or(ends_at, '')}" if overlap else "have ended"
    context.console.note(f"the old keys of {name} {old} at the latest")
    _hand_out(context, "new gateway key", fresh.value, key_file)
    context.console.note("next, where the gateway runs:")
    context.console.note("  nginx -t && nginx -s reload")


def _key_value(key: str, file: Path | None) -> dict[str, str | None]:
    """The key for scripts, or where it is; never both."""
    return {
        "gateway_key": key if file is None else None,
        "key_file": None if file is None else str(file),
    }


def _hand_out(context: Context, title: str, key: str, file: Path | None) -> None:
    if file is not None:
        context.console.note(f"wrote the {title} to {file}, for its owner only")
        return
    context.console.note(f"{title}, shown only here (--key-file writes it as nginx includes it):")
    context.console.secret(key)


def _tell_next(context: Context, gateway: Gateway, file: Path | None, *, is_only: bool) -> None:
    named = "" if is_only else f" --gateway {gateway.name}"
    written = "" if file is None else f" --key-file {file.absolute()}"
    context.console.note("next:")
    context.console.note(
        f"  authserver gateway nginx-config --resource {gateway.resource} --mode api-host"
        f" --server-name HOST{named}{written}"
    )
