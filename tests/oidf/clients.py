"""The suite's own side: its addresses, its clients, and how they authenticate."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientDraft
from tests.instances import basic
from tests.people.cast import USER_GRANTS
from tests.people.world import ISSUER

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld

SUITE: Final = "https://localhost.emobix.co.uk:8443"
BASE: Final = f"{SUITE}/test/a/authserver"
CALLBACK: Final = f"{BASE}/callback"
SIGNED_OUT: Final = f"{BASE}/post_logout_redirect"
TOKEN_ENDPOINT: Final = f"{ISSUER}/oauth2/token"
SCOPES: Final = ("openid", "profile", "email", "offline_access")
JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_numbers: Final = itertools.count()


@dataclass
class ClientKey:
    """An RSA key of the suite's client, for RS256."""

    private: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(65537, 2048), repr=False
    )

    def public_jwk(self, **members: str) -> dict[str, Any]:
        """The public half as the suite publishes it: without `kid` unless given."""
        jwk = jwt.get_algorithm_by_name("RS256").to_jwk(self.private.public_key(), as_dict=True)
        numbers = {name: jwk[name] for name in ("kty", "n", "e")}
        return {**numbers, "use": "sig", "alg": "RS256", **members}


@dataclass(frozen=True, slots=True)
class SuiteClient:
    """A client of the suite, as it was told that it is registered."""

    client_id: str
    secret: str = field(default="", repr=False)
    method: str = "client_secret_basic"
    redirect_uri: str = CALLBACK
    key: ClientKey | None = None
    kid: str = ""
    told: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def authorization(self) -> str | None:
        """The header, where the client authenticates by one."""
        by_header = self.method == "client_secret_basic"
        return basic(self.client_id, self.secret) if by_header else None

    def fields(self, now: float, audience: str = TOKEN_ENDPOINT) -> dict[str, str]:
        """The members of a form, where it authenticates by them; assertions live a minute."""
        if self.method == "client_secret_post":
            return {"client_id": self.client_id, "client_secret": self.secret}
        if self.key is None:
            return {}
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": audience,
            "jti": f"assertion-{next(_numbers)}",
            "iat": int(now),
            "exp": int(now) + 60,
        }
        header = {"kid": self.kid} if self.kid else {}
        assertion = jwt.encode(claims, self.key.private, "RS256", headers=header)
        return {"client_assertion": assertion, "client_assertion_type": JWT_BEARER}


def add_static(
    world: PeopleWorld, client_id: str, *, method: str = "client_secret_basic", **profile: Any
) -> SuiteClient:
    """A client that an administrator registered for the suite."""
    changes = ProfileChanges(
        redirect_uris=(CALLBACK,),
        post_logout_redirect_uris=(SIGNED_OUT,),
        require_pkce=False,
        **profile,
    )
    draft = ClientDraft(
        client_id,
        client_id=client_id,
        auth_method=method,
        grant_types=USER_GRANTS,
        scopes=SCOPES,
        profile=changes,
    )
    made = world.container.clients.create(draft, world.container.operator)
    assert made.secret is not None
    return SuiteClient(client_id, made.secret.value, method)
