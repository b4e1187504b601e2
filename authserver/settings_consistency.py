"""Rules between settings: what each allows alone may contradict another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authserver.settings_mail import NO_TLS
from authserver.settings_rates import contradictions_of_rates

CLOCK_SKEW_SECONDS: Final = 60
"""How far the clocks of verifiers may be behind ours."""

OWN_SEGMENTS: Final = frozenset(
    {
        "access",
        "account",
        "admin",
        "assets",
        "consent",
        "device",
        "gateway",
        "leaks",
        "livez",
        "login",
        "logout",
        "metrics",
        "oauth2",
        "readyz",
        "select-account",
        "signed-out",
        "static",
    }
)
"""What our own paths begin with: below an issuer path that begins alike nobody could tell them."""

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.settings import Settings


def contradictions(settings: Settings) -> Iterator[str]:
    """One line for each rule that is broken, naming the fields on both sides."""
    tokens, keys = settings.tokens, settings.keys
    if urlsplit(settings.issuer).path.partition("/")[2].partition("/")[0] in OWN_SEGMENTS:
        yield (
            "issuer: its path must not begin like one of this server's own paths: "
            f"/{', /'.join(sorted(OWN_SEGMENTS))}"
        )
    if tokens.access_token_seconds > tokens.access_token_max_seconds:
        yield (
            "tokens.access_token_seconds: must not exceed tokens.access_token_max_seconds "
            f"({tokens.access_token_max_seconds})"
        )
    if keys.announce_seconds <= keys.jwks_max_age_seconds:
        yield (
            "keys.announce_seconds: must exceed keys.jwks_max_age_seconds "
            f"({keys.jwks_max_age_seconds}), or verifiers meet signatures of keys they have not "
            "seen"
        )
    if keys.keep_seconds <= tokens.access_token_max_seconds + CLOCK_SKEW_SECONDS:
        yield (
            "keys.keep_seconds: must exceed tokens.access_token_max_seconds by more than "
            f"{CLOCK_SKEW_SECONDS}, or valid tokens lose their key"
        )
    if settings.database.is_sqlite and settings.database.password_file is not None:
        yield "database.password_file: only for a postgresql database.url"
    if "unix" in settings.server.trusted_proxies and settings.server.unix_socket is None:
        yield "server.trusted_proxies: unix needs server.unix_socket"
    yield from _listeners(settings)
    yield from _mail(settings)
    yield from contradictions_of_rates(settings.rates)


def _listeners(settings: Settings) -> Iterator[str]:
    server, metrics = settings.server, settings.metrics
    if server.unix_socket is None and server.port == metrics.port:
        yield "metrics.port: must differ from server.port"
    if metrics.port and metrics.key_file is not None:
        yield "metrics.port: set either metrics.port or metrics.key_file, not both"


def _mail(settings: Settings) -> Iterator[str]:
    mail = settings.mail
    if mail.is_on and not mail.sender:
        yield "mail.sender: must say who mail is from when mail.host is set"
    if mail.username and mail.security == NO_TLS:
        yield "mail.username: needs mail.security starttls or tls, or the password goes in clear"
    if bool(mail.username) != (mail.password_file is not None):
        yield "mail.password_file: set both mail.username and mail.password_file, or neither"
    if mail.connect_seconds > mail.total_seconds:
        yield "mail.connect_seconds: must not exceed mail.total_seconds"
