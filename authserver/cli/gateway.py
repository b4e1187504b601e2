"""`authserver gateway`: reverse proxies in front of a site."""

from __future__ import annotations

import click

from authserver.cli.administration import JSON, YES, confirm, naming, parts
from authserver.cli.context import Context, pass_context
from authserver.cli.gateway_nginx import nginx_config
from authserver.cli.gateway_registration import COOKIES, OPTIONS, add, rotate_key
from authserver.cli.gateway_views import (
    COLUMNS,
    KEY_COLUMNS,
    gateway_fields,
    gateway_row,
    gateway_value,
    key_rows,
    status_of,
)


@click.group()
def gateway() -> None:
    """Gateways: reverse proxies in front of a site, which ask about every call to it.

    Exit codes: 0 done, 1 not found or taken, 2 wrong usage, 4 storage does not answer.
    """


gateway.add_command(add)


@gateway.command("list")
@JSON
@pass_context
def list_gateways(context: Context, *, as_json: bool) -> None:
    """List gateways with what each stands in front of.

    A gateway of a site that is disabled or deleted lets no call pass.
    """
    services = parts(context)
    found = services.gateways.list()
    resources = services.resources.list()
    shown = [(each, status_of(each, resources)) for each in found]
    if as_json:
        context.console.json({"gateways": [gateway_value(each, status) for each, status in shown]})
    elif shown:
        now = services.clock.now()
        context.console.table(COLUMNS, [gateway_row(each, status, now) for each, status in shown])
    else:
        context.console.note("no gateways yet; next:")
        context.console.note("  authserver gateway add NAME --resource RESOURCE --key-file FILE")


@gateway.command(short_help="Show one gateway with its keys' ends.")
@click.argument("name")
@JSON
@pass_context
def show(context: Context, *, name: str, as_json: bool) -> None:
    """Show one gateway with its keys (never their values)."""
    services = parts(context)
    found = services.gateways.get(name)
    status = status_of(found, services.resources.list())
    if as_json:
        context.console.json(gateway_value(found, status))
        return
    context.console.fields(gateway_fields(found, status))
    context.console.line()
    now = services.clock.now()
    context.console.table(KEY_COLUMNS, list(key_rows(found, now)))


@gateway.command(short_help="Change what a gateway lets pass.")
@click.argument("name")
@click.option(
    "--session-cookies",
    type=COOKIES,
    required=True,
    help="What becomes of REST calls with a browser's session and no token.",
)
@JSON
@pass_context
def update(context: Context, *, name: str, session_cookies: str, as_json: bool) -> None:
    """Change what a gateway lets pass; it holds when this command ends, without a reload."""
    services = parts(context)
    with naming(OPTIONS):
        changed = services.gateways.update(name, services.operator, session_cookies=session_cookies)
    status = status_of(changed, services.resources.list())
    if as_json:
        context.console.json(gateway_value(changed, status))
        return
    context.console.note(f"updated gateway {name}")
    context.console.fields(gateway_fields(changed, status))


gateway.add_command(rotate_key)


@gateway.command(short_help="Forget a gateway; its keys end now.")
@click.argument("name")
@YES
@JSON
@pass_context
def remove(context: Context, *, name: str, yes: bool, as_json: bool) -> None:
    """Forget a gateway: its keys end now, and no call passes through it any more."""
    services = parts(context)
    services.gateways.get(name)
    confirm(f"Remove gateway {name}? Nothing will pass through it any more.", yes=yes)
    services.gateways.remove(name, services.operator)
    if as_json:
        context.console.json({"name": name, "status": "removed"})
    else:
        context.console.line(f"gateway {name} is removed")


gateway.add_command(nginx_config)
