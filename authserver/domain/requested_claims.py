"""The `claims` parameter: single claims that a client asks for (OpenID Connect Core 5.5)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestedClaims:
    """Names of claims asked for by name, for each place; what a value must be, for `acr`.

    `essential_acr` holds the acceptable values of an `acr` that was marked essential: with none of
    them reachable the request fails. Everything else is answered where it is known.
    """

    userinfo: frozenset[str] = frozenset()
    id_token: frozenset[str] = frozenset()
    essential_acr: tuple[str, ...] = ()
