"""The options of `authserver provider` that say how a provider is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from authserver.cli.client_profile_options import OptionalDuration
from authserver.cli.providing import pairs, unless_empty
from authserver.domain.providers import (
    EmailTrust,
    GroupSource,
    LogoutRule,
    ProviderAuth,
    UserCreation,
)
from authserver.services.provider_drafts import ProviderChanges
from authserver.services.provider_rules import ALGORITHMS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

_Command = TypeVar("_Command", bound="Callable[..., Any]")
_MANY: Final = "Repeatable; an empty one for none."
FOR_EVER: Final = -1
"""What `none` is, typed as a duration."""

FIELDS: Final[Mapping[str, str]] = {
    "name": "NAME",
    "kind": "KIND",
    "client_id": "--client-id",
    "secret": "--secret-file",
    "secret_expires_in": "--secret-expires-in",
    "issuer": "--issuer",
    "authority": "--authority",
    "tenant": "--tenant",
    "tenants": "--tenants",
    "pool": "--pool",
    "domain": "--domain",
    "display_name": "--display-name",
    "discovery_url": "--discovery",
    "auth": "--auth",
    "algorithms": "--algorithm",
    "scopes": "--scope",
    "email_trust": "--email-trust",
    "groups_source": "--groups-source",
    "groups_claim": "--groups-claim",
    "groups_limit": "--groups-limit",
    "directory_client_id": "--directory-client-id",
    "acrs": "--acr",
    "logout": "--logout",
    "endpoint_hosts": "--endpoint-host",
    "creation": "--creation",
    "creation_groups": "--creation-group",
    "creation_domains": "--creation-domain",
    "living_seconds": "--living",
}
"""What was typed for each field of a provider."""


def _choice(words: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([each.value for each in words])


_OPTIONS: Final = (
    click.option("--display-name", help="What people read on the button."),
    click.option(
        "--auth",
        type=_choice(ProviderAuth),
        help="How we authenticate there. private_key_jwt and federated need no secret: the "
        "provider reads our keys.",
    ),
    click.option(
        "--scope", "scopes", multiple=True, help="What is asked for at sign-in. Repeatable."
    ),
    click.option(
        "--login/--no-login", "accepts_login", default=None, help="Whether people sign in with it."
    ),
    click.option(
        "--linkable/--not-linkable",
        "is_linkable",
        default=None,
        help="Whether users may connect it to the account they have.",
    ),
    click.option(
        "--creation",
        type=_choice(UserCreation),
        help="Whether whoever signs in for the first time becomes a user; off unless given.",
    ),
    click.option(
        "--creation-group",
        "creation_groups",
        multiple=True,
        help=f"Only members of this group of the provider's become users. {_MANY}",
    ),
    click.option(
        "--creation-domain",
        "creation_domains",
        multiple=True,
        help=f"Only people with a verified address of this domain become users. {_MANY}",
    ),
    click.option(
        "--living",
        "living_seconds",
        type=OptionalDuration(),
        help="How long a user lives without a sign-in or check there, like 30d (which is the "
        "default), or none for ever. After that API tokens and grants rest until the next one.",
    ),
    click.option(
        "--email-trust",
        type=_choice(EmailTrust),
        help="When its e-mail addresses count as verified.",
    ),
    click.option(
        "--groups-source",
        type=_choice(GroupSource),
        help="Where groups come from: a claim; the claim and, where it overflows, Microsoft Graph "
        "or Okta's API.",
    ),
    click.option("--groups-claim", help="The name of the claim with groups."),
    click.option(
        "--groups-limit",
        type=int,
        help="At how many groups the provider cuts the list off; 0: never.",
    ),
    click.option(
        "--directory-client-id",
        help="The application that reads Microsoft Graph, where it is another one.",
    ),
    click.option(
        "--acr",
        "acrs",
        multiple=True,
        metavar="THEIRS=OURS",
        help=f"What an acr of theirs, or amr:VALUE, means here. {_MANY}",
    ),
    click.option(
        "--logout", type=_choice(LogoutRule), help="How people are signed out there, too."
    ),
    click.option(
        "--userinfo/--no-userinfo", "uses_userinfo", default=None, help="Whether userinfo is asked."
    ),
    click.option(
        "--algorithm",
        "algorithms",
        multiple=True,
        type=click.Choice(ALGORITHMS),
        help="How its tokens may be signed. Repeatable.",
    ),
    click.option(
        "--endpoint-host",
        "endpoint_hosts",
        multiple=True,
        help=f"A host beside the issuer's at which endpoints may be. {_MANY}",
    ),
)


def usage_options(command: _Command) -> _Command:
    """How the provider is used; what is not stated stays as it is (or as the preset has it)."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def stated_changes(stated: Mapping[str, Any], **further: Any) -> ProviderChanges:
    """What the options say. Raises click.UsageError."""
    many = ("endpoint_hosts", "creation_groups", "creation_domains", "scopes", "algorithms")
    plain = (
        *("display_name", "auth", "accepts_login", "is_linkable", "creation", "email_trust"),
        *("groups_source", "groups_claim", "groups_limit", "directory_client_id", "logout"),
        "uses_userinfo",
    )
    acrs = unless_empty(stated["acrs"])
    living = stated["living_seconds"]
    said: dict[str, Any] = {name: stated[name] for name in plain}
    said |= {name: unless_empty(stated[name]) for name in many}
    said["acrs"] = None if acrs is None else pairs(acrs, "--acr")
    said["living_seconds"] = 0 if living == FOR_EVER else living
    return ProviderChanges(**said, **further)
