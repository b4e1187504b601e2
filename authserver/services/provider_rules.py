"""What a provider may be like. What breaks a rule is refused whole, never left out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from authserver.domain.email_domains import check_domain
from authserver.domain.errors import InvalidField
from authserver.domain.group_rules import GROUP_CHARACTERS_MAX, GROUPS_MAX
from authserver.domain.providers import (
    EmailTrust,
    GroupSource,
    LogoutRule,
    ProviderAuth,
    ProviderKind,
    UserCreation,
)
from authserver.domain.scopes import is_scope_token
from authserver.domain.texts import check_text
from authserver.services.claim_pointers import is_readable
from authserver.services.provider_bearer_rules import checked_bearer
from authserver.services.provider_fields import (
    check_host,
    check_many,
    check_number,
    check_tenant,
    check_url,
    check_visible,
    check_word,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from enum import StrEnum

    from authserver.domain.ports import Stores
    from authserver.domain.providers import GroupsRule, Provider
    from authserver.services.provider_bearer_rules import KnownScopes
    from authserver.services.provider_drafts import ProviderChanges

    Word = TypeVar("Word", bound=StrEnum)

ALGORITHMS: Final = ("RS256", "ES256")
DAY: Final = 86_400
LONGEST_LIFE: Final = 3660 * DAY
LONGEST_DISPLAY_NAME: Final = 80
AMR: Final = "amr:"
KEPT_FOR: Final[Mapping[str, ProviderKind]] = {
    EmailTrust.DOMAIN_OWNER: ProviderKind.ENTRA,
    GroupSource.GRAPH: ProviderKind.ENTRA,
    GroupSource.OKTA_API: ProviderKind.OKTA,
    LogoutRule.COGNITO: ProviderKind.COGNITO,
    ProviderAuth.FEDERATED: ProviderKind.ENTRA,
}
"""Words that mean something at one kind of provider only."""


class ProviderRules:
    """Applies what is stated to a provider, field by field.

    `scopes` are ours; `opened` the origins that may be called over plain http.
    """

    def __init__(self, *, scopes: KnownScopes, opened: frozenset[str]) -> None:
        """Keep what the rules compare with."""
        self._scopes = scopes
        self.opened = opened

    def applied(self, stores: Stores, provider: Provider, changes: ProviderChanges) -> Provider:
        """The provider with the changes.

        Raises:
            InvalidField: names the field and what is allowed.
        """
        stated = {
            name: check(getattr(changes, name), provider.kind)
            for name, check in _CHECKS.items()
            if getattr(changes, name) is not None
        }
        if changes.discovery_url is not None:
            stated["discovery_url"] = check_url("discovery_url", changes.discovery_url, self.opened)
        after = replace(
            provider,
            **stated,
            tenants=_tenants(provider, changes),
            groups=_groups(provider, changes),
            bearer=checked_bearer(stores, provider, changes.bearer, self._scopes),
        )
        _check_together(after)
        return after


def check_group(field: str, value: str) -> str:
    """A group as the provider writes it: compared exactly, so nothing is cut off or folded.

    Raises:
        InvalidField: it is empty, too long, has blanks at its ends or does not print.
    """
    if (
        not 0 < len(value) <= GROUP_CHARACTERS_MAX
        or not value.isprintable()
        or value != value.strip()
    ):
        raise InvalidField(
            field,
            f"a group exactly as the provider writes it, 1 to {GROUP_CHARACTERS_MAX} printable "
            "characters without blanks at the ends",
        )
    return value


def _word(field: str, words: type[Word]) -> Callable[[str, ProviderKind], Word]:
    def check(value: str, kind: ProviderKind) -> Word:
        foreign = [each for each in words if KEPT_FOR.get(each, kind) is not kind]
        return check_word(field, value, words, but=foreign)

    return check


def _each(
    field: str, check: Callable[[str, str], str]
) -> Callable[[Sequence[str], ProviderKind], frozenset[str]]:
    return lambda values, _: frozenset(check(field, each) for each in check_many(field, values))


def _algorithms(values: Sequence[str], kind: ProviderKind) -> frozenset[str]:
    # The three sign with this one alone; what else could come is not theirs.
    allowed = ALGORITHMS if kind is ProviderKind.OIDC else ALGORITHMS[:1]
    if not values or not set(values) <= set(allowed):
        raise InvalidField("algorithms", "one or more of " + ", ".join(allowed))
    return frozenset(values)


def _scopes(values: Sequence[str], _: ProviderKind) -> tuple[str, ...]:
    names = check_many("scopes", values)
    if "openid" not in names:
        raise InvalidField("scopes", "openid among them: without it nobody says who signed in")
    if "offline_access" in names:
        raise InvalidField("scopes", "without offline_access: no token of a provider is kept")
    if not all(is_scope_token(each) for each in names):
        raise InvalidField("scopes", "names of scopes, without blanks, quotes and backslashes")
    return names


def _acrs(values: Mapping[str, str], _: ProviderKind) -> Mapping[str, str]:
    check_many("acrs", values)
    for theirs, ours in values.items():
        check_visible("acrs", theirs.removeprefix(AMR))
        check_visible("acrs", ours)
    return dict(values)


def _living(value: int, _: ProviderKind) -> int:
    if value and not DAY <= value <= LONGEST_LIFE:
        raise InvalidField("living_seconds", "a day to ten years, or 0 for ever")
    return value


_CHECKS: Final[Mapping[str, Callable[[Any, ProviderKind], Any]]] = {
    "display_name": lambda value, _: check_text(
        "display_name", value, longest=LONGEST_DISPLAY_NAME
    ),
    "client_id": lambda value, _: check_visible("client_id", value),
    "auth": _word("auth", ProviderAuth),
    "algorithms": _algorithms,
    "scopes": _scopes,
    "uses_userinfo": lambda value, _: bool(value),
    "accepts_login": lambda value, _: bool(value),
    "is_linkable": lambda value, _: bool(value),
    "email_trust": _word("email_trust", EmailTrust),
    "logout": _word("logout", LogoutRule),
    "acrs": _acrs,
    "endpoint_hosts": _each("endpoint_hosts", check_host),
    "creation": _word("creation", UserCreation),
    "creation_groups": _each("creation_groups", check_group),
    "creation_domains": _each("creation_domains", check_domain),
    "living_seconds": _living,
}
"""Fields that stand for themselves."""


def _tenants(provider: Provider, changes: ProviderChanges) -> frozenset[str]:
    stated = changes.tenants
    if stated is None and not changes.add_tenants and not changes.remove_tenants:
        return provider.tenants
    if provider.kind is not ProviderKind.ENTRA:
        raise InvalidField("tenants", "for entra only")
    if not provider.serves_many_tenants:
        raise InvalidField(
            "tenants",
            "for a provider that was added with --tenants: this one's issuer names its only tenant",
        )
    before: Iterable[str] = provider.tenants if stated is None else stated
    gone = {each.lower() for each in changes.remove_tenants}
    kept = [each for each in before if each.lower() not in gone]
    together = check_many("tenants", [*kept, *changes.add_tenants])
    return frozenset(check_tenant("tenants", each) for each in together)


def _groups(provider: Provider, changes: ProviderChanges) -> GroupsRule:
    rule = provider.groups
    if changes.groups_source is not None:
        source = _word("groups_source", GroupSource)(changes.groups_source, provider.kind)
        rule = replace(rule, source=source)
    if changes.groups_claim is not None:
        rule = replace(rule, claim=_claim(changes.groups_claim))
    if changes.groups_limit is not None:
        limit = check_number("groups_limit", changes.groups_limit, 0, GROUPS_MAX)
        rule = replace(rule, limit=limit)
    if changes.directory_client_id is not None:
        client_id = changes.directory_client_id
        if client_id:
            check_visible("directory_client_id", client_id)
        rule = replace(rule, directory_client_id=client_id)
    if rule.source is not GroupSource.NONE and not rule.claim:
        raise InvalidField("groups_claim", "the claim's name, while groups are read at all")
    return rule


def _claim(value: str) -> str:
    claim = check_text("groups_claim", value, longest=GROUP_CHARACTERS_MAX, required=False)
    if claim and not is_readable(claim):
        raise InvalidField("groups_claim", "a claim's name, or a JSON pointer with ~0 and ~1 alone")
    return claim


def _check_together(provider: Provider) -> None:
    """Fields that need each other."""
    if provider.creation_groups and provider.groups.source is GroupSource.NONE:
        raise InvalidField(
            "creation_groups", "only while groups are read: its groups source is none"
        )
    if provider.creation_domains and provider.email_trust is EmailTrust.NEVER:
        raise InvalidField(
            "creation_domains",
            "only where an address can count as verified: its e-mail trust is never",
        )
    if provider.kind is ProviderKind.ENTRA and provider.email_trust is EmailTrust.VERIFIED:
        raise InvalidField(
            "email_trust", "never or domain-owner: Entra ID says nothing of verified addresses"
        )
    if provider.kind is ProviderKind.COGNITO and provider.logout not in {
        LogoutRule.NONE,
        LogoutRule.COGNITO,
    }:
        raise InvalidField("logout", "none or cognito: it has a way of its own")
