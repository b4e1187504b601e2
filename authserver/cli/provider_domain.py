"""`authserver provider domain`: whose people sign in where."""

from __future__ import annotations

import click

from authserver.cli.administration import JSON, json_value, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.provider_views import DOMAIN_COLUMNS, domain_row
from authserver.cli.providing import NAME, providing
from authserver.domain.providers import DomainRouting
from authserver.services.provider_descriptions import described_domain

_FIELDS = {"domain": "DOMAIN", "routing": "--routing"}
_DOMAIN = click.argument("domain_name", metavar="DOMAIN")


@click.group()
def domain() -> None:
    """E-mail domains: whose people sign in at which provider."""


@domain.command("list")
@JSON
@pass_context
def list_domains(context: Context, *, as_json: bool) -> None:
    """List the domains of all providers."""
    found = providing(context).provider_domains.list()
    if as_json:
        context.console.json({"domains": json_value([described_domain(each) for each in found])})
    elif found:
        context.console.table(DOMAIN_COLUMNS, [domain_row(each) for each in found])
    else:
        context.console.note("no domains yet; next:")
        context.console.note("  authserver provider domain set NAME DOMAIN --routing suggest")


@domain.command("set", short_help="Send people of a domain to a provider.")
@NAME
@_DOMAIN
@click.option(
    "--routing",
    type=click.Choice([each.value for each in DomainRouting]),
    default=DomainRouting.SUGGEST.value,
    show_default=True,
    help="suggest: its button comes first, and local passwords still work. force: everybody with "
    "such a name or address goes there.",
)
@JSON
@pass_context
def set_domain(
    context: Context, *, name: str, domain_name: str, routing: str, as_json: bool
) -> None:
    """Send people of a domain to a provider, whether anybody with such an address exists or not."""
    services = providing(context)
    with naming(_FIELDS):
        entry = services.provider_domains.set(name, domain_name, routing, services.operator)
    if as_json:
        context.console.json(json_value(described_domain(entry)))
        return
    word = "must" if entry.routing is DomainRouting.FORCE else "may"
    context.console.line(f"people of {entry.domain} {word} sign in at {name} from now on")


@domain.command("remove", short_help="Send people of a domain nowhere.")
@_DOMAIN
@JSON
@pass_context
def remove(context: Context, *, domain_name: str, as_json: bool) -> None:
    """Send people of a domain nowhere any more."""
    services = providing(context)
    with naming(_FIELDS):
        entry = services.provider_domains.remove(domain_name, services.operator)
    if as_json:
        context.console.json({"domain": entry.domain, "provider": None})
    else:
        context.console.line(f"people of {entry.domain} are not sent to {entry.provider} any more")
