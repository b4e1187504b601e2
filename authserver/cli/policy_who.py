"""`authserver policy who`: who can do something at a site now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from authserver.cli.administration import JSON, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.policy_parts import policy_parts
from authserver.services.openings import Question

if TYPE_CHECKING:
    from authserver.services.site_callers import Holder

_COLUMNS: Final = ("by", "id", "called", "speaks for", "from", "for example")
_PAGE: Final = 200


@click.command("who", short_help="Say who can do something at a site now.")
@click.option("--can", "what", required=True, metavar="WHAT", help="delete, read, write, …")
@click.option("--in", "project", default="", metavar="PROJECT", help="A project or space, by key.")
@click.option("--resource", default="", help="The site, where there are several.")
@click.option("--from", "address", default="", metavar="ADDRESS", help="Calling from there.")
@JSON
@pass_context
def who(
    context: Context, *, what: str, project: str, resource: str, address: str, as_json: bool
) -> None:
    """Say who can do something at a site now: by which credential, or without any.

    WHAT is delete, or as policies write it: read, write, tag:<tag>, an operation id, or
    "<METHOD> <template>". Scopes and policies are judged; what the site itself lets its accounts
    do is not, so nobody can do more. Tokens of identity providers and Connect apps are not listed.
    """
    question = Question(what, resource, project, address)
    services = policy_parts(context).who_may_call
    holders: list[Holder] = []
    with naming({"what": "--can", "project": "--in", "address": "--from"}):
        found = services.find(question, limit=_PAGE)
        holders += found.page.items
        while found.page.next_place is not None:
            found = services.find(question, after=found.page.next_place, limit=_PAGE)
            holders += found.page.items
    if as_json:
        context.console.json(
            {
                "resource": found.resource,
                "operations": found.operations,
                "policy": found.policy,
                "holders": [_value(each) for each in holders],
            }
        )
        return
    context.console.table(_COLUMNS, [_row(each) for each in holders])
    if not holders:
        context.console.line(f"nobody can, at {found.resource}")


def _value(holder: Holder) -> dict[str, object]:
    return {
        "kind": holder.kind,
        "id": holder.name,
        "called": holder.called,
        "speaks_for": holder.who,
        "only_from_networks": holder.opened.only_from_networks,
        "operations": list(holder.opened.operations),
    }


def _row(holder: Holder) -> tuple[str, ...]:
    return (
        holder.kind,
        holder.name,
        holder.called,
        holder.who,
        "some networks" if holder.opened.only_from_networks else "",
        holder.opened.operations[0],
    )
