"""Settings of what is allowed: lives of tokens, failures, calls to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.settings_fields import HOUR, setting
from authserver.settings_kinds import Choice, FilePath, Networks, Origins, WholeNumber

if TYPE_CHECKING:
    from pathlib import Path

ACCESS_TOKEN_CAP_SECONDS: Final = HOUR
"""Longest life of an access token, whatever a client is given."""
RS256_OFF: Final = "off"
"""The value of `clients.assertion_rs256` that keeps to what FAPI 2.0 allows."""


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """How long tokens live."""

    access_token_seconds: int = setting(
        WholeNumber(30, ACCESS_TOKEN_CAP_SECONDS),
        600,
        "Life of an access token unless its client says otherwise.",
        unit="seconds",
    )
    access_token_max_seconds: int = setting(
        WholeNumber(30, ACCESS_TOKEN_CAP_SECONDS),
        ACCESS_TOKEN_CAP_SECONDS,
        "Longest life that a client may be given.",
        unit="seconds",
    )


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """What clients may do, whoever registered them."""

    assertion_rs256: str = setting(
        Choice((RS256_OFF, "on")),
        RS256_OFF,
        "Whether the assertions of private_key_jwt may be signed RS256 too, which OpenID Connect "
        "has by default and FAPI 2.0 forbids. Then an RSA key whose alg says RS256 is for that "
        "alone; one that says nothing is for PS256.",
    )

    @property
    def takes_rs256(self) -> bool:
        """Whether RS256 is among the algorithms of client assertions."""
        return self.assertion_rs256 != RS256_OFF


@dataclass(frozen=True, slots=True)
class ThrottlingSettings:
    """What happens to callers that present wrong credentials again and again."""

    failures: int = setting(
        WholeNumber(3, 1000),
        20,
        "Wrong credentials in one window, per client and network, before the answer is 429. Ten "
        "times as many from one network, whatever the names, and every further one from there is "
        "answered so; right ones pass.",
        unit="failures",
    )
    window_seconds: int = setting(
        WholeNumber(10, HOUR), 60, "Length of the window.", unit="seconds"
    )
    ipv4_prefix: int = setting(
        WholeNumber(8, 32), 32, "How much of an IPv4 address names a network.", unit="bits"
    )
    ipv6_prefix: int = setting(
        WholeNumber(16, 128), 64, "How much of an IPv6 address names a network.", unit="bits"
    )


@dataclass(frozen=True, slots=True)
class OutboundSettings:
    """Calls that this server makes to others."""

    private_origins: tuple[str, ...] = setting(
        Origins(),
        [],
        "Origins that may be called although they live at a private or loopback address, or on a "
        "port other than 443: those of servers that an administrator configured.",
    )
    client_origins: tuple[str, ...] = setting(
        Origins(),
        [],
        "The same for URLs that clients registered (jwks_uri, backchannel_logout_uri). Name none "
        "here that must not be called by whoever may register a client.",
    )
    private_networks: tuple[str, ...] = setting(
        Networks(),
        [],
        "Private networks that names configured by an administrator may resolve to.",
    )
    ca_file: Path | None = setting(
        FilePath(optional=True),
        "",
        "PEM file with further certificate authorities to trust, beside the system's.",
    )
    connect_seconds: int = setting(
        WholeNumber(1, 60), 2, "How long connecting may take, TLS included.", unit="seconds"
    )
    total_seconds: int = setting(
        WholeNumber(1, 60), 5, "How long a whole call may take.", unit="seconds"
    )
