"""`authserver connect`: keys of Atlassian Connect apps and custom integrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final, Protocol, TypeVar, cast

import click

from authserver.cli.administration import JSON, OVERLAP, YES, confirm, naming
from authserver.cli.connect_views import COLUMNS, connect_fields, connect_row, connect_value
from authserver.cli.context import Context, pass_context
from authserver.cli.secret_files import read_secret
from authserver.domain.connect_keys import ConnectKeyKind
from authserver.services.connect_key_rules import LONGEST_SECRET, ConnectDraft, SigningMaterial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.domain.connect_keys import ConnectKey
    from authserver.domain.ports import Clock
    from authserver.services.administration import Act
    from authserver.services.connect_keys import ConnectKeys

OPTIONS: Final[Mapping[str, str]] = {
    "issuer": "ISSUER",
    "audience": "--audience",
    "client_id": "--client",
    "scopes": "--scope",
    "descriptor_scopes": "--descriptor-scope",
    "secret": "--secret-file",
    "jwks": "--jwks-file",
    "overlap": "--overlap",
}
"""What was typed for each field of a key."""
LONGEST_KEY_SET: Final = 64 * 1024

_Command = TypeVar("_Command", bound="Callable[..., Any]")
RESOURCE: Final = click.argument("resource")
ISSUER: Final = click.argument("issuer")


class ConnectingParts(Protocol):
    """What these commands ask of the container."""

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def connect_keys(self) -> ConnectKeys:
        """Keys of Connect apps."""
        ...

    @property
    def operator(self) -> Act:
        """The act of whoever runs the command."""
        ...


def connecting(context: Context) -> ConnectingParts:
    """The services of this installation."""
    return cast("ConnectingParts", context.container())


def signing(command: _Command) -> _Command:
    """The two ways to say what verifies."""
    for option in (
        click.option(
            "--jwks-file",
            type=click.File("rb"),
            help="File with a JWK set of RSA keys, for RS256; - reads stdin.",
        ),
        click.option(
            "--secret-file",
            type=click.File("rb"),
            help="File with the shared secret, for HS256; - reads stdin.",
        ),
    ):
        command = option(command)
    return command


def material(secret_file: BinaryIO | None, jwks_file: BinaryIO | None) -> SigningMaterial:
    """What was given; asked for only where it is typed. Raises UsageError: both or neither."""
    if (secret_file is None) == (jwks_file is None):
        raise click.UsageError("state --secret-file or --jwks-file, one of the two")
    if secret_file is not None:
        secret = read_secret(secret_file, longest=LONGEST_SECRET, prompt="Shared secret")
        return SigningMaterial(secret=secret)
    assert jwks_file is not None  # noqa: S101 - one of the two is there
    document = read_secret(jwks_file, longest=LONGEST_KEY_SET, prompt="JWK set", field="jwks")
    return SigningMaterial(jwks=document)


@click.group()
def connect() -> None:
    """Keys with which Connect apps and custom integrations sign the JWTs of their calls.

    Atlassian ends Connect: for what is to stay, use client credentials or API tokens. Exit codes: 0
    done, 1 not found or not possible now, 2 wrong usage, 4 storage does not answer.
    """


@connect.command(short_help="Let an app sign calls to a site.")
@RESOURCE
@ISSUER
@click.option(
    "--client", "client_id", required=True, help="The client of ours that its calls are made for."
)
@signing
@click.option("--scope", "scopes", multiple=True, help="A scope it gets; again for more.")
@click.option(
    "--descriptor-scope",
    "descriptor_scopes",
    multiple=True,
    help="A scope as the app's descriptor names it (READ, WRITE …); again for more.",
)
@click.option(
    "--audience", default="", help="What aud of its JWTs says, in Connect the site's clientKey."
)
@JSON
@pass_context
def add(
    context: Context,
    *,
    resource: str,
    issuer: str,
    client_id: str,
    secret_file: BinaryIO | None,
    jwks_file: BinaryIO | None,
    scopes: tuple[str, ...],
    descriptor_scopes: tuple[str, ...],
    audience: str,
    as_json: bool,
) -> None:
    """Let JWTs with ISSUER as their iss count for calls to the site RESOURCE.

    They speak for a client of ours and get no more than it has. The shared secret is stored sealed
    and nobody can show it again.
    """
    services = connecting(context)
    with naming(OPTIONS):
        key = services.connect_keys.add(
            ConnectDraft(
                resource=resource,
                issuer=issuer,
                client_id=client_id,
                material=material(secret_file, jwks_file),
                audience=audience,
                scopes=scopes,
                descriptor_scopes=descriptor_scopes,
            ),
            services.operator,
        )
    if not as_json:
        context.console.note(f"JWTs of {issuer} count at {resource} from now on")
    _tell(context, key, as_json=as_json)


@connect.command("list", short_help="List the keys.")
@click.option("--resource", help="Of one site only.")
@JSON
@pass_context
def list_keys(context: Context, *, resource: str | None, as_json: bool) -> None:
    """List the keys of all sites, or of one."""
    services = connecting(context)
    found = services.connect_keys.list(resource)
    now = services.clock.now()
    if as_json:
        context.console.json([connect_value(each, now) for each in found])
    elif found:
        context.console.table(COLUMNS, [connect_row(each) for each in found])
    else:
        context.console.note("no Connect keys")


@connect.command(short_help="Show one key.")
@RESOURCE
@ISSUER
@JSON
@pass_context
def show(context: Context, *, resource: str, issuer: str, as_json: bool) -> None:
    """Show one key, without its secret."""
    _tell(context, connecting(context).connect_keys.get(resource, issuer), as_json=as_json)


@connect.command(short_help="Verify with another secret or key set.")
@RESOURCE
@ISSUER
@signing
@OVERLAP
@JSON
@pass_context
def rotate(
    context: Context,
    *,
    resource: str,
    issuer: str,
    secret_file: BinaryIO | None,
    jwks_file: BinaryIO | None,
    overlap: int,
    as_json: bool,
) -> None:
    """Verify with another secret or key set from now on.

    The secret before goes on for the overlap. A key set is replaced at once: put both keys into the
    new one for an overlap.
    """
    services = connecting(context)
    with naming(OPTIONS):
        key = services.connect_keys.rotate(
            resource,
            issuer,
            material(secret_file, jwks_file),
            services.operator,
            overlap_seconds=overlap,
        )
    if not as_json:
        word = "secret" if key.kind is ConnectKeyKind.SHARED_SECRET else "key set"
        context.console.note(f"{issuer} is verified with the new {word} from now on")
    _tell(context, key, as_json=as_json)


@connect.command(short_help="Let JWTs of a disabled key count again.")
@RESOURCE
@ISSUER
@JSON
@pass_context
def enable(context: Context, *, resource: str, issuer: str, as_json: bool) -> None:
    """Let the JWTs of a disabled key count again."""
    _switch(context, resource, issuer, enabled=True, as_json=as_json)


@connect.command(short_help="Let JWTs of a key count no more, for now.")
@RESOURCE
@ISSUER
@JSON
@pass_context
def disable(context: Context, *, resource: str, issuer: str, as_json: bool) -> None:
    """Let the JWTs of a key count no more, on every server when this returns."""
    _switch(context, resource, issuer, enabled=False, as_json=as_json)


@connect.command(short_help="Delete a key with its secret.")
@RESOURCE
@ISSUER
@YES
@JSON
@pass_context
def remove(context: Context, *, resource: str, issuer: str, yes: bool, as_json: bool) -> None:
    """Delete a key with its secret: no JWT of its issuer counts at the site any more."""
    services = connecting(context)
    services.connect_keys.get(resource, issuer)
    confirm(f"Delete the Connect key {issuer} of {resource}?", yes=yes)
    services.connect_keys.remove(resource, issuer, services.operator)
    if as_json:
        context.console.json({"resource": resource, "issuer": issuer, "removed": True})
    else:
        context.console.line(f"{issuer} signs no calls to {resource} any more")


def _switch(context: Context, resource: str, issuer: str, *, enabled: bool, as_json: bool) -> None:
    services = connecting(context)
    changed = services.connect_keys.set_enabled(
        resource, issuer, services.operator, enabled=enabled
    )
    if as_json:
        context.console.json(
            {"resource": resource, "issuer": issuer, "enabled": enabled, "changed": changed}
        )
        return
    word = "is" if changed else "was already"
    state = "enabled" if enabled else "disabled"
    context.console.line(f"Connect key {issuer} of {resource} {word} {state}")


def _tell(context: Context, key: ConnectKey, *, as_json: bool) -> None:
    now = connecting(context).clock.now()
    if as_json:
        context.console.json(connect_value(key, now))
    else:
        context.console.fields(connect_fields(key, now))
