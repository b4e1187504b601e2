"""One fixed policy for each kind of token that others send us (RFC 8725 section 3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from authserver.crypto.jose_strict import TOKEN_CHARS_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TEXT_CHARS_MAX: Final = 255
"""Identifiers in claims (`jti`, `sub`, `iss`) are this long at most."""

URI_CHARS_MAX: Final = 2048
LATEST_TIME: Final = 253_402_300_799
"""The last second of the year 9999: later times are mistakes or attacks."""


@dataclass(frozen=True, slots=True)
class TokenPolicy:
    """What one kind of token looks like, before its claims mean anything.

    `types` are the accepted `typ` values in lower case, without `application/`; an empty one
    stands for a missing `typ`. `required` and `optional` tell the form of each claim; claims that
    are in neither are ignored, as RFC 7519 section 4 wants it.
    """

    algorithms: frozenset[str]
    types: frozenset[str]
    required: Mapping[str, Callable[[object], bool]]
    optional: Mapping[str, Callable[[object], bool]]
    chars_max: int = TOKEN_CHARS_MAX

    def accepts_type(self, media_type: str) -> bool:
        """Whether the header's `typ` fits (RFC 7515 section 4.1.9: case does not matter)."""
        return media_type.lower().removeprefix("application/") in self.types


def is_text(value: object) -> bool:
    """A string of 1 to 255 characters."""
    return type(value) is str and 0 < len(value) <= TEXT_CHARS_MAX


def is_uri_text(value: object) -> bool:
    """A string of 1 to 2048 characters; a list of audiences is none."""
    return type(value) is str and 0 < len(value) <= URI_CHARS_MAX


def is_numeric_date(value: object) -> bool:
    """Seconds since the epoch (RFC 7519 section 2), a fraction allowed; `true` is no number."""
    return type(value) in (int, float) and 0 <= value <= LATEST_TIME  # type: ignore[operator]  # the type was just checked


CLIENT_ASSERTION: Final = TokenPolicy(
    algorithms=frozenset({"ES256", "PS256", "EdDSA"}),
    # RFC 7523 names no typ; its revision does, and JWT is what libraries write by themselves.
    types=frozenset({"", "jwt", "client-authentication+jwt"}),
    required=MappingProxyType(
        {
            "iss": is_text,
            "sub": is_text,
            "aud": is_uri_text,
            "exp": is_numeric_date,
            "jti": is_text,
        }
    ),
    optional=MappingProxyType({"iat": is_numeric_date, "nbf": is_numeric_date}),
)
"""Client assertions of `private_key_jwt` (RFC 7523 section 3; algorithms as FAPI 2.0 has them)."""

CLIENT_ASSERTION_WITH_RS256: Final = replace(
    CLIENT_ASSERTION, algorithms=CLIENT_ASSERTION.algorithms | {"RS256"}
)
"""The same, with the algorithm that OpenID Connect has by default."""
