"""Device authorizations: a device without a browser asks, a user answers elsewhere (RFC 8628)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

DEVICE_PREFIX: Final = "dc"
DEVICE_PURPOSE: Final = "device_code"
USER_CODE_PURPOSE: Final = "user_code"
DEVICE_SECONDS: Final = 600
POLL_SECONDS: Final = 5


class DeviceState(StrEnum):
    """Where a device authorization stands."""

    PENDING = "pending"
    ALLOWED = "allowed"
    DENIED = "denied"
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class DeviceAuthorization:
    """One request of a device; times are seconds since the epoch.

    Both digests are keyed under `pepper_id`; the user code is digested in its canonical form.
    `audience` and `resource` are as in `AuthorizationParameters`. `interval` is the least seconds
    between polls, which grows with `slow_down`. `grant_id` is set when a user allowed it.
    """

    digest: bytes = field(repr=False)
    user_code_digest: bytes = field(repr=False)
    pepper_id: str
    client_id: str
    scopes: frozenset[str]
    audience: str
    resource: str
    state: DeviceState
    interval: int
    created_at: float
    expires_at: float
    peer: str
    user_agent: str
    last_polled_at: float | None = None
    grant_id: str = ""
