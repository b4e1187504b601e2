"""What an API token may be limited to: every field checked before anything is stored."""

from __future__ import annotations

import re
from ipaddress import IPv6Network, ip_network
from typing import TYPE_CHECKING, Final

from authserver.domain.access_details import AccessDetail
from authserver.domain.api_tokens import Presentation
from authserver.domain.errors import InvalidField
from authserver.domain.operation_selectors import check_selectors
from authserver.domain.resources import ResourceStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from authserver.domain.operations import OperationCatalogue
    from authserver.domain.ports import Stores
    from authserver.domain.resources import ProtectedResource, ResourceKind

MOST_SITES: Final = 20
MOST_SELECTORS: Final = 100
MOST_PROJECTS: Final = 100
MOST_NETWORKS: Final = 50
SHOWN: Final = 100
_PROJECT: Final = re.compile(r"[A-Za-z0-9~._-]{1,255}")
_EMPTY: Final = "at least one, or not at all: an empty list would let nothing pass"


class ApiTokenLimits:
    """Checks limits against the catalogue and the registered sites."""

    def __init__(
        self,
        *,
        scopes_of_kind: Mapping[ResourceKind, frozenset[str]],
        suggest: Callable[[str, frozenset[str]], Sequence[str]],
        operations: Callable[[], OperationCatalogue],
    ) -> None:
        """`suggest` finds names close to a mistyped scope; `operations` loads the catalogue."""
        self._scopes_of_kind = scopes_of_kind
        self._suggest = suggest
        self._operations = operations

    def sites(self, stores: Stores, names: Sequence[str]) -> list[ProtectedResource]:
        """The sites of these names.

        Raises:
            InvalidField: none is named, too many are, or one is not registered.
        """
        if not 1 <= len(set(names)) <= MOST_SITES:
            raise InvalidField(
                "resources",
                f"1 to {MOST_SITES} sites: a token that names no site can be used nowhere",
            )
        found = []
        for name in sorted(set(names)):
            site = stores.resources.get(name)
            if site is None or site.status is ResourceStatus.DELETED or not site.is_site:
                sites = (each.name for each in stores.resources.list() if each.is_site)
                known = ", ".join(sites) or "none yet"
                raise InvalidField("resources", f"names of registered sites ({known})")
            found.append(site)
        return found

    def scopes(self, names: Sequence[str], sites: Sequence[ProtectedResource]) -> frozenset[str]:
        """The scopes: each must mean something at one of the sites, and each site get one.

        Raises:
            InvalidField: names `scopes` and what is allowed.
        """
        if not names:
            raise InvalidField("scopes", "at least one: a token without scopes may do nothing")
        allowed = frozenset[str]().union(*(self._scopes_of_kind[each.kind] for each in sites))
        for name in names:
            if name not in allowed:
                raise InvalidField("scopes", self._not_known(name, allowed, sites))
        for site in sites:
            if self._scopes_of_kind[site.kind].isdisjoint(names):
                raise InvalidField(
                    "scopes", f"at least one of {site.kind}, or leave {site.name} out"
                )
        return frozenset(names)

    def details(
        self,
        sites: Sequence[ProtectedResource],
        operations: Sequence[str] | None,
        projects: Sequence[str] | None,
    ) -> tuple[AccessDetail, ...] | None:
        """The same operations and projects at each site; `None` for no limit.

        Raises:
            InvalidField: names `operations` or `projects` and what is allowed.
        """
        if operations is None and projects is None:
            return None
        _check_count("operations", operations, MOST_SELECTORS)
        _check_count("projects", projects, MOST_PROJECTS)
        for site in sites:
            product = self._operations().of_kind(site.kind)
            check_selectors(operations or (), product, "operations")
        if not all(_PROJECT.fullmatch(each) for each in projects or ()):
            raise InvalidField("projects", "keys or ids of projects or spaces")
        return tuple(
            AccessDetail(
                site.identifier,
                None if operations is None else tuple(dict.fromkeys(operations)),
                None if projects is None else tuple(dict.fromkeys(projects)),
            )
            for site in sites
        )

    def _not_known(
        self, name: str, allowed: frozenset[str], sites: Sequence[ProtectedResource]
    ) -> str:
        kinds = sorted({each.kind for each in sites})
        close = self._suggest(name, allowed)
        hint = f"; close to it: {', '.join(close)}" if close else ""
        named = name if name.isprintable() and len(name) <= SHOWN else "one of them"
        return (
            f"{named} is not a scope of {', '.join(kinds)} (authserver scope list "
            f"--resource-kind {kinds[0]} shows them){hint}"
        )


def checked_networks(texts: Sequence[str] | None) -> tuple[str, ...] | None:
    """Networks in one spelling; `None` for no limit.

    Raises:
        InvalidField: for `networks`, one is none, or the list is empty or too long.
    """
    if texts is None:
        return None
    _check_count("networks", texts, MOST_NETWORKS)
    return tuple(dict.fromkeys(map(_network, texts)))


def checked_presentations(
    names: Sequence[str] | None, allowed: frozenset[Presentation]
) -> frozenset[Presentation]:
    """How the token may be sent, of what policy allows; `None` means all of that.

    Raises:
        InvalidField: for `presentations`.
    """
    if not allowed:
        raise InvalidField("presentations", "none: policy lets API tokens be sent in no way")
    if names is None:
        return allowed
    if not names or not set(names) <= set(allowed):
        raise InvalidField("presentations", "one or more of " + ", ".join(sorted(allowed)))
    return frozenset(map(Presentation, names))


def _network(text: str) -> str:
    said = "networks like 203.0.113.0/24 or 2001:db8::/32, or addresses"
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        raise InvalidField("networks", said) from None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped:
        # No caller's address is ever written so: the limit would let nobody pass.
        raise InvalidField("networks", said + "; IPv4 in its own notation")
    return str(network)


def _check_count(field: str, values: Sequence[str] | None, most: int) -> None:
    if values is None:
        return
    if not values:
        raise InvalidField(field, _EMPTY)
    if len(values) > most:
        raise InvalidField(field, f"at most {most}")
