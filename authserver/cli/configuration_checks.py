"""Checks of what the settings say."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authserver.cli.checks import Check, Finding, Subject, blocker, ok, warning
from authserver.settings_kinds import is_everywhere

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONG_TOKEN_SECONDS: Final = 900
_ONE_IPV6_SITE: Final = 64
_WIDE_PREFIX: Final[Mapping[int, int]] = {4: 16, 6: 32}
_SAFE_WORKERS: Final = 2


def issuer(subject: Subject) -> Finding:
    """An https issuer, or plain http that never leaves this machine."""
    settings = subject.loaded.settings
    if settings.issuer.startswith("https://"):
        return ok(f"the issuer is {settings.issuer}")
    if not ip_address(settings.server.address).is_loopback and settings.server.unix_socket is None:
        return blocker(
            f"the issuer is {settings.issuer}, but the server listens on "
            f"{settings.server.address}: secrets would cross the network in clear",
            "set issuer to the https URL of the proxy in front, or server.address to 127.0.0.1",
        )
    port = urlsplit(settings.issuer).port
    if settings.server.unix_socket is None and port != settings.server.port:
        return warning(
            f"the issuer is {settings.issuer}, but the server listens on port "
            f"{settings.server.port}",
            "let issuer and server.port name the same port",
        )
    return warning(
        f"the issuer is {settings.issuer}: for one machine only, and sign-in cookies are sent "
        "without the Secure mark",
        "before others use this server, set issuer to an https URL and run authserver init on a "
        "new database",
    )


def listening(subject: Subject) -> Finding:
    """Only a proxy with TLS should face the network."""
    server = subject.loaded.settings.server
    if server.unix_socket is not None:
        return ok(f"listens on the Unix socket {server.unix_socket}")
    if ip_address(server.address).is_loopback:
        return ok(f"listens on {server.address}, port {server.port}")
    return warning(
        f"listens on {server.address}, without TLS",
        "listen on 127.0.0.1 or a Unix socket and let the reverse proxy face the network",
    )


def trusted_proxies(subject: Subject) -> Finding:
    """Whoever is trusted chooses the address that limits and policies see."""
    networks = [each for each in subject.loaded.settings.server.trusted_proxies if each != "unix"]
    if any(is_everywhere(each) for each in networks):
        return blocker(
            "server.trusted_proxies trusts every address: any caller chooses its own",
            "name the addresses of your proxies only",
        )
    wide = [each for each in networks if _is_wide(each)]
    if wide:
        return warning(
            f"server.trusted_proxies trusts whole networks: {', '.join(wide)}",
            "name the addresses of your proxies only",
        )
    return ok("only named proxies are trusted" if networks else "no proxy address is trusted")


def _is_wide(network: str) -> bool:
    parsed = ip_network(network)
    return parsed.prefixlen < _WIDE_PREFIX[parsed.version] and not parsed.is_loopback


def token_lifetimes(subject: Subject) -> Finding:
    """Short tokens limit what a stolen one is good for."""
    seconds = subject.loaded.settings.tokens.access_token_seconds
    if seconds > _LONG_TOKEN_SECONDS:
        return warning(
            f"access tokens live {seconds} seconds by default",
            f"set tokens.access_token_seconds to {_LONG_TOKEN_SECONDS} or less and give single "
            "clients more where they need it",
        )
    return ok(f"access tokens live {seconds} seconds by default")


def throttling(subject: Subject) -> Finding:
    """One host must not have many networks to fail from."""
    prefix = subject.loaded.settings.throttling.ipv6_prefix
    if prefix > _ONE_IPV6_SITE:
        return warning(
            f"throttling.ipv6_prefix is {prefix}: one host has many addresses in its /64",
            f"set throttling.ipv6_prefix to {_ONE_IPV6_SITE} or less",
        )
    return ok("failed credentials are counted per client and network")


def audit_anchor(subject: Subject) -> Finding:
    """Without a copy elsewhere nobody sees that the end of the record was cut off."""
    audit = subject.loaded.settings.audit
    if audit.anchor_file is None:
        return warning(
            "audit.anchor_file is not set: records cut off at the end would not be noticed",
            "set audit.anchor_file to a file out of reach of those who can write the database",
        )
    return ok(f"checkpoints are copied to {audit.anchor_file}")


def assertion_algorithms(subject: Subject) -> Finding:
    """RS256 has known weaknesses in careless readers, and FAPI 2.0 forbids it."""
    if subject.loaded.settings.clients.takes_rs256:
        return warning(
            "client assertions may be signed RS256, which FAPI 2.0 forbids",
            "set clients.assertion_rs256 to off as soon as no client needs it",
        )
    return ok("client assertions are signed ES256, PS256 or EdDSA")


def outbound(subject: Subject) -> Finding:
    """Every private network that may be called is a way into it."""
    networks = subject.loaded.settings.outbound.private_networks
    if any(is_everywhere(each) for each in networks):
        return blocker(
            "outbound.private_networks allows every address",
            "name the networks of your identity providers only",
        )
    if networks:
        return warning(
            f"this server may call private networks: {', '.join(networks)}",
            "use outbound.private_origins instead, which names single servers",
        )
    opened = subject.loaded.settings.outbound.client_origins
    if opened:
        return warning(
            f"URLs that clients registered may lead to {', '.join(opened)}",
            "empty outbound.client_origins unless these are your clients' own servers",
        )
    return ok("no private network may be called, and no private server because a client says so")


def workers(subject: Subject) -> Finding:
    """One worker is none while it restarts."""
    count = subject.loaded.settings.worker_count
    if count < _SAFE_WORKERS:
        return warning("there is one worker only", "set server.workers to 2 or more, or to 0")
    return ok(f"{count} workers")


def logging(subject: Subject) -> Finding:
    """Debugging is not for every day."""
    level = subject.loaded.settings.log_level
    if level == "debug":
        return warning("log_level is debug: logs grow quickly", "set log_level to info")
    return ok(f"log_level is {level}")


CONFIGURATION_CHECKS: Final = (
    Check("issuer", ("MD-01", "HT-01", "HT-04"), issuer),
    Check("listening", ("HT-01",), listening),
    Check("trusted-proxies", ("TK-12",), trusted_proxies),
    Check("token-lifetimes", ("TK-11",), token_lifetimes),
    Check("throttling", ("TK-12",), throttling),
    Check("audit-anchor", ("AU-04",), audit_anchor),
    Check("assertion-algorithms", ("CA-08",), assertion_algorithms),
    Check("outbound", ("HT-05",), outbound),
    Check("workers", (), workers),
    Check("logging", ("HT-04",), logging),
)
