"""`authserver provider`: identity providers."""

from __future__ import annotations

import click

from authserver.cli.administration import JSON, YES, confirm
from authserver.cli.context import Context, pass_context
from authserver.cli.exit_codes import ExitCode
from authserver.cli.provider_bearer import bearer
from authserver.cli.provider_denials import allow, denials, deny
from authserver.cli.provider_domain import domain
from authserver.cli.provider_group_rule import group_rule
from authserver.cli.provider_registration import add
from authserver.cli.provider_secret import secret
from authserver.cli.provider_update import update
from authserver.cli.provider_views import (
    COLUMNS,
    RULE_COLUMNS,
    SECRET_COLUMNS,
    addresses_value,
    bearer_fields,
    finding_lines,
    finding_values,
    look_fields,
    look_value,
    provider_row,
    rule_row,
    secret_rows,
    verdict_line,
)
from authserver.cli.providing import NAME, providing


@click.group()
def provider() -> None:
    """Identity providers: where people sign in, and whose access tokens may count here.

    Exit codes: 0 done, 1 not found, taken or unusable, 2 wrong usage, 3 problems found (test),
    4 storage does not answer.
    """


provider.add_command(add)


@provider.command("list")
@JSON
@pass_context
def list_providers(context: Context, *, as_json: bool) -> None:
    """List providers with their state when they were last asked."""
    found = providing(context).providers.list()
    if as_json:
        issuer = context.settings.issuer
        context.console.json({"providers": [look_value(each, issuer) for each in found]})
    elif found:
        context.console.table(COLUMNS, [provider_row(each) for each in found])
    else:
        context.console.note("no providers yet; next, one of:")
        for kind in ("okta", "entra", "cognito", "oidc"):
            context.console.note(f"  authserver provider add {kind} --help")


@provider.command(short_help="Show one provider with all that belongs to it.")
@NAME
@JSON
@pass_context
def show(context: Context, *, name: str, as_json: bool) -> None:
    """Show one provider: how it is used, its secrets' ends, its rules, what was wrong last."""
    services = providing(context)
    found = services.providers.look(name)
    console, issuer = context.console, context.settings.issuer
    if as_json:
        console.json(look_value(found, issuer))
        return
    addresses = addresses_value(name, issuer)
    console.fields(
        {**look_fields(found), **{key.replace("_", " "): addresses[key] for key in addresses}}
    )
    if found.provider.secrets:
        console.line()
        console.table(SECRET_COLUMNS, list(secret_rows(found.provider, services.clock.now())))
    if found.rules:
        console.line()
        console.table(RULE_COLUMNS, [rule_row(each) for each in found.rules])
    if found.provider.bearer.is_on or found.provider.bearer.for_exchange:
        console.line()
        console.fields(bearer_fields(found.provider))


@provider.command(short_help="Look at a provider: does it work?")
@NAME
@JSON
@pass_context
def test(context: Context, *, name: str, as_json: bool) -> None:
    """Look at a provider: what it publishes, its keys, and what it makes of a login request.

    Nobody is signed in. What it publishes now counts from now on. Ends with 3 when something does
    not work.
    """
    services = providing(context)
    found = services.providers.test(name, services.operator).check
    findings = () if found is None else found.findings
    if as_json:
        context.console.json({"name": name, "findings": finding_values(findings)})
    else:
        for line in finding_lines(findings):
            context.console.line(line)
        context.console.line(verdict_line(findings))
    if found is not None and found.problems:
        raise click.exceptions.Exit(ExitCode.FINDINGS)


provider.add_command(update)


@provider.command(short_help="Stop a provider: what came by it ends now.")
@NAME
@JSON
@pass_context
def disable(context: Context, *, name: str, as_json: bool) -> None:
    """Stop a provider: sessions begun there, what was allowed in them, and its tokens end now.

    Whoever has no other identity loses all grants and tokens. Local passwords go on to work.
    """
    services = providing(context)
    stopped = services.providers.disable(name, services.operator)
    _tell_stopped(context, name, "disabled", stopped.users, as_json=as_json)


@provider.command(short_help="Let a disabled provider count again.")
@NAME
@JSON
@pass_context
def enable(context: Context, *, name: str, as_json: bool) -> None:
    """Let a disabled provider count again; what ended stays ended."""
    services = providing(context)
    services.providers.enable(name, services.operator)
    if as_json:
        context.console.json({"name": name, "status": "enabled"})
        return
    context.console.line(f"provider {name} is enabled")
    context.console.note("next:")
    context.console.note(f"  authserver provider test {name}")


@provider.command(short_help="End a provider for ever.")
@NAME
@YES
@JSON
@pass_context
def remove(context: Context, *, name: str, yes: bool, as_json: bool) -> None:
    """End a provider for ever: what came by it ends now, and its identities are nobody's.

    Its name is never given out again. The users that it made stay, and need another way to sign in.
    """
    services = providing(context)
    services.providers.get(name)
    confirm(f"Remove provider {name} for ever, with all identities there?", yes=yes)
    stopped = services.providers.remove(name, services.operator)
    _tell_stopped(context, name, "removed", stopped.users, as_json=as_json)


for command in (secret, domain, group_rule, bearer, deny, allow, denials):
    provider.add_command(command)


def _tell_stopped(context: Context, name: str, word: str, users: int, *, as_json: bool) -> None:
    if as_json:
        context.console.json({"name": name, "status": word, "users": users})
        return
    people = "1 user" if users == 1 else f"{users} users"
    context.console.line(f"provider {name} is {word}; that reached {people}")
