"""`authserver provider bearer`: which of a provider's access tokens count here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from authserver.cli.administration import JSON, json_value, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.durations import DURATION
from authserver.cli.provider_views import bearer_fields, finding_lines, finding_values
from authserver.cli.providing import NAME, pairs, providing
from authserver.services.provider_conditions import tokens
from authserver.services.provider_descriptions import described_bearer
from authserver.services.provider_drafts import BearerChanges, ProviderChanges

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIELDS: Final[Mapping[str, str]] = {
    "is_on": "--on",
    "for_exchange": "--exchange",
    "audiences": "--audience",
    "clients": "--client",
    "scopes": "--scope",
    "longest_seconds": "--longest",
}


@click.command(short_help="Say which of its access tokens count here.")
@NAME
@click.option(
    "--on/--off", "is_on", default=None, help="Whether its tokens count at sites; off unless given."
)
@click.option(
    "--exchange/--no-exchange",
    "for_exchange",
    default=None,
    help="Whether its tokens may be exchanged for ours (RFC 8693); off unless given.",
)
@click.option(
    "--audience",
    "add_audiences",
    multiple=True,
    help="An aud that counts; for Cognito the identifier of your resource server. Repeatable.",
)
@click.option("--remove-audience", "remove_audiences", multiple=True, help="Repeatable.")
@click.option(
    "--client",
    "clients",
    multiple=True,
    metavar="THEIRS[=OURS]",
    help="A client there whose tokens for users count; with =OURS its tokens without a user speak "
    "for that client of ours. Repeatable.",
)
@click.option("--remove-client", "remove_clients", multiple=True, help="Repeatable.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="THEIRS=OURS[,OURS]",
    help="What a scope there (at Entra ID an app role, too) means here; others mean nothing. "
    "Repeatable.",
)
@click.option("--remove-scope", "remove_scopes", multiple=True, help="Repeatable.")
@click.option(
    "--longest",
    "longest_seconds",
    type=DURATION,
    help="The longest life of a token that counts, like 24h, which is the default.",
)
@click.option(
    "--creates-users/--creates-no-users",
    "creates_users",
    default=None,
    help="Whether a first call may make a user, where sign-in may; off unless given.",
)
@JSON
@pass_context
def bearer(context: Context, /, *, name: str, as_json: bool, **stated: Any) -> None:
    """Say which of a provider's access tokens count here. Empty lists accept nothing.

    What is stated is added to what there is; without options, only show it.
    """
    services = providing(context)
    stated["clients"] = pairs(stated["clients"], "--client", needs_value=False)
    stated["scopes"] = {
        theirs: tuple(ours.split(","))
        for theirs, ours in pairs(stated["scopes"], "--scope").items()
    }
    changes = BearerChanges(**stated)
    if changes == BearerChanges(clients={}, scopes={}):
        found = services.providers.get(name)
    else:
        with naming(_FIELDS):
            found = services.providers.update(
                name, ProviderChanges(bearer=changes), services.operator
            ).provider
    findings = list(tokens(found))
    if as_json:
        context.console.json(
            json_value(
                {
                    "name": name,
                    "bearer": described_bearer(found.bearer),
                    "findings": finding_values(findings),
                }
            )
        )
        return
    context.console.fields(bearer_fields(found))
    for line in finding_lines(findings):
        context.console.note(line)
