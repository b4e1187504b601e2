"""What a user is asked to allow, in words: who asks, where, what, how bad it can get, how long."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from authserver.domain.scopes import USER_SCOPES, Product, Risk
from authserver.services.refresh_rules import OFFLINE_ACCESS, may_refresh

if TYPE_CHECKING:
    from authserver.domain.access_details import AccessDetail
    from authserver.domain.clients import Client
    from authserver.domain.consents import Consent
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.scopes import ScopeCatalogue
    from authserver.services.refresh_rules import RefreshTimes


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One scope in plain words; `is_new` when it was not allowed before but others were."""

    name: str
    title: str
    risk: Risk
    is_new: bool


@dataclass(frozen=True, slots=True)
class ScopeGroup:
    """Scopes of one product, the worst first; `product` is `None` for what is about the user."""

    product: Product | None
    lines: tuple[ScopeLine, ...]

    @property
    def worst(self) -> Risk:
        """The worst that its holder can do."""
        return self.lines[0].risk


@dataclass(frozen=True, slots=True)
class Site:
    """The protected resource, as people know it."""

    name: str
    url: str


class Duration(StrEnum):
    """How long what is allowed goes on without asking again."""

    ONCE = "once"
    """Until the access token is over."""
    SESSION = "session"
    """While the user stays signed in."""
    OFFLINE = "offline"
    """Also while the user is away."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Seconds: of one access token; unused, and at most, of what comes after it."""

    duration: Duration
    access_seconds: int
    idle_seconds: int
    absolute_seconds: int


@dataclass(frozen=True, slots=True)
class ConsentQuestion:
    """Everything a page says before the user decides; every text in it is untrusted."""

    client_id: str
    client_name: str
    publisher: str
    client_uri: str
    policy_uri: str
    tos_uri: str
    is_dynamic: bool
    site: Site | None
    groups: tuple[ScopeGroup, ...]
    lifetime: Lifetime
    limits: tuple[AccessDetail, ...] | None = None
    """What the client asks for no more than: each one alone, operations with projects."""

    @property
    def worst(self) -> Risk:
        """The worst that is asked for."""
        return max((group.worst for group in self.groups), key=_SEVERITY.index, default=Risk.READ)

    @property
    def count(self) -> int:
        """How many scopes are asked for."""
        return sum(len(group.lines) for group in self.groups)


_SEVERITY: Final = tuple(Risk)
_ABOUT_USER: Final = ("openid", "profile", "email", "groups", OFFLINE_ACCESS)
"""In the order in which they tell more."""
_PRODUCTS: Final = tuple(Product)


class ConsentQuestions:
    """Puts scopes into words."""

    def __init__(self, *, catalogue: ScopeCatalogue, refresh_times: RefreshTimes) -> None:
        """`catalogue` knows every scope; `refresh_times` are the server's own."""
        self._catalogue = catalogue
        self._refresh_times = refresh_times

    def question(
        self,
        client: Client,
        resource: ProtectedResource | None,
        scopes: frozenset[str],
        remembered: Consent | None,
        *,
        has_session: bool = True,
        details: tuple[AccessDetail, ...] | None = None,
    ) -> ConsentQuestion:
        """The question about `scopes` at a site (`None`: signing in alone).

        `has_session` is False for a device: nothing of its grant ends with a session.
        """
        profile = client.profile
        known = frozenset[str]() if remembered is None else remembered.scopes
        return ConsentQuestion(
            client_id=client.client_id,
            client_name=client.name,
            publisher=profile.publisher,
            client_uri=profile.client_uri,
            policy_uri=profile.policy_uri,
            tos_uri=profile.tos_uri,
            is_dynamic=profile.is_dynamic,
            site=site_of(resource),
            groups=self.groups(scopes, scopes - known if known else frozenset()),
            lifetime=self._lifetime(client, scopes, has_session=has_session),
            limits=details,
        )

    def groups(
        self, scopes: frozenset[str], new: frozenset[str] = frozenset()
    ) -> tuple[ScopeGroup, ...]:
        """Scopes by product: first what is about the user, then the products in their order."""
        by_product: dict[Product | None, list[ScopeLine]] = {}
        for name in sorted(scopes):
            info = self._catalogue.find(name)
            about_user = name in USER_SCOPES
            product = None if info is None or about_user else info.product
            line = ScopeLine(
                name=name,
                # A scope that the catalogue lost since it was allowed.
                title=name if info is None else info.title,
                risk=Risk.ADMIN if info is None else info.risk,
                is_new=name in new,
            )
            by_product.setdefault(product, []).append(line)
        return tuple(
            ScopeGroup(product, tuple(sorted(lines, key=_worst_first)))
            for product, lines in sorted(by_product.items(), key=lambda item: _order(item[0]))
        )

    def _lifetime(self, client: Client, scopes: frozenset[str], *, has_session: bool) -> Lifetime:
        bound = has_session and OFFLINE_ACCESS not in scopes
        duration = Duration.ONCE
        if may_refresh(client, scopes, session_bound=bound):
            duration = Duration.SESSION if bound else Duration.OFFLINE
        times = self._refresh_times.of(client)
        return Lifetime(
            duration, client.access_token_seconds, times.idle_seconds, times.absolute_seconds
        )


def site_of(resource: ProtectedResource | None) -> Site | None:
    """The site as people know it; `None` for signing in alone."""
    return None if resource is None else Site(resource.name, resource.url)


def _worst_first(line: ScopeLine) -> tuple[int, int, str]:
    told = _ABOUT_USER.index(line.name) if line.name in _ABOUT_USER else 0
    return -_SEVERITY.index(line.risk), told, line.title.casefold()


def _order(product: Product | None) -> int:
    return -1 if product is None else _PRODUCTS.index(product)
