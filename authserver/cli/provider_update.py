"""`authserver provider update`: how a provider is used from now on."""

from __future__ import annotations

from typing import Any

import click

from authserver.cli.administration import JSON, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.provider_options import FIELDS, stated_changes, usage_options
from authserver.cli.provider_steps import tell_checked
from authserver.cli.providing import NAME, providing


@click.command(short_help="Change how a provider is used.")
@NAME
@click.option("--client-id", help="The id of our application at the provider.")
@click.option("--discovery", help="The address of its metadata; the issuer stays.")
@click.option(
    "--add-tenant", "add_tenants", multiple=True, help="A tenant whose people count. Repeatable."
)
@click.option(
    "--remove-tenant",
    "remove_tenants",
    multiple=True,
    help="A tenant whose people count no more. Repeatable.",
)
@usage_options
@JSON
@pass_context
def update(context: Context, /, *, name: str, as_json: bool, **stated: Any) -> None:
    """Change how a provider is used; it holds everywhere when this command ends.

    Name, kind and issuer never change: another issuer is another provider.
    """
    services = providing(context)
    with naming({**FIELDS, "tenants": "--add-tenant"}):
        changes = stated_changes(
            stated,
            client_id=stated["client_id"],
            discovery_url=stated["discovery"],
            add_tenants=stated["add_tenants"],
            remove_tenants=stated["remove_tenants"],
        )
        changed = services.providers.update(name, changes, services.operator)
    tell_checked(context, "updated", changed, as_json=as_json)
