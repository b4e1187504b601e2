"""`authserver provider group-rule`: what groups of a provider mean here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from authserver.cli.administration import JSON, json_value, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.provider_views import RULE_COLUMNS, rule_row
from authserver.cli.providing import NAME, providing
from authserver.domain.group_rules import GroupEffect
from authserver.domain.roles import Role
from authserver.services.provider_descriptions import described_rule

if TYPE_CHECKING:
    from collections.abc import Mapping

_MEANINGS: Final[Mapping[GroupEffect, str]] = {
    GroupEffect.LOCAL_GROUP: "are members of {} here",
    GroupEffect.ADMINISTRATOR: "may administer",
    GroupEffect.ROLE: "have the role {}",
    GroupEffect.SCOPES: "may have the scopes {}; nobody from there gets others without a rule",
    GroupEffect.DENY: "may not sign in, and no token of theirs counts",
}
_CHOICE: Final = "--to-group, --administrator, --role, --scope or --deny"
_FIELDS = {
    "external": "GROUP",
    "label": "--label",
    "value": "--scope",
    "effect": _CHOICE,
}


@click.group("group-rule")
def group_rule() -> None:
    """Group rules: what groups of a provider mean here. Without a rule, a group means nothing."""


@group_rule.command(short_help="Say what a group there means here.")
@NAME
@click.argument("group")
@click.option("--to-group", help="Its members are members of this local group.")
@click.option(
    "--administrator", is_flag=True, help="Its members may administer all there is, as owners."
)
@click.option(
    "--role",
    type=click.Choice([each.value for each in Role]),
    help="Its members have this role; owner is the same as --administrator.",
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    help="Its members may have this scope; with one such rule, nobody from there gets others. "
    "Repeatable.",
)
@click.option("--deny", is_flag=True, help="Its members may not sign in, and no token counts.")
@click.option("--label", default="", help="How people call the group, where that is only an id.")
@JSON
@pass_context
def add(
    context: Context,
    *,
    name: str,
    group: str,
    to_group: str | None,
    administrator: bool,
    role: str | None,
    scopes: tuple[str, ...],
    deny: bool,
    label: str,
    as_json: bool,
) -> None:
    """Say what a group there means here. GROUP is as the provider writes it, compared exactly.

    It holds at once for everybody whose groups are known. --deny needs complete lists: as long as
    there is such a rule, nobody whose list is not complete may come in.
    """
    chosen = {
        GroupEffect.LOCAL_GROUP: to_group,
        GroupEffect.ADMINISTRATOR: "" if administrator or role == Role.OWNER else None,
        GroupEffect.ROLE: None if role == Role.OWNER else role,
        GroupEffect.SCOPES: " ".join(scopes) if scopes else None,
        GroupEffect.DENY: "" if deny else None,
    }
    stated = [(effect, value) for effect, value in chosen.items() if value is not None]
    if len(stated) != 1 or (administrator and role):
        raise click.UsageError("one of " + _CHOICE.replace(" or ", " and "))
    ((effect, value),) = stated
    services = providing(context)
    with naming(_FIELDS):
        added = services.provider_group_rules.add(
            name, group, effect.value, services.operator, value=value, label=label
        )
    if as_json:
        told = {**described_rule(added.rule), "people": added.people}
        context.console.json(json_value(told))
        return
    context.console.line(f"members of {group} at {name} {_MEANINGS[effect].format(value)}")
    context.console.note(f"that changed something for {_people(added.people)} at once")
    if effect is GroupEffect.DENY:
        context.console.note("nobody whose list of groups is not complete may come in any more")


@group_rule.command("list")
@NAME
@JSON
@pass_context
def list_rules(context: Context, *, name: str, as_json: bool) -> None:
    """List the group rules of a provider."""
    found = providing(context).provider_group_rules.list(name)
    if as_json:
        context.console.json({"group_rules": json_value([described_rule(each) for each in found])})
    elif found:
        context.console.table(RULE_COLUMNS, [rule_row(each) for each in found])
    else:
        context.console.note("no group rules yet: groups of the provider mean nothing here; next:")
        context.console.note(f"  authserver provider group-rule add {name} GROUP --to-group GROUP")


@group_rule.command(short_help="Let a group there mean something no more.")
@NAME
@click.argument("rule")
@JSON
@pass_context
def remove(context: Context, *, name: str, rule: str, as_json: bool) -> None:
    """Let a group there mean something no more; what rested on the rule alone ends now.

    RULE is the rule's id, as authserver provider group-rule list shows it.
    """
    services = providing(context)
    removed = services.provider_group_rules.remove(name, rule, services.operator)
    if as_json:
        context.console.json({"rule_id": rule, "removed": True, "people": removed.people})
        return
    context.console.line(f"{removed.rule.external} at {name} has one meaning less")
    context.console.note(f"that changed something for {_people(removed.people)} at once")


def _people(count: int) -> str:
    return {0: "nobody", 1: "1 person"}.get(count, f"{count} people")
