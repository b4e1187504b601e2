"""`authserver resource`: the Jira and Confluence sites that tokens are for."""

from __future__ import annotations

import click

from authserver.cli.administration import (
    JSON,
    OVERLAP,
    YES,
    confirm,
    json_value,
    naming,
    parts,
    time_or,
)
from authserver.cli.context import Context, pass_context
from authserver.cli.resource_hand_over import set_credential, set_hand_over, unset_hand_over
from authserver.cli.resource_registration import ALGORITHM, OPTIONS, create
from authserver.cli.resource_scan import scan_anonymous
from authserver.cli.resource_views import (
    COLUMNS,
    CREDENTIAL_COLUMNS,
    CREDENTIAL_NAMES,
    credential_rows,
    hand_over_fields,
    resource_fields,
    resource_row,
    resource_value,
)
from authserver.domain.resources import CredentialPurpose, ResourceStatus
from authserver.services.resources import described


@click.group()
def resource() -> None:
    """Protected resources: the Jira and Confluence sites that tokens are for.

    Exit codes: 0 done, 1 not found or taken, 2 wrong usage, 3 a scan ended early, 4 storage does
    not answer.
    """


resource.add_command(create)
resource.add_command(set_credential)
resource.add_command(set_hand_over)
resource.add_command(unset_hand_over)
resource.add_command(scan_anonymous)


@resource.command("list")
@JSON
@pass_context
def list_resources(context: Context, *, as_json: bool) -> None:
    """List sites."""
    services = parts(context)
    found = services.resources.list()
    if as_json:
        hand_overs = services.hand_overs.by_resource()
        shown = [resource_value(each, hand_overs.get(each.name)) for each in found]
        context.console.json({"resources": shown})
    elif found:
        now = services.clock.now()
        context.console.table(COLUMNS, [resource_row(each, now) for each in found])
    else:
        context.console.note("no resources yet; next:")
        context.console.note(
            "  authserver resource create jira-main --kind jira-dc --url https://jira.example.com"
        )


@resource.command(short_help="Show one site with its credentials' ends.")
@click.argument("name")
@JSON
@pass_context
def show(context: Context, *, name: str, as_json: bool) -> None:
    """Show one site with its credentials (never their values)."""
    services = parts(context)
    found = services.resources.get(name)
    hand_over = services.hand_overs.get(name) if found.is_site else None
    if as_json:
        context.console.json(resource_value(found, hand_over))
        return
    if not found.is_site:
        context.console.fields(resource_fields(found))
        return
    context.console.fields(dict(resource_fields(found)) | dict(hand_over_fields(hand_over)))
    context.console.line()
    now = services.clock.now()
    context.console.table(CREDENTIAL_COLUMNS, list(credential_rows(found, now)))


@resource.command(short_help="Change where a site is or how it signs.")
@click.argument("name")
@click.option("--url", help="Where the site answers.")
@click.option("--context-path", help="What Data Center puts before /rest; empty for nothing.")
@click.option("--signing-algorithm", type=ALGORITHM, help="How its tokens are signed.")
@JSON
@pass_context
def update(
    context: Context,
    *,
    name: str,
    url: str | None,
    context_path: str | None,
    signing_algorithm: str | None,
    as_json: bool,
) -> None:
    """Change where a site answers or how its tokens are signed; its identifier stays for ever."""
    if url is context_path is signing_algorithm is None:
        raise click.UsageError("nothing to change: state at least one option")
    services = parts(context)
    with naming(OPTIONS):
        changed = services.resources.update(
            name,
            services.operator,
            url=url,
            context_path=context_path,
            signing_algorithm=signing_algorithm,
        )
    if as_json:
        context.console.json(json_value(described(changed)))
        return
    context.console.note(f"updated resource {name}")
    context.console.fields(resource_fields(changed))


@resource.command("rotate-credential", short_help="Give a site a new introspection secret.")
@click.argument("name")
@click.option(
    "--purpose",
    default=CredentialPurpose.INTROSPECTION.value,
    show_default=True,
    type=click.Choice([each.value for each in CredentialPurpose]),
    help="Which credential.",
)
@OVERLAP
@JSON
@pass_context
def rotate_credential(
    context: Context, *, name: str, purpose: str, overlap: int, as_json: bool
) -> None:
    """Give a site a new credential; the old ones of that purpose end after the overlap.

    It is printed once, alone on stdout; nobody can show it again.
    """
    services = parts(context)
    with naming(OPTIONS):
        fresh = services.resources.rotate_credential(
            name, purpose, services.operator, overlap_seconds=overlap
        )
    ends_at = fresh.stored.created_at + overlap
    if as_json:
        answer = {
            "name": name,
            "purpose": purpose,
            "secret": fresh.value,
            "secret_id": fresh.stored.secret_id,
            "old_credentials_end_at": ends_at,
        }
        context.console.json(json_value(answer))
        return
    title = CREDENTIAL_NAMES[CredentialPurpose(purpose)]
    old = f"goes on until {time_or(ends_at, '')}" if overlap else "has ended"
    context.console.note(f"the old {title} of {name} {old} at the latest")
    context.console.note(f"new {title}, shown only here:")
    context.console.secret(fresh.value)


@resource.command(short_help="Stop a site and its tokens until it is enabled.")
@click.argument("name")
@JSON
@pass_context
def disable(context: Context, *, name: str, as_json: bool) -> None:
    """Issue and honour no token for a site until it is enabled again."""
    services = parts(context)
    services.resources.disable(name, services.operator)
    _tell(context, name, ResourceStatus.DISABLED, as_json=as_json)


@resource.command()
@click.argument("name")
@JSON
@pass_context
def enable(context: Context, *, name: str, as_json: bool) -> None:
    """Issue and honour tokens for a site again."""
    services = parts(context)
    services.resources.enable(name, services.operator)
    _tell(context, name, ResourceStatus.ENABLED, as_json=as_json)


@resource.command(short_help="End a site and its tokens for ever.")
@click.argument("name")
@YES
@JSON
@pass_context
def delete(context: Context, *, name: str, yes: bool, as_json: bool) -> None:
    """End a site for ever: its tokens die now, name and identifier are never given out again."""
    services = parts(context)
    services.resources.get(name)
    confirm(f"Delete resource {name} for ever, with all tokens for it?", yes=yes)
    services.resources.delete(name, services.operator)
    _tell(context, name, ResourceStatus.DELETED, as_json=as_json)


def _tell(context: Context, name: str, status: ResourceStatus, *, as_json: bool) -> None:
    if as_json:
        context.console.json({"name": name, "status": str(status)})
    else:
        context.console.line(f"resource {name} is {status}")
