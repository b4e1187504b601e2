"""What a provider publishes of itself: metadata and keys, kept in the database for all workers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

METADATA_FRESH_SECONDS: Final = 86_400.0
KEYS_FRESH_SECONDS: Final = 900.0
"""How long keys count without a look: one that is taken out verifies no longer than this."""
KEYS_STALE_SECONDS: Final = 86_400.0
"""How long they still count when the provider cannot be asked."""
ASK_AGAIN_SECONDS: Final = 60.0
"""A provider is asked for its keys no more often than this, by all workers together."""


class DocumentKind(StrEnum):
    """Which document."""

    METADATA = "metadata"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class ProviderDocument:
    """A document as it was last read well; times are seconds since the epoch.

    `body` is JSON text, already reduced to what is used and checked. `asked_at` is the last
    attempt. `problem` says, in words for administrators, what was wrong at the last attempt (empty:
    nothing); `is_refused` says that the provider answered with something we must not use (another
    issuer, an endpoint that is not allowed): then nothing of it counts. When it did not answer at
    all, or rubbish, what was read before counts on for a while.
    """

    provider: str
    kind: DocumentKind
    body: str
    fetched_at: float
    asked_at: float
    problem: str = ""
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """The part of the metadata (OpenID Connect Discovery section 3) that we use, checked.

    Empty texts stand for endpoints it has not. Every endpoint is https (or an origin that the
    administrator opened) at the issuer's host or one of `Provider.endpoint_hosts`.
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    sends_issuer: bool = False
    backchannel_logout: bool = False


@dataclass(frozen=True, slots=True)
class ProviderKeys:
    """The keys of a provider at one moment; `fetched_at` as above.

    `jwks` are public RSA keys of 2048 bit and more (or EC keys on P-256 where an algorithm of the
    provider needs them), as JWKs with a `kid` each; two with the same `kid` are both left out.
    """

    jwks: tuple[Mapping[str, object], ...]
    fetched_at: float
