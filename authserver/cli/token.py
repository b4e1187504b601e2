"""`authserver token`: API tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from authserver.cli.administration import JSON, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.durations import DURATION
from authserver.cli.token_creation import create, offer, rotate
from authserver.cli.token_leaks import report_leak
from authserver.cli.token_stops import disable, enable, revoke
from authserver.cli.token_views import (
    COLUMNS,
    LINEAGE_COLUMNS,
    STALE_COLUMNS,
    lineage_row,
    stale_row,
    token_fields,
    token_row,
    token_value,
)
from authserver.cli.tokening import OPTIONS, TOKEN_ID, names_of, tokening
from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus, SubjectType
from authserver.services.api_token_disuse import idle_since

if TYPE_CHECKING:
    from authserver.cli.tokening import TokenParts
    from authserver.domain.api_tokens import ApiToken

PAGE = 1000
DAY = 86_400


@click.group()
def token() -> None:
    """API tokens: keys that take the place of passwords in scripts and apps.

    Exit codes: 0 done, 1 refused (not found, over, not allowed), 2 wrong usage, 4 storage does not
    answer.
    """


token.add_command(create)


@token.command("list", short_help="List API tokens.")
@click.option("--user", "owner", help="Only those that belong to this user (name or subject).")
@click.option("--client", "client_id", help="Only those of this client.")
@click.option("--resource", help="Only those for this site.")
@click.option("--scope", help="Only those with this scope.")
@click.option("--team", help="Only those of this team.")
@click.option("--ticket", help="Only those of this ticket.")
@click.option("--purpose", help="Only those with this in their purpose.")
@click.option(
    "--status",
    type=click.Choice([each.value for each in ApiTokenStatus]),
    help="Only those; all statuses but revoked and expired, unless stated.",
)
@click.option("--kind", type=click.Choice([each.value for each in SubjectType]), help="Only these.")
@click.option("--where", help="Only those that this means (see revoke).")
@click.option("--all", "with_over", is_flag=True, help="Also what is revoked or expired.")
@JSON
@pass_context
def list_tokens(
    context: Context,
    /,
    *,
    owner: str | None,
    status: str | None,
    kind: str | None,
    where: str | None,
    with_over: bool,
    as_json: bool,
    **stated: Any,
) -> None:
    """List API tokens, those that end first before others."""
    services = tokening(context)
    now = services.clock.now()
    chosen = ApiTokenFilter(
        owner=None if owner is None else services.users.get(owner).user.subject,
        status=None if status is None else ApiTokenStatus(status),
        subject_type=None if kind is None else SubjectType(kind),
        live_at=None if with_over or status is not None else now,
        **stated,
    )
    if where is not None:
        with naming(OPTIONS):
            chosen = replace(chosen, where=services.api_token_bulk.condition(where))
    found = sorted(_all(services, chosen), key=lambda each: (each.expires_at, each.token_id))
    names = names_of(services)
    if as_json:
        context.console.json({"tokens": [token_value(each, names) for each in found]})
    elif found:
        context.console.table(COLUMNS, [token_row(each, names, now) for each in found])
    else:
        context.console.note("no API tokens that fit; to make one:")
        context.console.note(
            "  authserver token create --user NAME --purpose WHY --resource SITE --scope SCOPE"
        )


@token.command(short_help="Show one token, and those before and after it.")
@TOKEN_ID
@JSON
@pass_context
def show(context: Context, *, token_id: str, as_json: bool) -> None:
    """Show one token (never its secret), and those it was rotated from or into."""
    services = tokening(context)
    found = services.api_tokens.get(token_id)
    lineage = services.api_tokens.lineage(found)
    names, now = names_of(services), services.clock.now()
    if as_json:
        others = [each.token_id for each in lineage]
        context.console.json({**token_value(found, names), "lineage": others})
        return
    context.console.fields(token_fields(found, names, now))
    if len(lineage) > 1:
        context.console.line()
        context.console.table(LINEAGE_COLUMNS, [lineage_row(each, now) for each in lineage])


for command in (rotate, offer, revoke, disable, enable):
    token.add_command(command)


@token.command(short_help="List tokens that nobody uses.")
@click.option("--unused-for", type=DURATION, default=90 * DAY, help="For so long.  [default: 90d]")
@JSON
@pass_context
def stale(context: Context, *, unused_for: int, as_json: bool) -> None:
    """List enabled tokens that nobody has used for long, longest first.

    A policy may disable them by itself (tokens.stale_after).
    """
    services = tokening(context)
    found = sorted(services.api_token_disuse.unused(unused_for), key=idle_since)
    names, now = names_of(services), services.clock.now()
    if as_json:
        context.console.json({"tokens": [token_value(each, names) for each in found]})
    elif found:
        rows = [stale_row(each, names, idle_since(each), now) for each in found]
        context.console.table(STALE_COLUMNS, rows)
    else:
        context.console.note("every enabled token was used, made or enabled since")


token.add_command(report_leak)


def _all(services: TokenParts, chosen: ApiTokenFilter) -> list[ApiToken]:
    found: list[ApiToken] = []
    while True:
        after = found[-1].token_id if found else ""
        page = services.api_tokens.page(chosen, after=after, limit=PAGE)
        found += page
        if len(page) < PAGE:
            return found
