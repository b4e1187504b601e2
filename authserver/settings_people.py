"""Settings of what concerns people: sessions, sign-in, and clients that register themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from authserver.settings_fields import DAY, HOUR, YEAR_DAYS, setting
from authserver.settings_kinds import Choice, WholeNumber

REGISTRATION_OFF: Final = "off"
"""The value of `registration.mode` that lets nobody register clients."""


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How long a user stays signed in at a browser."""

    idle_seconds: int = setting(
        WholeNumber(60, 7 * DAY),
        HOUR,
        "How long a session lasts while nothing is done in it.",
        unit="seconds",
    )
    absolute_seconds: int = setting(
        WholeNumber(300, 30 * DAY),
        DAY,
        "How long a session lasts whatever is done in it.",
        unit="seconds",
    )


@dataclass(frozen=True, slots=True)
class SignInSettings:
    """Signing in with a local account."""

    password_characters_min: int = setting(
        WholeNumber(8, 64), 15, "Shortest password that a user may choose.", unit="characters"
    )
    failures_per_network: int = setting(
        WholeNumber(3, 1000),
        10,
        "Wrong passwords for one account from one network in one window before the answer is 429. "
        "Ten times as many from one network, whatever the accounts. A browser in which the "
        "account's owner has signed in before is counted by itself.",
        unit="failures",
    )
    failures_per_account: int = setting(
        WholeNumber(10, 10_000),
        100,
        "Wrong passwords for one account from everywhere in one window. After them only browsers "
        "in which its owner has signed in before may try.",
        unit="failures",
    )
    window_seconds: int = setting(
        WholeNumber(60, DAY), 900, "Length of the window.", unit="seconds"
    )


@dataclass(frozen=True, slots=True)
class RefreshSettings:
    """How long refresh tokens live."""

    idle_seconds: int = setting(
        WholeNumber(60, YEAR_DAYS * DAY),
        14 * DAY,
        "How long a refresh token lasts that nobody uses.",
        unit="seconds",
    )
    absolute_seconds: int = setting(
        WholeNumber(60, YEAR_DAYS * DAY),
        90 * DAY,
        "How long a grant lasts however often it is refreshed.",
        unit="seconds",
    )


@dataclass(frozen=True, slots=True)
class RegistrationSettings:
    """Clients that register themselves (RFC 7591)."""

    mode: str = setting(
        Choice((REGISTRATION_OFF, "token")),
        REGISTRATION_OFF,
        "Who may register clients at /oauth2/register. off: nobody. token: whoever has an initial "
        "access token.",
    )
    unused_days: int = setting(
        WholeNumber(1, 10 * YEAR_DAYS),
        90,
        "A client that registered itself and got no token for so long is removed.",
        unit="days",
    )
