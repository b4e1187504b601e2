"""An identity provider on loopback, to be hurt: what stands at each path can be anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

from tests.crypto.providers import public_jwk, rsa_key
from tests.upstream.servers import LoopbackServer, answer

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from tests.upstream.servers import Script, Visit

DISCOVERY = "/.well-known/openid-configuration"


class HurtProvider:
    """Well until `faults` says otherwise: the script for a path, or for "" all of them."""

    def __init__(self) -> None:
        self.key: RSAPrivateKey = rsa_key()
        self.jwks: list[dict[str, Any]] = [public_jwk(self.key, "k1")]
        self.metadata: dict[str, object] = {}
        self.faults: dict[str, Script] = {}
        self.server = LoopbackServer(self._serve)

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.__exit__(None, None, None)

    @property
    def issuer(self) -> str:
        return self.server.origin

    @property
    def discovery_url(self) -> str:
        return self.issuer + DISCOVERY

    def asked(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(request.split(b" ", 2)[1] == path.encode() for request in self.server.requests)

    def _serve(self, visit: Visit) -> bool | None:
        path = visit.request.split(b" ", 2)[1].decode()
        fault = self.faults.get(path, self.faults.get(""))
        if fault is not None:
            return fault(visit)
        visit.say(answer(json.dumps(self._document(path)).encode()))
        return True

    def _document(self, path: str) -> dict[str, object]:
        if path == "/keys":
            return {"keys": self.jwks}
        if path != DISCOVERY:
            return {"error": "invalid_grant"}
        base = self.issuer
        return {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/keys",
            "response_types_supported": ["code"],
            **self.metadata,
        }


def hang(visit: Visit) -> None:
    """Say nothing until the provider is taken away."""
    visit.hang()
