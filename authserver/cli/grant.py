"""`authserver grant`: what users allowed to apps, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, cast

import click

from authserver.cli.administration import JSON, YES, confirm
from authserver.cli.context import Context, pass_context
from authserver.cli.grant_views import COLUMNS, grant_row, grant_value
from authserver.domain.errors import NotFound
from authserver.domain.grants import GrantEnd, GrantFilter

if TYPE_CHECKING:
    from authserver.domain.ports import Clock
    from authserver.services.administration import Act
    from authserver.services.grants import Grants
    from authserver.services.users import Users

_OF_USER = click.option("--user", help="Only those of this user (name or subject).")
_OF_CLIENT = click.option("--client", help="Only those of this client.")
_OF_SITE = click.option("--resource", help="Only those for this site (its name).")


class GrantParts(Protocol):
    """What these commands ask of the container."""

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def grants(self) -> Grants:
        """Grants."""
        ...

    @property
    def users(self) -> Users:
        """Local users."""
        ...

    @property
    def operator(self) -> Act:
        """The act of whoever runs the command."""
        ...


@click.group()
def grant() -> None:
    """Grants: what users allowed to apps, with every token that came of it.

    Exit codes: 0 done, 1 not found, 2 wrong usage, 4 storage does not answer.
    """


@grant.command("list")
@_OF_USER
@_OF_CLIENT
@_OF_SITE
@JSON
@pass_context
def list_grants(
    context: Context,
    *,
    user: str | None,
    client: str | None,
    resource: str | None,
    as_json: bool,
) -> None:
    """List live grants, the newest first."""
    services = _parts(context)
    wanted = replace(_wanted(services, user, client), resource=resource)
    found = services.grants.list(wanted)
    usernames = {known.user.subject: known.user.username for known in services.users.list()}
    if as_json:
        context.console.json({"grants": [grant_value(each, usernames) for each in found]})
    elif found:
        now = services.clock.now()
        context.console.table(COLUMNS, [grant_row(each, usernames, now) for each in found])
    else:
        context.console.note("no live grants")


@grant.command(short_help="End grants; their tokens end now.")
@click.argument("grant_id", required=False)
@_OF_USER
@_OF_CLIENT
@YES
@JSON
@pass_context
def revoke(
    context: Context,
    *,
    grant_id: str | None,
    user: str | None,
    client: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """End one grant, or all of a user, of a client, or of both.

    When the command has ended, no access or refresh token that came of them is good any more. The
    user's consent is remembered all the same: the app may ask for another grant.
    """
    if grant_id is None and user is None and client is None:
        raise click.UsageError("state GRANT_ID, --user or --client")
    services = _parts(context)
    wanted = _wanted(services, user, client, grant_id)
    if grant_id is None:
        count = len(services.grants.list(wanted))
        confirm(f"Revoke {count} grants with all their tokens?", yes=yes)
    ended = services.grants.end(wanted, GrantEnd.REVOKED_BY_ADMINISTRATOR, services.operator)
    if grant_id is not None and not ended:
        raise NotFound("live grant", grant_id)
    if as_json:
        context.console.json({"revoked": list(ended)})
    else:
        context.console.line(f"{len(ended)} grants are revoked")


def _parts(context: Context) -> GrantParts:
    return cast("GrantParts", context.container())


def _wanted(
    services: GrantParts, user: str | None, client: str | None, grant_id: str | None = None
) -> GrantFilter:
    subject = None if user is None else services.users.get(user).user.subject
    return GrantFilter(grant_id=grant_id, client_id=client, subject=subject)
