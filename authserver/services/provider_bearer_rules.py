"""Which of a provider's access tokens count: what may be said of that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.clients import ClientStatus
from authserver.domain.entra_clouds import GRAPH_AUDIENCES
from authserver.domain.errors import InvalidField
from authserver.domain.providers import ProviderKind
from authserver.domain.resources import SITE_KINDS
from authserver.domain.scopes import USER_SCOPES
from authserver.services.provider_fields import check_many, check_number, check_visible
from authserver.services.provider_presets import is_okta_org_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from authserver.domain.ports import Stores
    from authserver.domain.providers import BearerRule, Provider
    from authserver.domain.resources import ResourceKind
    from authserver.services.provider_drafts import BearerChanges

SHORTEST_LIFE: Final = 60
LONGEST_LIFE: Final = 7 * 86_400
"""Longer than any of the three makers' products lets an access token live."""
FEW: Final = 3


@dataclass(frozen=True, slots=True)
class KnownScopes:
    """Our own scopes by kind of resource; `suggest` finds those that look like a name."""

    of_kind: Mapping[ResourceKind, frozenset[str]]
    suggest: Callable[[str, Iterable[str]], Sequence[str]]

    def check(self, field: str, name: str) -> str:
        """A scope for a site that this server knows. Raises InvalidField."""
        known = frozenset().union(*(self.of_kind.get(kind, ()) for kind in SITE_KINDS))
        if name in known:
            return name
        if name in USER_SCOPES:
            raise InvalidField(
                field, f"scopes of sites only; {name} is about users, at our userinfo"
            )
        near = ", ".join(list(self.suggest(name, known))[:FEW])
        hint = f"; close to it: {near}" if near else "; authserver scope list shows them"
        raise InvalidField(field, "scopes that this server knows" + hint)


def checked_bearer(
    stores: Stores, provider: Provider, changes: BearerChanges, scopes: KnownScopes
) -> BearerRule:
    """The provider's rule with the changes.

    Raises:
        InvalidField: names the field and what is allowed.
    """
    rule = provider.bearer
    switches: dict[str, Any] = {
        name: bool(stated)
        for name in ("is_on", "for_exchange", "creates_users")
        if (stated := getattr(changes, name)) is not None
    }
    rule = replace(rule, **switches)
    if changes.longest_seconds is not None:
        longest = check_number(
            "longest_seconds", changes.longest_seconds, SHORTEST_LIFE, LONGEST_LIFE
        )
        rule = replace(rule, longest_seconds=longest)
    rule = replace(
        rule,
        audiences=_audiences(provider, changes),
        clients=_clients(stores, rule.clients, changes),
        scopes=_scopes(rule.scopes, changes, scopes),
    )
    if (rule.is_on or rule.for_exchange) and is_okta_org_server(provider.kind, provider.issuer):
        raise InvalidField(
            "is_on" if rule.is_on else "for_exchange",
            "only with a custom authorization server (its issuer contains /oauth2/): access tokens "
            "of Okta's own server can be verified by nobody else",
        )
    return rule


def _audiences(provider: Provider, changes: BearerChanges) -> frozenset[str]:
    kept = sorted(provider.bearer.audiences - set(changes.remove_audiences))
    together = check_many("audiences", [*kept, *changes.add_audiences])
    for each in together:
        check_visible("audiences", each)
        if provider.kind is ProviderKind.ENTRA and each.rstrip("/") in GRAPH_AUDIENCES:
            raise InvalidField(
                "audiences", "those of your own API: Graph's tokens are for Graph alone"
            )
    return frozenset(together)


def _clients(
    stores: Stores, before: Mapping[str, str], changes: BearerChanges
) -> Mapping[str, str]:
    gone = set(changes.remove_clients)
    after = {theirs: ours for theirs, ours in before.items() if theirs not in gone}
    for theirs, ours in changes.clients.items():
        check_visible("clients", theirs)
        if ours:
            client = stores.clients.get(ours)
            if client is None or client.status is ClientStatus.DELETED:
                raise InvalidField(
                    "clients", "behind the = one of our clients; authserver client list shows them"
                )
        after[theirs] = ours
    check_many("clients", after)
    return after


def _scopes(
    before: Mapping[str, frozenset[str]], changes: BearerChanges, known: KnownScopes
) -> Mapping[str, frozenset[str]]:
    gone = set(changes.remove_scopes)
    after = {theirs: ours for theirs, ours in before.items() if theirs not in gone}
    for theirs, ours in changes.scopes.items():
        check_visible("scopes", theirs)
        if not ours:
            raise InvalidField("scopes", "at least one scope of ours for each of the provider's")
        after[theirs] = frozenset(known.check("scopes", each) for each in ours)
    check_many("scopes", after)
    return after
