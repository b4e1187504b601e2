"""Who signs in where: by the domain of an address alone, whoever there is or is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.users import canonical

if TYPE_CHECKING:
    from authserver.domain.ports import Stores
    from authserver.domain.providers import DomainRouting, Provider

_DOMAIN: Final = re.compile(
    r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+"
)
LONGEST_DOMAIN: Final = 253


def domain_of(address: str) -> str:
    """The domain of an e-mail address, in lower case and IDNA.

    Empty where there is none, or none that stands for one domain only: some letters (`ß`) were
    once taken for others, and two servers may disagree about what such a name means.
    """
    at, _, domain = address.rpartition("@")
    domain = domain.lower()
    if not at or len(domain) > LONGEST_DOMAIN:
        return ""
    try:
        encoded = domain.encode("idna")
        back = encoded.decode("idna")
    except UnicodeError:
        return ""
    text = encoded.decode("ascii")
    return text if domain in {back, text} and _DOMAIN.fullmatch(text) else ""


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
