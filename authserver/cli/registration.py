"""`authserver registration`: who may register clients, and who did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import click

from authserver.cli.administration import JSON, YES, confirm, json_value, naming, time_or
from authserver.cli.client_profile_options import GRANT_NAMES
from authserver.cli.context import Context, pass_context
from authserver.cli.durations import DURATION, shown_age
from authserver.domain.authorization_profiles import AssertionAudience
from authserver.domain.clients import GrantType
from authserver.services.client_descriptions import described
from authserver.services.initial_access_tokens import (
    EXPIRES_IN,
    SIGN_IN_SCOPES,
    USER_GRANTS,
    InitialTokenDraft,
    described_token,
)
from authserver.settings_people import REGISTRATION_OFF

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.ports import Clock
    from authserver.domain.registrations import InitialAccessToken
    from authserver.services.administration import Act
    from authserver.services.clients import Clients
    from authserver.services.initial_access_tokens import InitialAccessTokens

OPTIONS: Final[Mapping[str, str]] = {
    "label": "LABEL",
    "grant_types": "--grant",
    "scopes": "--scope",
    "resources": "--resource",
    "quota": "--quota",
    "expires_in": "--expires-in",
}
COLUMNS: Final = ("token", "label", "status", "clients", "grants", "scopes", "resources")
CLIENT_COLUMNS: Final = (
    "client id",
    "name",
    "status",
    "registered",
    "with token",
    "sends users to",
)
_DEFAULT_GRANTS: Final = " and ".join(
    name for name, each in GRANT_NAMES.items() if each in USER_GRANTS
)


class RegistrationCommands(Protocol):
    """What these commands ask of the container."""

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def clients(self) -> Clients:
        """Client administration."""
        ...

    @property
    def initial_access_tokens(self) -> InitialAccessTokens:
        """Permissions to register."""
        ...

    @property
    def operator(self) -> Act:
        """The act of whoever runs the command."""
        ...


@click.group()
def registration() -> None:
    """Clients that register themselves (RFC 7591).

    It is off unless the setting registration.mode says token: then whoever has an initial access
    token may register clients at /oauth2/register, within the token's limits.
    """


@registration.group()
def token() -> None:
    """Initial access tokens: permissions to register clients."""


@token.command()
@click.argument("label")
@click.option(
    "--grant",
    "grants",
    multiple=True,
    type=click.Choice(list(GRANT_NAMES)),
    help=f"A grant that its clients may have. Repeatable.  [default: {_DEFAULT_GRANTS}]",
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    help=f"A scope that its clients may have. Repeatable.  [default: {' '.join(SIGN_IN_SCOPES)}]",
)
@click.option("--resource", "resources", multiple=True, help="A site for its clients. Repeatable.")
@click.option("--quota", type=int, default=1, help="How many clients.  [default: 1]")
@click.option(
    "--expires-in", type=DURATION, default=EXPIRES_IN, help="Life of the token.  [default: 7d]"
)
@click.option(
    "--pkce-exempt",
    is_flag=True,
    help="Its clients that authenticate and sign users in may leave PKCE out; doctor lists them.",
)
@click.option(
    "--assertion-audience",
    type=click.Choice([each.value for each in AssertionAudience]),
    default=AssertionAudience.ISSUER.value,
    help="Which aud its clients' assertions carry; issuer unless given. With token_endpoint either "
    "will do; doctor lists them.",
)
@JSON
@pass_context
def create(
    context: Context,
    /,
    *,
    label: str,
    grants: tuple[str, ...],
    scopes: tuple[str, ...],
    resources: tuple[str, ...],
    quota: int,
    expires_in: int,
    pkce_exempt: bool,
    assertion_audience: str,
    as_json: bool,
) -> None:
    """Make a token; LABEL says whom it is for.

    It is printed once, alone on stdout; nobody can show it again.
    """
    services = _parts(context)
    with naming(OPTIONS):
        fresh = services.initial_access_tokens.create(
            InitialTokenDraft(
                label=label,
                grant_types=[GRANT_NAMES[name] for name in grants] or USER_GRANTS,
                scopes=scopes or SIGN_IN_SCOPES,
                resources=resources,
                pkce_exempt=pkce_exempt,
                assertion_audience=assertion_audience,
                quota=quota,
                expires_in=expires_in,
            ),
            services.operator,
        )
    if as_json:
        told = {"initial_access_token": fresh.value, "token": described_token(fresh.token)}
        context.console.json(json_value(told))
        return
    if context.settings.registration.mode == REGISTRATION_OFF:
        context.console.note("registration is off: set registration.mode to token to open it")
    context.console.note(
        f"made token {fresh.token.token_id} for {fresh.token.quota} "
        f"{'client' if fresh.token.quota == 1 else 'clients'}, "
        f"until {time_or(fresh.token.expires_at, '')}"
    )
    context.console.note(f"clients register at {context.settings.issuer}/oauth2/register")
    context.console.note("initial access token, shown only here:")
    context.console.secret(fresh.value)


@token.command("list")
@JSON
@pass_context
def list_tokens(context: Context, /, *, as_json: bool) -> None:
    """List tokens with what their clients may become."""
    services = _parts(context)
    found = services.initial_access_tokens.list()
    if as_json:
        context.console.json({"tokens": [json_value(described_token(each)) for each in found]})
        return
    now = services.clock.now()
    context.console.table(COLUMNS, [_row(each, now) for each in found])


@token.command()
@click.argument("token_id")
@YES
@JSON
@pass_context
def revoke(context: Context, /, *, token_id: str, yes: bool, as_json: bool) -> None:
    """Let a token register no client any more; those it registered stay."""
    services = _parts(context)
    confirm(f"Revoke initial access token {token_id}?", yes=yes)
    services.initial_access_tokens.revoke(token_id, services.operator)
    if as_json:
        context.console.json({"token_id": token_id, "status": "revoked"})
    else:
        context.console.line(f"initial access token {token_id} is revoked")


@registration.command("list")
@JSON
@pass_context
def list_clients(context: Context, /, *, as_json: bool) -> None:
    """List clients that registered themselves.

    authserver client shows, disables and deletes them like all others.
    """
    services = _parts(context)
    found = [each for each in services.clients.list() if each.profile.is_dynamic]
    if as_json:
        context.console.json({"clients": [json_value(described(each)) for each in found]})
        return
    context.console.table(
        CLIENT_COLUMNS,
        [
            (
                each.client_id,
                each.name,
                str(each.status),
                time_or(each.created_at, "-"),
                each.profile.registered_by,
                each.profile.redirect_uris,
            )
            for each in found
        ],
    )


def _parts(context: Context) -> RegistrationCommands:
    container: Any = context.container()
    return cast("RegistrationCommands", container)


def _row(token: InitialAccessToken, now: float) -> Sequence[str]:
    template = token.template
    names = {str(grant): name for name, grant in GRANT_NAMES.items()}
    return (
        token.token_id,
        token.label,
        _status(token, now),
        f"{token.used} of {token.quota}",
        " ".join(sorted(names[GrantType(each)] for each in template.grant_types)),
        " ".join(sorted(template.scopes)) or "none",
        " ".join(sorted(template.resources)) or "none",
    )


def _status(token: InitialAccessToken, now: float) -> str:
    if token.revoked_at is not None:
        return "revoked"
    if not token.is_live(now):
        return "expired"
    if token.used >= token.quota:
        return "used up"
    return f"ends {shown_age(token.expires_at, now)}"
