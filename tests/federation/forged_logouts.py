"""Logout tokens that must end nothing, each wrong in one way."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any, Final

import jwt

from tests.federation.fake_keys import FakeKey, rsa_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.federation.fake_provider import FakeProvider

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
SID: Final = "session-there-1"


def segment(value: dict[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(fake: FakeProvider) -> str:
    _, payload, _ = fake.logout_token(sid=SID).split(".")
    return f"{segment({'alg': 'none', 'kid': 'key-1', 'typ': 'logout+jwt'})}.{payload}."


def by_our_secret(fake: FakeProvider) -> str:
    """HS256 under the client secret that both sides know."""
    claims = jwt.decode(fake.logout_token(sid=SID), options={"verify_signature": False})
    key = fake.client_secret.ljust(32, "x")
    return jwt.encode(claims, key, "HS256", headers={"kid": "key-1", "typ": "logout+jwt"})


def by_stranger(fake: FakeProvider) -> str:
    stranger = FakeKey("key-1", rsa_key(7))
    claims = jwt.decode(fake.logout_token(sid=SID), options={"verify_signature": False})
    return stranger.sign(claims, {"typ": "logout+jwt"})


def by_unknown_key(fake: FakeProvider) -> str:
    claims = jwt.decode(fake.logout_token(sid=SID), options={"verify_signature": False})
    return FakeKey("key-9", rsa_key(7)).sign(claims, {"typ": "logout+jwt"})


def typed(kind: str) -> Callable[[FakeProvider], str]:
    def make(fake: FakeProvider) -> str:
        claims = jwt.decode(fake.logout_token(sid=SID), options={"verify_signature": False})
        return fake.signed(claims, {"typ": kind})

    return make


def stating(**claims: Any) -> Callable[[FakeProvider], str]:
    return lambda fake: fake.logout_token(**{"sid": SID, **claims})


def at(seconds: float) -> Callable[[FakeProvider], str]:
    return lambda fake: fake.logout_token(sid=SID, iat=int(fake.now() + seconds), exp=None)


def tampered(fake: FakeProvider) -> str:
    header, _, signature = fake.logout_token(sid=SID).split(".")
    claims = {"iss": fake.issuer, "aud": fake.client_id, "sid": SID, "iat": int(fake.now())}
    return f"{header}.{segment({**claims, 'jti': 'x', 'events': {EVENT: {}}})}.{signature}"


FORGED: Final[dict[str, Callable[[FakeProvider], str]]] = {
    "alg none": unsigned,
    "HS256 under the client secret": by_our_secret,
    "another's key of the same name": by_stranger,
    "a key that nobody has": by_unknown_key,
    "another payload": tampered,
    "an ID token's nonce": stating(nonce="n"),
    "an empty nonce": stating(nonce=""),
    "typ of an access token": typed("at+jwt"),
    "typ of a security event": typed("secevent+jwt"),
    "another issuer": stating(iss="https://login.example.net"),
    "no issuer": stating(iss=None),
    "another audience": stating(aud="somebody-else"),
    "our audience among others": stating(aud=["client-at-provider", "somebody-else"]),
    "no audience": stating(aud=None),
    "no event": stating(events=None),
    "another event": stating(events={"http://schemas.openid.net/event/other": {}}),
    "an event that is no object": stating(events={EVENT: True}),
    "events as a list": stating(events=[EVENT]),
    "no iat": stating(iat=None),
    "iat as a text": stating(iat="1800000000"),
    "iat true": stating(iat=True),
    "iat too large": stating(iat=10**400),
    "exp too large": stating(exp=10**310),
    "exp after all time": stating(exp=10**12),
    "nbf true": stating(nbf=True),
    "too old": at(-301),
    "from the future": at(61),
    "over": stating(exp=1),
    "exp as a text": stating(exp="never"),
    "not yet valid": stating(nbf=2_000_000_000),
    "no jti": stating(jti=None),
    "an empty jti": stating(jti=""),
    "jti as a number": stating(jti=7),
    "a jti too long": stating(jti="x" * 256),
    "an empty sid": stating(sid=""),
    "sid as a list": stating(sid=[SID]),
    "nobody": stating(sid=None, sub=None),
    "sub as a number": stating(sid=None, sub=7),
    "an empty sub": stating(sid=None, sub=""),
    "a sub that is none beside a sid": stating(sub=7),
    "an ID token": lambda fake: fake.id_token(sid=SID),
    "an access token": lambda fake: fake.access_token(),
    "no JWT": lambda _: "logout",
    "five parts": lambda fake: fake.logout_token() + ".x.y",
    "another provider's token": lambda fake: fake.logout_token(
        iss="https://other.example.org", sid=SID
    ),
}
