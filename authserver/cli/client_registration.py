"""`authserver client create` and `update`: what a client is and may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar

import click

from authserver.cli.administration import JSON, describe, json_value, naming, parts
from authserver.cli.client_profile_options import (
    GRANTS,
    PROFILE_OPTIONS,
    grant_types,
    profile_changes,
    profile_options,
    warnings,
)
from authserver.cli.client_views import client_fields, next_step
from authserver.cli.context import Context, pass_context
from authserver.cli.durations import DURATION
from authserver.domain.clients import ClientAuthMethod
from authserver.domain.errors import InvalidField
from authserver.services.client_descriptions import described
from authserver.services.clients import ClientDraft, ClientUpdate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.services.clients import RegisteredClient

_Command = TypeVar("_Command", bound="Callable[..., Any]")
MOST_BYTES: Final = 100_000
"""Of a file that is read: more than any key set or hash needs."""
OPTIONS: Final[Mapping[str, str]] = {
    "client_id": "CLIENT_ID",
    "name": "--name",
    "auth_method": "--auth-method",
    "scopes": "--scope",
    "remove_scopes": "--remove-scope",
    "resources": "--resource",
    "remove_resources": "--remove-resource",
    "access_token_seconds": "--lifetime (in seconds)",
    "contact": "--contact",
    "jwks": "--jwks",
    "bcrypt_hash": "--bcrypt-hash-file",
    "secret_expires_in": "--secret-expires-in",
    "grant_types": "--grant",
    "remove_redirect_uris": "--remove-redirect-uri",
    **PROFILE_OPTIONS,
}
"""What was typed for each field of a client."""


def _one_each(_: click.Context, option: click.Parameter, names: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse lists in one value: they would be refused as a name that nobody typed."""
    if any(separator in name for name in names for separator in " ,"):
        raise click.BadParameter(f"one at a time: {option.opts[0]} A {option.opts[0]} B")
    return names


def _names(option: str, parameter: str, text: str) -> Callable[[_Command], _Command]:
    """An option that takes one name and may be repeated."""
    return click.option(option, parameter, multiple=True, callback=_one_each, help=text)


@click.command()
@click.argument("client_id")
@click.option("--name", default="", help="For people; the client id unless given.")
@_names("--resource", "resources", "The name of a site it may use. Repeatable.")
@_names("--scope", "scopes", "A scope it may ask for. Repeatable.")
@GRANTS
@click.option("--public", is_flag=True, help="It cannot keep a secret: runs at its user's.")
@click.option(
    "--auth-method",
    type=click.Choice([each.value for each in ClientAuthMethod if each != ClientAuthMethod.NONE]),
    help="How it authenticates.  [default: client_secret_basic, with keys private_key_jwt]",
)
@click.option("--jwks", type=click.File("rb"), help="File with its public keys (JWK set).")
@click.option(
    "--bcrypt-hash-file",
    type=click.File("rb"),
    help="File with the bcrypt hash of a secret it has already.",
)
@click.option("--secret-expires-in", type=DURATION, help="Life of its secret.  [default: no end]")
@click.option("--lifetime", type=DURATION, help="Life of its tokens.  [default: as configured]")
@click.option("--contact", default="", help="Whom to ask about it.")
@profile_options
@JSON
@pass_context
def create(
    context: Context,
    /,
    *,
    client_id: str,
    name: str,
    resources: tuple[str, ...],
    scopes: tuple[str, ...],
    grants: tuple[str, ...],
    public: bool,
    auth_method: str | None,
    jwks: BinaryIO | None,
    bcrypt_hash_file: BinaryIO | None,
    secret_expires_in: int | None,
    lifetime: int | None,
    contact: str,
    as_json: bool,
    **profile: Any,
) -> None:
    """Register a client.

    Its secret is printed once, alone on stdout; nobody can show it again. Without a scope or
    without a resource it may do nothing, unless it signs users in: --redirect-uri makes it a client
    that users sign in for, with the scope openid and any other.
    """
    if public and auth_method is not None:
        raise click.UsageError("--public: a client that authenticates is not public")
    by_keys = jwks is not None or bool(profile["jwks_uri"])
    default = ClientAuthMethod.PRIVATE_KEY_JWT if by_keys else ClientAuthMethod.SECRET_BASIC
    changes = profile_changes(profile)
    configured = context.settings.tokens.access_token_seconds
    services = parts(context)
    with naming(OPTIONS):
        draft = ClientDraft(
            name=name or client_id,
            client_id=_stated(client_id),
            auth_method=ClientAuthMethod.NONE if public else auth_method or default,
            grant_types=grant_types(grants, scopes, changes),
            scopes=scopes,
            resources=resources,
            access_token_seconds=configured if lifetime is None else lifetime,
            contact=contact,
            jwks=None if jwks is None else _read("jwks", jwks),
            bcrypt_hash=_bcrypt_hash(bcrypt_hash_file),
            secret_expires_in=secret_expires_in,
            profile=changes,
        )
        registered = services.clients.create(draft, services.operator)
    _tell(context, registered, as_json=as_json)


@click.command()
@click.argument("client_id")
@click.option("--name", help="For people.")
@_names("--scope", "scopes", "Its scopes from now on. Repeatable.")
@_names("--add-scope", "add_scopes", "One more scope. Repeatable.")
@_names("--remove-scope", "remove_scopes", "One scope less. Repeatable.")
@_names("--resource", "resources", "Its sites from now on. Repeatable.")
@_names("--add-resource", "add_resources", "One more site. Repeatable.")
@_names("--remove-resource", "remove_resources", "One site less. Repeatable.")
@GRANTS
@click.option("--lifetime", type=DURATION, help="Life of its tokens.")
@click.option("--contact", help="Whom to ask about it; empty for nobody.")
@click.option("--jwks", type=click.File("rb"), help="File with its new public keys (JWK set).")
@_names("--add-redirect-uri", "add_redirect_uris", "One more redirect URI. Repeatable.")
@_names("--remove-redirect-uri", "remove_redirect_uris", "One redirect URI less. Repeatable.")
@profile_options
@JSON
@pass_context
def update(
    context: Context,
    /,
    *,
    client_id: str,
    name: str | None,
    scopes: tuple[str, ...],
    add_scopes: tuple[str, ...],
    remove_scopes: tuple[str, ...],
    resources: tuple[str, ...],
    add_resources: tuple[str, ...],
    remove_resources: tuple[str, ...],
    grants: tuple[str, ...],
    lifetime: int | None,
    contact: str | None,
    jwks: BinaryIO | None,
    add_redirect_uris: tuple[str, ...],
    remove_redirect_uris: tuple[str, ...],
    as_json: bool,
    **profile: Any,
) -> None:
    """Change a client; what is not stated stays.

    What it may no longer do ends for its live tokens too, before this command ends.
    """
    services = parts(context)
    with naming(_typed(scopes=scopes, add_scopes=add_scopes, add_resources=add_resources)):
        change = ClientUpdate(
            name=name,
            scopes=scopes or None,
            add_scopes=add_scopes,
            remove_scopes=remove_scopes,
            resources=resources or None,
            add_resources=add_resources,
            remove_resources=remove_resources,
            grant_types=grants or None,
            access_token_seconds=lifetime,
            contact=contact,
            jwks=None if jwks is None else _read("jwks", jwks),
            profile=profile_changes(profile),
            add_redirect_uris=add_redirect_uris,
            remove_redirect_uris=remove_redirect_uris,
        )
        if change == ClientUpdate():
            raise click.UsageError("nothing to change: state at least one option")
        client = services.clients.update(client_id, change, services.operator)
    if as_json:
        context.console.json(json_value(described(client)))
        return
    context.console.note(f"updated client {client_id}")
    for line in warnings(client):
        context.console.note(line)
    context.console.fields(client_fields(client))


def _typed(**options: tuple[str, ...]) -> Mapping[str, str]:
    """The options of an update: a scope that is refused came from the one that was stated."""
    typed = dict(OPTIONS)
    if options["add_scopes"] and not options["scopes"]:
        typed["scopes"] = "--add-scope"
    if options["add_resources"]:
        typed["resources"] = "--add-resource"
    return typed


def _tell(context: Context, registered: RegisteredClient, *, as_json: bool) -> None:
    client = registered.client
    endpoint = f"{context.settings.issuer}/oauth2/token"
    if as_json:
        context.console.json(
            {
                "client": json_value(described(client)),
                "client_secret": registered.secret.value if registered.secret else None,
                "token_endpoint": endpoint,
            }
        )
        return
    context.console.note(f"registered client {client.client_id}")
    describe(context, client_fields(client))
    for line in warnings(client):
        context.console.note(line)
    if registered.secret is not None:
        context.console.note("client secret, shown only here:")
        context.console.secret(registered.secret.value)
    for line in next_step(client, parts(context).resources.list(), endpoint):
        context.console.note(line)


def _stated(client_id: str) -> str:
    """The service would make an id up where none is given; a command line states it."""
    if not client_id:
        raise InvalidField("client_id", "3 to 100 characters")
    return client_id


def _bcrypt_hash(file: BinaryIO | None) -> str:
    if file is None:
        return ""
    text = _read("bcrypt_hash", file).decode("utf-8", "replace").strip()
    if not text:
        raise InvalidField("bcrypt_hash", "a file with one bcrypt hash")
    return text


def _read(field: str, file: BinaryIO) -> bytes:
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InvalidField(field, f"a file of at most {MOST_BYTES} bytes")
    return data
