"""The kinds of lists in a policy document. An empty list means nobody or nothing."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.email_domains import domain_in_one_spelling
from authserver.domain.host_names import HOST_NAME
from authserver.domain.operations import is_canonical
from authserver.domain.users import canonical
from authserver.services.policy_places import REFUSED, Noun
from authserver.services.policy_values import Choice, Text, matching, printable_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from authserver.services.policy_places import Place
    from authserver.services.policy_values import Kind

MOST_ITEMS: Final = 1000
_ORIGIN: Final = re.compile(
    rf"https?://(?:{HOST_NAME}|\[[0-9a-f:.]{{2,45}}\])(?::[1-9][0-9]{{0,4}})?"
)
_DEFAULT_PORT: Final = re.compile(r"http://[^/]*:80|https://[^/]*:443")
_HIGHEST_PORT: Final = 65_535
_LONGEST_CLAIMED: Final = 200


@dataclass(frozen=True, slots=True)
class Items:
    """A list of values of one kind, none of them twice; `into` collects them."""

    noun: str
    kind: Kind
    into: Callable[[Iterable[Any]], Any]

    @property
    def said(self) -> str:
        """What is allowed, in words."""
        return f"a list of {self.noun}"

    def read(self, raw: object, place: Place) -> Any:
        """The collection; every item is looked at."""
        if not isinstance(raw, list):
            place.refuse(f"{self.said}, in square brackets")
            return REFUSED
        if len(raw) > MOST_ITEMS:
            place.refuse(f"at most {MOST_ITEMS} items")
            return REFUSED
        before = len(place.reading.problems)
        read: dict[Any, int] = {}
        for index, each in enumerate(raw):
            here = place.item(index)
            value = self.kind.read(each, here)
            if value is REFUSED:
                continue
            if value in read:
                here.refuse(f"is the same as {place.path}[{read[value]}]")
            read.setdefault(value, index)
        return REFUSED if len(place.reading.problems) > before else self.into(read)


def _canonical_path(raw: str) -> str | None:
    return raw if is_canonical(raw) else None


def _claimed_name(raw: str) -> str | None:
    text = canonical(raw.strip())
    return text if 0 < len(text) <= _LONGEST_CLAIMED and text.isprintable() else None


def _origin(raw: str) -> str | None:
    if _ORIGIN.fullmatch(raw) is None or raw != raw.lower() or _DEFAULT_PORT.fullmatch(raw):
        return None
    port = raw.rpartition(":")[2]
    return None if port.isdecimal() and int(port) > _HIGHEST_PORT else raw


@dataclass(frozen=True, slots=True)
class Network:
    """A network in CIDR notation; an address alone is the network of this address."""

    said: str = "a network like 10.0.0.0/8 or 2001:db8::/32, or an address"

    def read(self, raw: object, place: Place) -> Any:
        """The network in one spelling."""
        try:
            network = ipaddress.ip_network(raw) if isinstance(raw, str) else None
        except ValueError:
            place.refuse(self.said + _without_host_bits(str(raw)))
            return REFUSED
        if network is None:
            place.refuse(self.said)
        elif isinstance(network, ipaddress.IPv6Network) and (
            network.network_address.ipv4_mapped or network.network_address.scope_id
        ):
            # No caller's address is ever written so: the rule would reach nobody.
            place.refuse(self.said + "; IPv4 in its own notation, and without a zone")
        else:
            return str(network)
        return REFUSED


def _without_host_bits(raw: str) -> str:
    try:
        return f"; did you mean {ipaddress.ip_network(raw, strict=False)}?"
    except ValueError:
        return ""


GROUP: Final = Text("the name of a group", printable_text(100), Noun.GROUP)
CLIENT: Final = Text(
    "a client id, or for a provider's client <provider>:<its client id>",
    matching(r"[A-Za-z0-9][A-Za-z0-9._~-]{2,99}|[a-z0-9-]{1,63}:[\x21-\x7e]{1,200}"),
    Noun.CLIENT,
)
TOKEN: Final = Text("the id of an API token", matching(r"[A-Za-z0-9_-]{1,100}"), Noun.TOKEN)
SELECTOR: Final = Text(
    '"read", "write", "tag:<tag>", the name of an operation, or its method and path',
    printable_text(300),
    Noun.OPERATION,
)
_CLAIMED_NAME: Final = Text("a user name", _claimed_name)
_PROJECT: Final = Text("a key or an id", matching(r"[A-Za-z0-9~._-]{1,255}"))
_ORIGIN_TEXT: Final = Text(
    "an origin as browsers send it: https://app.example.com, in lower case, without path and "
    "default port",
    _origin,
)
_DOMAIN: Final = Text("a domain like example.com, without @ and *", domain_in_one_spelling)
_PATH: Final = Text(
    "a path like /rest/api/2/dashboard, below the site's base path, without slash at its end and "
    "without query",
    _canonical_path,
)
_METHOD: Final = Choice({method: method for method in ("GET", "POST", "PUT", "PATCH", "DELETE")})

GROUPS: Final = Items("groups", GROUP, frozenset)
CLIENTS: Final = Items("client ids", CLIENT, frozenset)
TOKENS: Final = Items("ids of API tokens", TOKEN, frozenset)
CLAIMED_NAMES: Final = Items("user names", _CLAIMED_NAME, frozenset)
NETWORKS: Final = Items("networks and addresses", Network(), tuple)
ORIGINS: Final = Items("origins", _ORIGIN_TEXT, frozenset)
DOMAINS: Final = Items("domains", _DOMAIN, frozenset)
SELECTORS: Final = Items("operations", SELECTOR, tuple)
PROJECTS: Final = Items("keys or ids of projects or spaces", _PROJECT, tuple)
PATHS: Final = Items("paths", _PATH, tuple)
METHODS: Final = Items("HTTP methods", _METHOD, frozenset)
