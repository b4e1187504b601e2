"""`authserver token revoke`, `disable` and `enable`: one token, or all that a condition means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from authserver.cli.administration import JSON, YES, confirm, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.token_views import COLUMNS, token_row, token_value
from authserver.cli.tokening import OPTIONS, REASON, names_of, tokening
from authserver.domain.api_tokens import ApiTokenStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.services.api_token_bulk import BulkPlan, BulkResult

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_VERBS: Final[Mapping[ApiTokenStatus, str]] = {
    ApiTokenStatus.REVOKED: "Revoke",
    ApiTokenStatus.DISABLED: "Disable",
    ApiTokenStatus.ENABLED: "Enable",
}
_FOREVER: Final = " They never work again."


def _choosing(command: _Command) -> _Command:
    """One token by its id, or those that a condition means."""
    for option in reversed(
        (
            click.argument("token_id", metavar="[ID]", required=False),
            click.option("--where", help="All that this means, like 'client=zapier'."),
            click.option("--dry-run", is_flag=True, help="Only show what --where means."),
            YES,
            JSON,
        )
    ):
        command = option(command)
    return command


@click.command(short_help="End tokens for ever.")
@_choosing
@REASON
@pass_context
def revoke(context: Context, /, *, token_id: str | None, reason: str, **chosen: Any) -> None:
    """End one token for ever, with those it took the place of; or all that --where means.

    \b
    --where compares fields and joins comparisons by and, or and parentheses:
      client=zapier or network in 203.0.113.0/24 or created<2025-01-01
    Fields: client, owner, subject, team, ticket, purpose (~ for a part of it), resource, scope,
    status, incident, network (of the last use), created, expires, last-used.

    When the command has ended, none of them works anywhere any more.
    """  # noqa: D301 - \b is click's mark for text that keeps its lines
    services = tokening(context)
    if _is_one(token_id, chosen["where"]):
        with naming(OPTIONS):
            stopped = services.api_token_power.revoke(
                str(token_id), services.operator, reason=reason
            )
        _tell(context, stopped, f"API token {token_id} was revoked already", chosen["as_json"])
    else:
        _bulk(context, ApiTokenStatus.REVOKED, reason=reason, **chosen)


@click.command(short_help="Stop tokens until they are enabled again.")
@_choosing
@REASON
@pass_context
def disable(context: Context, /, *, token_id: str | None, reason: str, **chosen: Any) -> None:
    """Stop one token, with those it took the place of, or all that --where means (see revoke).

    They work again after authserver token enable.
    """
    services = tokening(context)
    if _is_one(token_id, chosen["where"]):
        with naming(OPTIONS):
            stopped = services.api_token_power.disable(
                str(token_id), services.operator, reason=reason
            )
        _tell(context, stopped, f"API token {token_id} was disabled already", chosen["as_json"])
    else:
        _bulk(context, ApiTokenStatus.DISABLED, reason=reason, **chosen)


@click.command(short_help="Let disabled tokens work again.")
@_choosing
@pass_context
def enable(context: Context, /, *, token_id: str | None, **chosen: Any) -> None:
    """Let a disabled token work again, or all that --where means (see revoke).

    After an incident: --where incident=ID.
    """
    services = tokening(context)
    if _is_one(token_id, chosen["where"]):
        enabled = services.api_token_power.enable(str(token_id), services.operator)
        _tell(context, [enabled], "", chosen["as_json"])
    else:
        _bulk(context, ApiTokenStatus.ENABLED, reason="", **chosen)


def _is_one(token_id: str | None, where: str | None) -> bool:
    if (token_id is None) == (where is None):
        raise click.UsageError("state either ID or --where")
    return where is None


def _bulk(
    context: Context,
    to: ApiTokenStatus,
    /,
    *,
    where: str,
    dry_run: bool,
    yes: bool,
    reason: str,
    as_json: bool,
) -> None:
    services = tokening(context)
    with naming(OPTIONS):
        plan = services.api_token_bulk.plan(where, to)
        if dry_run:
            _show_plan(context, plan, as_json=as_json)
            return
        forever = _FOREVER if to is ApiTokenStatus.REVOKED else ""
        confirm(f"{_VERBS[to]} {plan.count} API tokens?{forever}", yes=yes)
        # Whoever was asked agreed to those tokens, and to no others.
        done = services.api_token_bulk.act(
            plan,
            services.operator,
            reason=reason,
            where=where,
            seen="" if yes else plan.digest,
        )
    _show_result(context, done, as_json=as_json)


def _show_plan(context: Context, plan: BulkPlan, *, as_json: bool) -> None:
    services = tokening(context)
    names, now = names_of(services), services.clock.now()
    tokens = list(services.api_token_bulk.listed(plan))
    if as_json:
        found = [token_value(each, names) for each in tokens]
        context.console.json({"dry_run": True, "count": len(found), "tokens": found})
        return
    context.console.table(COLUMNS, [token_row(each, names, now) for each in tokens])
    context.console.note(f"{len(tokens)} API tokens; nothing was changed")


def _show_result(context: Context, done: BulkResult, *, as_json: bool) -> None:
    if as_json:
        context.console.json(
            {
                "incident": done.incident,
                "to": str(done.to),
                "count": len(done.tokens),
                "tokens": [each.token_id for each in done.tokens],
            }
        )
        return
    context.console.line(f"{len(done.tokens)} API tokens are {done.to}; incident {done.incident}")
    if done.to is ApiTokenStatus.DISABLED and done.tokens:
        context.console.note("to undo:")
        context.console.note(f"  authserver token enable --where 'incident=\"{done.incident}\"'")


def _tell(
    context: Context,
    changed: Sequence[ApiToken],
    otherwise: str,
    as_json: bool,  # noqa: FBT001 - as all commands pass it on
) -> None:
    if as_json:
        names = names_of(tokening(context))
        context.console.json({"tokens": [token_value(each, names) for each in changed]})
        return
    for each in changed:
        context.console.line(f"API token {each.token_id} is {each.status}")
    if not changed:
        context.console.line(otherwise)
