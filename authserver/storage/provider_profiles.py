"""What a provider has beside its columns, as the text of one: see `client_profiles`.

It holds the members of `Provider` that have a default, and of these only what differs from it. So
rows that are older than a member load, and a default never changes its meaning: a test spells them
all. Secrets are not in it.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, replace
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.providers import (
    BearerRule,
    EmailTrust,
    GroupSource,
    GroupsRule,
    LogoutRule,
    UserCreation,
)
from authserver.storage.json_texts import Members, coded

if TYPE_CHECKING:
    from authserver.domain.providers import Provider

_SECRET: Final = "directory_secret"  # noqa: S105 - a column's name


def profile_text(provider: Provider) -> str:
    """The profile as a JSON object."""
    return coded(_differences(provider))


def with_profile(plain: Provider, text: str, *, directory_secret: bytes) -> Provider:
    """The provider in a row, from `plain`, which has its columns, and its profile.

    Raises:
        StorageUnavailable: for anything `profile_text` never writes.
    """
    members = Members(text, f"profile of provider {plain.name!r}")
    provider = replace(
        plain,
        tenants=_set(members, "tenants", plain.tenants),
        algorithms=_set(members, "algorithms", plain.algorithms),
        scopes=members.texts("scopes", plain.scopes),
        uses_userinfo=members.flag("uses_userinfo", default=plain.uses_userinfo),
        sends_issuer=members.flag("sends_issuer", default=plain.sends_issuer),
        accepts_login=members.flag("accepts_login", default=plain.accepts_login),
        email_trust=members.choice("email_trust", EmailTrust, plain.email_trust),
        groups=_groups(members.members("groups", {}), plain.groups, directory_secret),
        acrs=members.texts_by_name("acrs"),
        logout=members.choice("logout", LogoutRule, plain.logout),
        endpoint_hosts=_set(members, "endpoint_hosts", plain.endpoint_hosts),
        creation=members.choice("creation", UserCreation, plain.creation),
        creation_groups=_set(members, "creation_groups", plain.creation_groups),
        creation_domains=_set(members, "creation_domains", plain.creation_domains),
        is_linkable=members.flag("is_linkable", default=plain.is_linkable),
        living_seconds=members.number("living_seconds", plain.living_seconds),
        bearer=_bearer(members.members("bearer", {}), plain.bearer),
    )
    members.finish()
    return provider


def _groups(members: Members, plain: GroupsRule, directory_secret: bytes) -> GroupsRule:
    rule = GroupsRule(
        source=members.choice("source", GroupSource, plain.source),
        claim=members.text("claim", plain.claim),
        limit=members.number("limit", plain.limit),
        directory_client_id=members.text("directory_client_id", plain.directory_client_id),
        directory_secret=directory_secret,
    )
    members.finish()
    return rule


def _bearer(members: Members, plain: BearerRule) -> BearerRule:
    rule = BearerRule(
        is_on=members.flag("is_on", default=plain.is_on),
        audiences=_set(members, "audiences", plain.audiences),
        clients=members.texts_by_name("clients"),
        scopes={
            theirs: frozenset(ours) for theirs, ours in members.text_lists_by_name("scopes").items()
        },
        longest_seconds=members.number("longest_seconds", plain.longest_seconds),
        creates_users=members.flag("creates_users", default=plain.creates_users),
        for_exchange=members.flag("for_exchange", default=plain.for_exchange),
    )
    members.finish()
    return rule


def _set(members: Members, name: str, plain: frozenset[str]) -> frozenset[str]:
    return frozenset(members.texts(name, tuple(plain)))


def _differences(value: Provider | GroupsRule | BearerRule) -> dict[str, Any]:
    """The members that differ from their defaults, as JSON has them."""
    members = {
        name: (_plain_json(getattr(value, name)), _plain_json(default))
        for name, default in _defaults(type(value)).items()
        if name != _SECRET
    }
    return {name: member for name, (member, default) in members.items() if member != default}


def _defaults(kind: type[Provider | GroupsRule | BearerRule]) -> dict[str, Any]:
    """What a member is by default, where it has one."""
    defaults = {}
    for each in fields(kind):
        if each.default is not MISSING:
            defaults[each.name] = each.default
        elif each.default_factory is not MISSING:
            defaults[each.name] = each.default_factory()
    return defaults


def _plain_json(value: object) -> Any:
    """The value as JSON has it."""
    if isinstance(value, GroupsRule | BearerRule):
        return _differences(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, dict):
        return {name: _plain_json(each) for name, each in sorted(value.items())}
    return value
