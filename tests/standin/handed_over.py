"""The credential that the gateway hands over, looked at as a site would."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.request import urlopen

import jwt

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.standin.wire import Head

LOOPBACK: Final = ("127.", "::1")


class HandOverRule(Protocol):
    """Who a request is from: the account, or NotAuthenticated."""

    @property
    def header(self) -> str:
        """The name of the header that names the account, or empty."""
        ...

    def account(self, head: Head, peer: str) -> str:
        """The account in whose name the call is made.

        Raises:
            NotAuthenticated: nothing acceptable was handed over.
        """
        ...


class NotAuthenticated(Exception):
    """The site knows nobody by what was handed over: why."""


@dataclass(frozen=True, slots=True)
class ServiceCredential:
    """One value of Authorization is known, and the account that it belongs to."""

    authorization: str = field(repr=False)
    owner: str
    header: str = ""

    def account(self, head: Head, peer: str) -> str:
        """The owner of the credential."""
        came = head.value("authorization")
        if not came:
            raise NotAuthenticated("no Authorization")
        if not hmac.compare_digest(came.encode(), self.authorization.encode()):
            raise NotAuthenticated("Authorization is not the site's credential")
        return self.owner


@dataclass(frozen=True, slots=True)
class IdentityHeader:
    """A header names the account, and only a peer on loopback may send it."""

    header: str

    def account(self, head: Head, peer: str) -> str:
        """What the header says."""
        if head.value("authorization"):
            raise NotAuthenticated("Authorization came beside the identity header")
        if not peer.startswith(LOOPBACK):
            raise NotAuthenticated(f"{peer} may not name accounts")
        account = head.value(self.header.lower())
        if not account:
            raise NotAuthenticated(f"no {self.header}")
        return account


@dataclass(slots=True)
class Assertion:
    """A signed JWT names the account. `key_set` gives the JWKS, `audience` is the site."""

    key_set: Callable[[], dict[str, Any]]
    issuer: str
    audience: str
    type: str = "site-assertion+jwt"
    algorithms: tuple[str, ...] = ("ES256", "RS256")
    required: tuple[str, ...] = ("iss", "sub", "aud", "iat", "exp", "jti")
    longest_seconds: int = 60
    header: str = ""
    _keys: dict[str, jwt.PyJWK] = field(default_factory=dict)

    def account(self, head: Head, peer: str) -> str:
        """The subject of the assertion."""
        scheme, _, assertion = head.value("authorization").partition(" ")
        if scheme.lower() != "bearer":
            raise NotAuthenticated("no assertion")
        try:
            stated = jwt.get_unverified_header(assertion)
            if str(stated.get("typ", "")).lower() != self.type:
                raise NotAuthenticated(f"typ is {stated.get('typ')}, not {self.type}")
            claims = jwt.decode(
                assertion,
                self._key(str(stated.get("kid"))),
                algorithms=list(self.algorithms),
                issuer=self.issuer,
                audience=self.audience,
                options={"require": list(self.required)},
            )
        except jwt.PyJWTError as error:
            raise NotAuthenticated(f"the assertion is not good: {error}") from None
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1:
            raise NotAuthenticated("the assertion is for others too")
        if claims["exp"] - claims["iat"] > self.longest_seconds:
            raise NotAuthenticated(f"it lives longer than {self.longest_seconds} s")
        return str(claims["sub"])

    def _key(self, key_id: str) -> jwt.PyJWK:
        if key_id not in self._keys:
            keys = jwt.PyJWKSet.from_dict(self.key_set()).keys
            self._keys = {str(key.key_id): key for key in keys}
        if key_id not in self._keys:
            raise NotAuthenticated("signed with a key that the authorization server does not have")
        return self._keys[key_id]


def key_set_at(url: str) -> Callable[[], dict[str, Any]]:
    """The JWKS at an http address."""

    def fetch() -> dict[str, Any]:
        with urlopen(url, timeout=5) as answer:
            return dict(json.load(answer))

    return fetch
