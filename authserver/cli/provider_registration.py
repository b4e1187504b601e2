"""`authserver provider add`: a subcommand for each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final

import click

from authserver.cli.administration import JSON, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.provider_options import FIELDS, stated_changes, usage_options
from authserver.cli.provider_steps import tell_checked, tell_next
from authserver.cli.providing import NAME, SECRET_EXPIRES, SECRET_FILE, providing, secret_in
from authserver.domain.providers import ProviderKind
from authserver.services.provider_drafts import ProviderDraft

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CLIENT_ID: Final = click.option(
    "--client-id", required=True, help="The id of our application at the provider."
)


@click.group()
def add() -> None:
    """Add an identity provider; it is looked at before it is kept."""


def _common(command: Callable[..., None]) -> Callable[..., None]:
    """What all kinds take, behind what they take alone."""
    for option in (JSON, usage_options, SECRET_EXPIRES, SECRET_FILE, CLIENT_ID):
        command = option(command)
    return command


@add.command(short_help="Add an authorization server of Okta.")
@NAME
@click.option(
    "--issuer",
    required=True,
    help="Its issuer, like https://example.okta.com/oauth2/default. Without /oauth2/… it is Okta's "
    "own server, whose access tokens cannot be accepted.",
)
@_common
@pass_context
def okta(context: Context, /, *, name: str, issuer: str, **stated: Any) -> None:
    """Add an authorization server of Okta.

    A person is the stable user id (uid). Lists of 100 groups may be cut off.
    """
    _add(context, ProviderKind.OKTA, name, stated, {"issuer": issuer})


@add.command(short_help="Add a tenant of Microsoft Entra ID, or several.")
@NAME
@click.option("--tenant", default="", help="The GUID of the tenant: Directory (tenant) ID.")
@click.option(
    "--tenants", default="", help="GUIDs of several tenants, separated by commas; no others count."
)
@click.option(
    "--authority", default="", help="For other clouds, like https://login.microsoftonline.us."
)
@_common
@pass_context
def entra(
    context: Context, /, *, name: str, tenant: str, tenants: str, authority: str, **stated: Any
) -> None:
    """Add a tenant of Microsoft Entra ID, or several.

    A person is tenant and object id (tid and oid), never an address or a login name.
    """
    listed = tuple(each.strip() for each in tenants.split(",") if each.strip())
    own = {"tenant": tenant, "tenants": listed, "authority": authority}
    _add(context, ProviderKind.ENTRA, name, stated, own)


@add.command(short_help="Add a user pool of Amazon Cognito.")
@NAME
@click.option("--pool", default="", help="The id of the user pool, like eu-west-1_aB3dE6gH9.")
@click.option(
    "--domain",
    default="",
    help="The host of its sign-in pages, like example.auth.eu-west-1.amazoncognito.com.",
)
@click.option("--issuer", default="", help="Its issuer, instead of --pool.")
@_common
@pass_context
def cognito(
    context: Context, /, *, name: str, pool: str, domain: str, issuer: str, **stated: Any
) -> None:
    """Add a user pool of Amazon Cognito.

    A person is the sub. The sign-in pages are at another host than the issuer.
    """
    own = {"pool": pool, "domain": domain, "issuer": issuer}
    _add(context, ProviderKind.COGNITO, name, stated, own)


@add.command(short_help="Add any other OpenID Connect provider.")
@NAME
@click.option(
    "--discovery",
    default=None,
    help="The address of its metadata, which ends /.well-known/openid-configuration.",
)
@click.option("--issuer", default="", help="Its issuer, where the address does not say it.")
@_common
@pass_context
def oidc(
    context: Context, /, *, name: str, discovery: str | None, issuer: str, **stated: Any
) -> None:
    """Add any other OpenID Connect provider.

    A person is the sub.
    """
    own = {"issuer": issuer}
    _add(context, ProviderKind.OIDC, name, stated, own, discovery_url=discovery)


def _add(
    context: Context,
    kind: ProviderKind,
    name: str,
    stated: Mapping[str, Any],
    own: Mapping[str, Any],
    /,
    **further: Any,
) -> None:
    services = providing(context)
    secret_file: BinaryIO | None = stated["secret_file"]
    with naming(FIELDS):
        draft = ProviderDraft(
            name=name,
            kind=kind.value,
            client_id=stated["client_id"],
            secret=secret_in(secret_file),
            secret_expires_in=stated["secret_expires_in"],
            changes=stated_changes(stated, **further),
            **own,
        )
        added = services.providers.add(draft, services.operator)
    tell_checked(context, "added", added, as_json=stated["as_json"])
    if not stated["as_json"]:
        tell_next(context, added.provider)
