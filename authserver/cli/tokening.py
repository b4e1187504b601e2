"""What the commands about API tokens share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, cast

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.cli.context import Context
    from authserver.domain.ports import Clock
    from authserver.services.administration import Act
    from authserver.services.api_token_administration import ApiTokens
    from authserver.services.api_token_bulk import ApiTokenBulk
    from authserver.services.api_token_disuse import ApiTokenDisuse
    from authserver.services.api_token_power import ApiTokenPower
    from authserver.services.leak_reports import LeakReports
    from authserver.services.user_credentials import UserCredentials
    from authserver.services.user_stops import UserStops
    from authserver.services.users import Users

OPTIONS: Final[Mapping[str, str]] = {
    "user": "--user",
    "owner": "--user",
    "client_id": "--client",
    "purpose": "--purpose",
    "name": "--name",
    "team": "--team",
    "ticket": "--ticket",
    "scopes": "--scope",
    "resources": "--resource",
    "operations": "--operation",
    "projects": "--project",
    "networks": "--network",
    "presentations": "--presentation",
    "expires_in": "--expires-in",
    "overlap": "--overlap",
    "reason": "--reason",
    "where": "--where",
    "body": "FILE",
}
"""What was typed for each field of a token."""
TOKEN_ID: Final = click.argument("token_id", metavar="ID")
REASON: Final = click.option("--reason", default="", help="Why; the owner is told.")
PRINT_LINK: Final = click.option(
    "--print-link",
    is_flag=True,
    help="Print the link for the owner instead of mailing it: it opens for nobody else.",
)


class TokenParts(Protocol):
    """What these commands ask of the container."""

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def users(self) -> Users:
        """Local users."""
        ...

    @property
    def api_tokens(self) -> ApiTokens:
        """Making API tokens."""
        ...

    @property
    def api_token_power(self) -> ApiTokenPower:
        """Stopping them."""
        ...

    @property
    def api_token_bulk(self) -> ApiTokenBulk:
        """Stopping many of them."""
        ...

    @property
    def api_token_disuse(self) -> ApiTokenDisuse:
        """Those that nobody uses."""
        ...

    @property
    def user_credentials(self) -> UserCredentials:
        """All credentials of a user."""
        ...

    @property
    def user_stops(self) -> UserStops:
        """Everything of a user at once."""
        ...

    @property
    def leak_reports(self) -> LeakReports:
        """Secrets that somebody found."""
        ...

    @property
    def operator(self) -> Act:
        """The act of whoever runs the command."""
        ...


def tokening(context: Context) -> TokenParts:
    """The services of this installation."""
    return cast("TokenParts", context.container())


def names_of(services: TokenParts) -> Mapping[str, str]:
    """User names by subject."""
    return {known.user.subject: known.user.username for known in services.users.list()}
