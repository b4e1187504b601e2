"""The options of `authserver client` that are about users: where they are sent, what they see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from authserver.cli.durations import Duration
from authserver.domain.authorization_profiles import (
    ApplicationType,
    AssertionAudience,
    ConsentRule,
    ResponseMode,
)
from authserver.domain.clients import GrantType
from authserver.domain.keys import SigningAlgorithm
from authserver.services.client_profiles import JSON_ALGORITHM, ProfileChanges

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from authserver.domain.clients import Client

_Command = TypeVar("_Command", bound="Callable[..., Any]")
NO_TIME: Final = "none"
GRANT_NAMES: Final[Mapping[str, GrantType]] = {
    "client_credentials": GrantType.CLIENT_CREDENTIALS,
    "authorization_code": GrantType.AUTHORIZATION_CODE,
    "refresh_token": GrantType.REFRESH_TOKEN,
    "device_code": GrantType.DEVICE_CODE,
    "token_exchange": GrantType.TOKEN_EXCHANGE,
}
"""What is typed for each grant: two of them are URNs that nobody wants to type."""


class OptionalDuration(Duration):
    """A duration, or `none` to take a client's own one back (-1)."""

    name = "duration"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Seconds, -1 for `none`."""
        return -1 if value == NO_TIME else super().convert(value, param, ctx)


def _to_grants(
    _: click.Context, __: click.Parameter, names: tuple[str, ...]
) -> tuple[GrantType, ...]:
    return tuple(GRANT_NAMES[name] for name in names)


GRANTS: Final = click.option(
    "--grant",
    "grants",
    multiple=True,
    type=click.Choice(list(GRANT_NAMES)),
    callback=_to_grants,
    help="A grant it may use; without any: client_credentials, or with --redirect-uri "
    "authorization_code (and refresh_token with the scope offline_access). Repeatable.",
)

_URI: Final = "Repeatable; an empty one for none."
_DURATION: Final = OptionalDuration()
_OPTIONS: Final = (
    click.option(
        "--redirect-uri",
        "redirect_uris",
        multiple=True,
        help=f"Where answers go, compared character by character. {_URI}",
    ),
    click.option(
        "--post-logout-redirect-uri",
        "post_logout_redirect_uris",
        multiple=True,
        help=f"Where users may go after signing out. {_URI}",
    ),
    click.option(
        "--native/--web",
        "native",
        default=None,
        help="An app on its user's machine: loopback addresses (on any port) and private-use "
        "schemes as redirect URIs. Web is the default.",
    ),
    click.option(
        "--response-mode",
        "response_modes",
        multiple=True,
        type=click.Choice([each.value for each in ResponseMode]),
        help="How answers travel; both unless given. Repeatable.",
    ),
    click.option(
        "--pkce/--no-pkce",
        "require_pkce",
        default=None,
        help="Demand PKCE, which is the default. Only a client that authenticates and has the "
        "scope openid can be exempt; doctor lists those.",
    ),
    click.option(
        "--require-par/--no-require-par",
        "require_pushed_requests",
        default=None,
        help="Take its authorization requests only when they were pushed (RFC 9126).",
    ),
    click.option(
        "--consent",
        type=click.Choice([each.value for each in ConsentRule]),
        help="Remember what users allowed it, which is the default, or ask always.",
    ),
    click.option("--publisher", help="Who answers for it; users see this."),
    click.option("--homepage", "client_uri", help="https link to its page; users see this."),
    click.option("--logo", "logo_uri", help="https link to its logo; never loaded here."),
    click.option("--policy", "policy_uri", help="https link to its privacy policy."),
    click.option("--terms", "tos_uri", help="https link to its terms of service."),
    click.option(
        "--id-token-alg",
        "id_token_algorithm",
        type=click.Choice([each.value for each in SigningAlgorithm]),
        help="How its ID tokens are signed; RS256 unless given.",
    ),
    click.option(
        "--userinfo-alg",
        "userinfo_algorithm",
        type=click.Choice([JSON_ALGORITHM, *(each.value for each in SigningAlgorithm)]),
        help="How its userinfo is signed; none, the default, for plain JSON.",
    ),
    click.option("--jwks-uri", help="https address of its public keys, instead of --jwks."),
    click.option(
        "--assertion-audience",
        type=click.Choice([each.value for each in AssertionAudience]),
        help="Which aud its assertions carry; issuer unless given. token_endpoint is for "
        "libraries that know no better.",
    ),
    click.option(
        "--default-max-age",
        type=_DURATION,
        help="Users who signed in longer ago sign in again; none to take it back.",
    ),
    click.option(
        "--backchannel-logout-uri",
        help="https address that is told when a user's session ends; empty for none.",
    ),
    click.option(
        "--session-required/--no-session-required",
        "backchannel_logout_session_required",
        default=None,
        help="It needs the session's id (sid) in logout tokens.",
    ),
    click.option(
        "--session-refresh/--no-session-refresh",
        "session_refresh",
        default=None,
        help="Refresh tokens without offline_access, which end with the user's session.",
    ),
    click.option(
        "--refresh-idle",
        "refresh_idle_seconds",
        type=_DURATION,
        help="Its refresh tokens end when nobody uses them so long; none for the server's time.",
    ),
    click.option(
        "--refresh-absolute",
        "refresh_absolute_seconds",
        type=_DURATION,
        help="Its refresh tokens end after so long in any case; none for the server's time.",
    ),
)

PROFILE_OPTIONS: Final[Mapping[str, str]] = {
    "redirect_uris": "--redirect-uri",
    "post_logout_redirect_uris": "--post-logout-redirect-uri",
    "response_modes": "--response-mode",
    "require_pkce": "--no-pkce",
    "publisher": "--publisher",
    "client_uri": "--homepage",
    "logo_uri": "--logo",
    "policy_uri": "--policy",
    "tos_uri": "--terms",
    "jwks_uri": "--jwks-uri",
    "default_max_age": "--default-max-age",
    "backchannel_logout_uri": "--backchannel-logout-uri",
    "backchannel_logout_session_required": "--session-required",
    "session_refresh": "--session-refresh",
    "refresh_idle_seconds": "--refresh-idle",
    "refresh_absolute_seconds": "--refresh-absolute",
}
"""What was typed for each field of a profile that can be refused."""


def profile_options(command: _Command) -> _Command:
    """Add every option that is about users to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def profile_changes(values: Mapping[str, Any]) -> ProfileChanges:
    """What was typed, as a service reads it."""
    stated = dict(values)
    native = stated.pop("native")
    if native is not None:
        stated["application_type"] = ApplicationType.NATIVE if native else ApplicationType.WEB
    for name in ("redirect_uris", "post_logout_redirect_uris", "response_modes"):
        given = stated.pop(name)
        if given:
            stated[name] = [each for each in given if each]
    return ProfileChanges(**stated)


def grant_types(
    stated: Sequence[str], scopes: Sequence[str], changes: ProfileChanges
) -> Sequence[str]:
    """The grants of a new client: as stated, or what its other options are for."""
    if stated:
        return stated
    if not changes.redirect_uris:
        return (GrantType.CLIENT_CREDENTIALS,)
    if "offline_access" in scopes or changes.session_refresh:
        return (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN)
    return (GrantType.AUTHORIZATION_CODE,)


def warnings(client: Client) -> Sequence[str]:
    """What to tell whoever made the client like this."""
    if client.profile.require_pkce:
        return ()
    return (
        "warning: without PKCE a stolen code is stopped by the client's secret and nonce alone;",
        "  use it only for a client that cannot do better (authserver doctor lists it)",
    )
