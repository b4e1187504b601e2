"""`authserver identity`: who users are at identity providers, and ending that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import click

from authserver.cli.administration import JSON, YES, confirm, json_value, time_or
from authserver.cli.context import Context, pass_context
from authserver.cli.durations import shown_age

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.identities import Identity
    from authserver.domain.ports import Clock
    from authserver.services.administration import Act
    from authserver.services.identities import Identities
    from authserver.services.users import Users

COLUMNS: Final = ("user name", "provider", "called there", "last sign-in", "state")


class IdentityParts(Protocol):
    """What these commands ask of the container."""

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def identities(self) -> Identities:
        """Who users are at providers."""
        ...

    @property
    def users(self) -> Users:
        """Users."""
        ...

    @property
    def operator(self) -> Act:
        """The act of whoever runs the command."""
        ...


@click.group()
def identity() -> None:
    """Identities: who users are at identity providers.

    Exit codes: 0 done, 1 not found or one of several, 2 wrong usage, 4 storage does not answer.
    """


@identity.command("list")
@click.option("--provider", help="Only those at this provider.")
@click.option("--user", help="Only those of this user (name or subject).")
@JSON
@pass_context
def list_identities(
    context: Context, *, provider: str | None, user: str | None, as_json: bool
) -> None:
    """List identities by user name and provider."""
    services = _parts(context)
    names = {known.user.subject: known.user.username for known in services.users.list()}
    if user is not None:
        subjects = [services.users.get(user).user.subject]
    elif provider is not None:
        subjects = [each.subject for each in services.identities.list(provider)]
    else:
        subjects = list(names)
    found = [
        each
        for subject in sorted(dict.fromkeys(subjects), key=lambda one: names.get(one, one))
        for each in services.identities.of(subject)
        if provider is None or each.provider == provider
    ]
    if as_json:
        context.console.json({"identities": [_value(each, names) for each in found]})
    elif found:
        now = services.clock.now()
        context.console.table(COLUMNS, [_row(each, names, now) for each in found])
    else:
        context.console.note("nobody is connected to an identity provider")


@identity.command(short_help="Disconnect a user from a provider.")
@click.argument("user")
@click.argument("provider")
@click.option("--id", "identity_id", default="", help="Which one, where there are several.")
@YES
@JSON
@pass_context
def unlink(
    context: Context, *, user: str, provider: str, identity_id: str, yes: bool, as_json: bool
) -> None:
    """Disconnect USER (name or subject) from PROVIDER.

    Sessions that began there end, with what was allowed in them; whoever has no other way to sign
    in loses everything. The user stays. The same person may come again: as a new user, where the
    provider makes users, or connected anew. Where USER is several persons at PROVIDER, --id says
    which is meant: the identity_id of authserver identity list --json.
    """
    services = _parts(context)
    found = services.identities.at(provider, user, identity_id)
    confirm(f"Disconnect {user} from {provider} ({found.shown})?", yes=yes)
    ended = services.identities.unlink(provider, found.subject_key, services.operator)
    if as_json:
        context.console.json({"provider": provider, "subject": ended.subject, "unlinked": True})
    else:
        context.console.line(f"{user} is not connected to {provider} any more")


def _parts(context: Context) -> IdentityParts:
    return cast("IdentityParts", context.container())


def _value(each: Identity, names: Mapping[str, str]) -> Any:
    """One identity for scripts; times in UTC."""
    snapshot = each.snapshot
    return json_value(
        {
            "identity_id": each.identity_id,
            "provider": each.provider,
            "subject_key": each.subject_key,
            "subject": each.subject,
            "username": names.get(each.subject, ""),
            "shown": each.shown,
            "created_at": each.created_at,
            "last_sign_in_at": each.last_sign_in_at,
            "last_checked_at": each.last_checked_at,
            "warned_at": each.warned_at,
            "asleep_at": each.asleep_since,
            "administrator": each.is_administrator,
            "scopes": None if each.ceiling is None else sorted(each.ceiling),
            "groups_state": None if snapshot is None else str(snapshot.state),
        }
    )


def _row(each: Identity, names: Mapping[str, str], now: float) -> Sequence[str]:
    """One identity in a table."""
    return (
        names.get(each.subject, each.subject),
        each.provider,
        each.shown,
        "never" if each.last_sign_in_at is None else shown_age(each.last_sign_in_at, now),
        _state(each),
    )


def _state(each: Identity) -> str:
    """Whether it is awake; who will not be for much longer was warned."""
    if each.asleep_since is not None:
        return f"asleep since {time_or(each.asleep_since, '-')}"
    return "awake" if each.warned_at is None else f"warned at {time_or(each.warned_at, '-')}"
