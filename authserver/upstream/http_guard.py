"""Decides before anything is sent: may this URL be called, and at which addresses."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from authserver.domain.errors import InvalidField
from authserver.domain.outbound import (
    OutboundReason,
    OutboundRefused,
    OutboundUnavailable,
)
from authserver.upstream.http_addresses import address_refusal, is_public
from authserver.upstream.http_urls import Target, parse_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.outbound import OutboundPolicy
    from authserver.upstream.http_addresses import IPAddress
    from authserver.upstream.http_budget import Deadline
    from authserver.upstream.http_resolver import Resolver


class TargetGuard:
    """The policy, applied to URLs and to the addresses their hosts resolve to."""

    def __init__(self, policy: OutboundPolicy, resolver: Resolver) -> None:
        """Read the policy.

        Raises:
            InvalidField: a private origin is not an origin.
        """
        self._policy = policy
        self._resolver = resolver
        self._named = frozenset(_origin(text) for text in policy.private_origins)

    def target(self, url: str) -> Target:
        """The parsed URL, when its form, scheme and port are allowed; no lookup happens.

        Raises:
            OutboundRefused: otherwise.
        """
        target = parse_url(url)
        if target.origin in self._named:
            return target
        if target.scheme != "https":
            raise OutboundRefused(OutboundReason.SCHEME_REFUSED, "only https is called")
        if target.port not in self._policy.ports:
            raise OutboundRefused(OutboundReason.PORT_REFUSED, f"port {target.port} is not open")
        return target

    def addresses(self, target: Target, deadline: Deadline) -> tuple[IPAddress, ...]:
        """The addresses to connect to, each of them allowed; there is no second lookup.

        Raises:
            OutboundRefused: `address_refused` when any address is not allowed: a name that leads
                to a public and a private address is not half good.
            OutboundUnavailable: `dns_failed`.
        """
        if target.literal is not None:
            found: tuple[IPAddress, ...] = (target.literal,)
        else:
            found = self._look_up(target, deadline)
        named = target.origin in self._named
        for address in found:
            refusal = address_refusal(address, self._policy, named=named)
            if refusal is None and target.scheme == "http" and is_public(address):
                refusal = "a public address, and plain http is for private ones"
            if refusal is not None:
                raise OutboundRefused(OutboundReason.ADDRESS_REFUSED, refusal)
        return found

    def _look_up(self, target: Target, deadline: Deadline) -> tuple[IPAddress, ...]:
        limit = min(self._policy.resolve_seconds, deadline.remaining())
        detail = "the name has no address"
        texts: Sequence[str] = ()
        try:
            texts = self._resolver.resolve(target.host, target.port, timeout_seconds=limit)
            found = tuple(dict.fromkeys(ip_address(text) for text in texts))
        except TimeoutError:
            detail = "the lookup took too long"
        except OSError:
            detail = "the lookup failed"
        except ValueError:
            detail = "the lookup gave no addresses"
        else:
            if found:
                deadline.remaining()
                return found
        raise OutboundUnavailable(OutboundReason.DNS_FAILED, detail)


def _origin(text: str) -> str:
    allowed = "scheme://host or scheme://host:port each"
    try:
        target = parse_url(text)
    except OutboundRefused:
        raise InvalidField("private_origins", allowed) from None
    port = f":{target.port}"
    if text.lower().removesuffix(port) != target.origin.removesuffix(port):
        raise InvalidField("private_origins", allowed)
    return target.origin
