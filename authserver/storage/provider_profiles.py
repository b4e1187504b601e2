"""What a provider has beside its columns, as the text of one: see `client_profiles`.

Only what differs from the defaults is written. So rows that are older than a member load, and a
default never changes its meaning: a test spells them all. Secrets are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.providers import (
    DEFAULT_LIVING_DAYS,
    BearerRule,
    EmailTrust,
    GroupSource,
    GroupsRule,
    LogoutRule,
    UserCreation,
)
from authserver.storage.json_texts import Members, coded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.providers import Provider


@dataclass(frozen=True, slots=True)
class ProviderProfile:
    """The members of `Provider` that have a default."""

    tenants: frozenset[str] = frozenset()
    algorithms: frozenset[str] = frozenset({"RS256"})
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    uses_userinfo: bool = True
    sends_issuer: bool = False
    accepts_login: bool = True
    email_trust: EmailTrust = EmailTrust.NEVER
    groups: GroupsRule = field(default_factory=GroupsRule)
    acrs: Mapping[str, str] = field(default_factory=dict)
    logout: LogoutRule = LogoutRule.NONE
    endpoint_hosts: frozenset[str] = frozenset()
    creation: UserCreation = UserCreation.OFF
    creation_groups: frozenset[str] = frozenset()
    creation_domains: frozenset[str] = frozenset()
    is_linkable: bool = True
    living_seconds: int = DEFAULT_LIVING_DAYS * 86_400
    bearer: BearerRule = field(default_factory=BearerRule)

    def values(self) -> dict[str, Any]:
        """The members by name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


PLAIN: Final = ProviderProfile()
_SECRET: Final = "directory_secret"  # noqa: S105 - a column's name


def profile_text(provider: Provider) -> str:
    """The profile as a JSON object."""
    values = {each.name: getattr(provider, each.name) for each in fields(ProviderProfile)}
    return coded(_differences(values, PLAIN.values()))


def profile_from(text: str, name: str, *, directory_secret: bytes) -> ProviderProfile:
    """The profile in a row. Raises StorageUnavailable for anything `profile_text` never writes."""
    members = Members(text, f"profile of provider {name!r}")
    profile = ProviderProfile(
        tenants=_set(members, "tenants", PLAIN.tenants),
        algorithms=_set(members, "algorithms", PLAIN.algorithms),
        scopes=members.texts("scopes", PLAIN.scopes),
        uses_userinfo=members.flag("uses_userinfo", default=PLAIN.uses_userinfo),
        sends_issuer=members.flag("sends_issuer", default=PLAIN.sends_issuer),
        accepts_login=members.flag("accepts_login", default=PLAIN.accepts_login),
        email_trust=members.choice("email_trust", EmailTrust, PLAIN.email_trust),
        groups=_groups(members.members("groups", {}), directory_secret),
        acrs=members.texts_by_name("acrs"),
        logout=members.choice("logout", LogoutRule, PLAIN.logout),
        endpoint_hosts=_set(members, "endpoint_hosts", PLAIN.endpoint_hosts),
        creation=members.choice("creation", UserCreation, PLAIN.creation),
        creation_groups=_set(members, "creation_groups", PLAIN.creation_groups),
        creation_domains=_set(members, "creation_domains", PLAIN.creation_domains),
        is_linkable=members.flag("is_linkable", default=PLAIN.is_linkable),
        living_seconds=members.number("living_seconds", PLAIN.living_seconds),
        bearer=_bearer(members.members("bearer", {})),
    )
    members.finish()
    return profile


def _groups(members: Members, directory_secret: bytes) -> GroupsRule:
    plain = PLAIN.groups
    rule = GroupsRule(
        source=members.choice("source", GroupSource, plain.source),
        claim=members.text("claim", plain.claim),
        limit=members.number("limit", plain.limit),
        directory_client_id=members.text("directory_client_id", plain.directory_client_id),
        directory_secret=directory_secret,
    )
    members.finish()
    return rule


def _bearer(members: Members) -> BearerRule:
    plain = PLAIN.bearer
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


def _differences(values: Mapping[str, Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _plain_json(value)
        for name, value in values.items()
        if name != _SECRET and _plain_json(value) != _plain_json(plain[name])
    }


def _plain_json(value: object) -> Any:
    """The value as JSON has it; of a rule only what differs from its own defaults."""
    if isinstance(value, GroupsRule | BearerRule):
        rule = {each.name: getattr(value, each.name) for each in fields(value)}
        plain = PLAIN.groups if isinstance(value, GroupsRule) else PLAIN.bearer
        return _differences(rule, {each.name: getattr(plain, each.name) for each in fields(value)})
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, dict):
        return {name: _plain_json(each) for name, each in sorted(value.items())}
    return value
