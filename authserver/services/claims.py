"""What clients are told of a user: claims by scope and by name (OpenID Connect Core 5.4, 5.5)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.users import User

CLAIMS_OF_SCOPE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "profile": (
            "name",
            "given_name",
            "family_name",
            "preferred_username",
            "locale",
            "zoneinfo",
            "updated_at",
        ),
        "email": ("email", "email_verified"),
        "groups": ("groups",),
    }
)
"""The claims that each scope asks for."""

SCOPE_OF_CLAIM: Final[Mapping[str, str]] = MappingProxyType(
    {claim: scope for scope, claims in CLAIMS_OF_SCOPE.items() for claim in claims}
)

RESERVED: Final = frozenset(
    {
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "nbf",
        "jti",
        "auth_time",
        "nonce",
        "acr",
        "amr",
        "azp",
        "at_hash",
        "c_hash",
        "sid",
        "act",
        "cnf",
        "client_id",
        "scope",
        "events",
        "token_introspection",
    }
)
"""Claims with which tokens speak for this server: no property of a user ever takes their place."""


def reachable(requested: frozenset[str], scopes: frozenset[str]) -> frozenset[str]:
    """Those claims of `requested` that a client which is registered for `scopes` may ask for.

    Asking by name must not get a client what asking by scope does not.
    """
    return frozenset(claim for claim in requested if SCOPE_OF_CLAIM.get(claim) in scopes)


def claims_for(
    user: User, groups: Sequence[str], scopes: frozenset[str], requested: frozenset[str]
) -> dict[str, object]:
    """The claims that `scopes` and the names in `requested` give, without `sub`.

    What is not known of the user is left out; so is every name that this server gives no user.
    """
    wanted = requested.union(*(CLAIMS_OF_SCOPE.get(scope, ()) for scope in scopes))
    known = _known(user, groups)
    return {claim: known[claim] for claim in known if claim in wanted and claim not in RESERVED}


def _known(user: User, groups: Sequence[str]) -> dict[str, object]:
    data = user.data
    texts = {
        "name": data.name,
        "given_name": data.given_name,
        "family_name": data.family_name,
        "preferred_username": user.username,
        "locale": data.locale,
        "zoneinfo": data.zoneinfo,
        "email": data.email,
    }
    known: dict[str, object] = {claim: text for claim, text in texts.items() if text}
    if data.email:
        known["email_verified"] = data.email_verified
    known["updated_at"] = int(user.updated_at or user.created_at)
    known["groups"] = sorted(groups)
    return known
