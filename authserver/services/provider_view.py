"""Identity providers and their people, as a worker remembers them under the authority's lease."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.authority import ChangeKind
from authserver.domain.external_tokens import DenialKind
from authserver.domain.provider_issuers import issuer_templates, tenant_in
from authserver.services.remembering import Remembered
from authserver.services.scope_ceilings import ceilings_of, together

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.external_tokens import ExternalToken
    from authserver.domain.group_rules import GroupRule
    from authserver.domain.identities import Identity
    from authserver.domain.ports import Database, Stores
    from authserver.domain.providers import Provider
    from authserver.domain.users import User
    from authserver.services.authority import AuthorityView

_ALL: Final = ""
"""The one key under which all providers are remembered together."""
_EVER: Final = 0.0
"""Denials are read as of then: one that is over reaches nothing that still counts."""


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """A provider with its group rules, and until when of what is denied (epoch seconds)."""

    provider: Provider
    rules: Sequence[GroupRule]
    denials: Mapping[tuple[DenialKind, str], float]

    def denies(self, token: ExternalToken) -> bool:
        """Whether the token, its session, its person or its client is on the list."""
        if not self.denials:
            return False
        named = (
            (DenialKind.TOKEN, token.token_id),
            (DenialKind.TOKEN, token.session_id),
            (DenialKind.SUBJECT, token.subject_key),
            (DenialKind.CLIENT, token.client_id),
        )
        # Nobody can be denied by an empty value: there are tokens without session and person.
        reached = (self.denials.get(each) for each in named if each[1])
        return any(until is not None and token.issued_at <= until for until in reached)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a person at a provider is here; `groups` are the local ones that its groups give.

    `ceilings` are the scopes that the user's groups give, by the providers that limit them.
    """

    identity: Identity
    user: User
    groups: frozenset[str]
    ceilings: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Known:
    """All providers; `exact` are those whose tokens have one issuer, by that."""

    by_name: Mapping[str, KnownProvider]
    exact: Mapping[str, Sequence[KnownProvider]]
    templates: Sequence[tuple[str, KnownProvider]] = field(repr=False)
    takes_bearers: bool


class ProviderView:
    """What calls need to know of providers. Only to be believed after `ensure_fresh`.

    There are few providers, so all are read at once: an issuer that nobody configured costs no
    look at the database, however many strangers invent.
    """

    def __init__(self, database: Database, view: AuthorityView) -> None:
        """Know nothing yet; forget providers and people when the authority says so."""
        self.authority = view
        self._providers: Remembered[str, _Known] = Remembered(
            database, view, ChangeKind.PROVIDER, _load, concerns=lambda *_: True
        )
        self._principals: Remembered[tuple[str, str], Principal] = Remembered(
            database,
            view,
            ChangeKind.USER,
            _load_principal,
            named=lambda principal: principal.user.subject,
        )

    @property
    def takes_bearers(self) -> bool:
        """Whether any provider's access tokens may count here at all."""
        return self._all.takes_bearers

    def get(self, name: str) -> KnownProvider | None:
        """By name; `None` also for a removed one. Raises StorageUnavailable."""
        return self._all.by_name.get(name)

    def for_issuer(self, issuer: str) -> Sequence[KnownProvider]:
        """Those whose tokens may say that they are from `issuer`, by name.

        Status, tenant and whether tokens count are for the caller to judge.

        Raises:
            StorageUnavailable: the database is needed and does not answer.
        """
        known = self._all
        exact = known.exact.get(issuer, ())
        if exact or not known.templates:
            return exact
        fitting = {
            each.provider.name: each
            for template, each in known.templates
            if tenant_in(template, issuer) is not None
        }
        return tuple(fitting[name] for name in sorted(fitting))

    def principal(self, provider: str, subject_key: str) -> Principal | None:
        """The user to whom a person at a provider is linked; `None` when there is none.

        Whether user and identity may act is for the caller to judge.

        Raises:
            StorageUnavailable: the database is needed and does not answer.
        """
        return self._principals.get((provider, subject_key))

    def ceiling(self, principal: Principal) -> frozenset[str] | None:
        """The scopes that a user's groups at all providers give; `None` where nothing limits them.

        Raises:
            StorageUnavailable: the database is needed and does not answer.
        """
        return self.ceiling_over(principal.ceilings)

    def ceiling_over(self, ceilings: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
        """The same of a user's ceilings by provider (`scope_ceilings.ceilings_of`)."""
        if not ceilings:
            return None
        known = self._all.by_name
        enabled = {name for name, each in known.items() if each.provider.is_enabled}
        return together(ceilings, enabled)

    @property
    def _all(self) -> _Known:
        known = self._providers.get(_ALL)
        assert known is not None  # noqa: S101 - _load always finds them, perhaps none
        return known


def denied_of(stores: Stores, provider: Provider) -> KnownProvider:
    """A provider with what is denied of it, but without its rules."""
    denials = {
        (each.kind, each.value): each.issued_until
        for each in stores.providers.denials(provider.name, _EVER)
    }
    return KnownProvider(provider, (), denials)


def _load(stores: Stores, _key: str) -> _Known:
    by_name = {}
    exact: dict[str, list[KnownProvider]] = {}
    templates = []
    for provider in stores.providers.list():
        rules = tuple(stores.providers.rules(provider.name))
        known = replace(denied_of(stores, provider), rules=rules)
        by_name[provider.name] = known
        of_tenants = issuer_templates(provider)
        if of_tenants:
            templates += [(template, known) for template in of_tenants]
        else:
            exact.setdefault(provider.issuer, []).append(known)
    return _Known(
        by_name,
        exact,
        tuple(templates),
        any(each.provider.bearer.is_on for each in by_name.values()),
    )


def _load_principal(stores: Stores, key: tuple[str, str]) -> Principal | None:
    identity = stores.identities.find(*key)
    user = None if identity is None else stores.users.get(identity.subject)
    if identity is None or user is None:
        return None
    groups = stores.identities.groups_by(key[0], user.subject)
    return Principal(identity, user, groups, ceilings_of(stores, user.subject))
