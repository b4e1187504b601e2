"""Who signs in where: by the domain of an address alone, whoever there is or is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.email_domains import domain_in_one_spelling, domain_of
from authserver.domain.users import canonical

if TYPE_CHECKING:
    from authserver.domain.ports import Stores
    from authserver.domain.providers import DomainRouting, Provider


def unmistakable_domain(address: str) -> str:
    """The domain of an address that a provider vouches for, in lower case and IDNA.

    Empty for none, and for one that two servers may read as two domains: some letters (`ß`) were
    once taken for others, and whoever owns the one does not own the other.
    """
    said = address.rpartition("@")[2].lower()
    found = domain_in_one_spelling(said) or ""
    is_the_same = said == found or said == found.encode("ascii").decode("idna")
    return found if is_the_same else ""


def route_of(stores: Stores, name: str) -> tuple[Provider, DomainRouting] | None:
    """The provider to which the address's domain leads, and how; `None`: anywhere.

    `name` is what somebody typed, read as names of accounts are. A domain of a provider that takes
    nobody now leads nowhere.
    """
    domain = domain_of(canonical(name.strip()))
    found = stores.providers.domain(domain) if domain else None
    provider = None if found is None else stores.providers.get(found.provider)
    if found is None or provider is None:
        return None
    return (provider, found.routing) if provider.is_enabled and provider.accepts_login else None
