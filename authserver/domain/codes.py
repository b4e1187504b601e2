"""Authorization codes: good once, for a minute, for one client at one redirect URI."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

CODE_SECONDS: Final = 60
CODE_PREFIX: Final = "ac"
CODE_PURPOSE: Final = "authorization_code"
"""Purpose of the keyed digest."""


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """A code as it is stored; the grant says what it is worth. Times are seconds since the epoch.

    `digest` is keyed under `pepper_id`. A spent code stays until its grant is over, so that a
    second presentation is noticed. `code_challenge` is S256, empty for an exempt client.
    """

    digest: bytes = field(repr=False)
    pepper_id: str
    grant_id: str
    client_id: str
    redirect_uri: str
    code_challenge: str
    issued_at: float
    expires_at: float
    spent_at: float | None = None
