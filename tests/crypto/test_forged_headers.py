"""Headers that we never write, validly signed by our own keys."""

from __future__ import annotations

import hmac
import json
import socket
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.crypto.forging import (
    ES256,
    RS256,
    Workshop,
    claims,
    segment,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.rule("JW-03")
@pytest.mark.parametrize(
    "media_type",
    [
        ...,
        "JWT",
        "jwt",
        "",
        "AT+JWT",
        "application/at+jwt",
        "at+jwt ",
        "at+JWT",
        "logout+jwt",
        "dpop+jwt",
        "client-authentication+jwt",
        "id_token",
        "token-introspection+jwt",
        None,
        1,
        ["at+jwt"],
        {"at+jwt": 1},
    ],
)
def test_only_our_own_spelling_of_the_type_is_an_access_token(
    shop: Workshop, media_type: object
) -> None:
    for algorithm in (ES256, RS256):
        header = shop.header(algorithm, typ=media_type)
        assert shop.ring.read(shop.forge(header, algorithm=algorithm)) is None


FORBIDDEN: list[dict[str, object]] = [
    {"crit": ["x"]},
    {"crit": []},
    {"crit": ["b64"], "b64": False},
    {"crit": ["exp"], "exp": 1},
    {"b64": True},
    {"zip": "DEF"},
    {"enc": "A256GCM"},
    {"p2c": 2_000_000_000, "p2s": "AAAA"},
    {"cty": "JWT"},
    {"x5t": "AAAA"},
    {"x5t#S256": "AAAA"},
    {"unknown": 1},
    {"alg2": "none"},
]


@pytest.mark.rule("JW-06")
@pytest.mark.parametrize("extra", FORBIDDEN, ids="+".join)
def test_any_further_header_member_is_refused(shop: Workshop, extra: dict[str, object]) -> None:
    for algorithm in (ES256, RS256):
        header = shop.header(algorithm, **extra)
        assert shop.ring.read(shop.forge(header, algorithm=algorithm)) is None


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Whoever opens a socket or a file is caught."""
    caught: list[object] = []

    def trap(*arguments: object, **_: object) -> None:
        caught.append(arguments)
        raise AssertionError("something was fetched")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "socket", trap)
        patch.setattr(socket, "getaddrinfo", trap)
        patch.setattr("builtins.open", trap)
        yield caught


@pytest.mark.rule("JW-07")
@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_that_comes_with_the_token_is_never_used(
    shop: Workshop, canary: list[object], member: str
) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    numbers = private.public_key().public_numbers()
    x, y = (segment(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
    jwk = {"kty": "EC", "crv": "P-256", "x": x, "y": y}
    value: object = {
        "jwk": jwk,
        "jku": "http://127.0.0.1:9/jwks.json",
        "x5u": "file:///etc/passwd",
        "x5c": ["MIIB"],
    }[member]
    for kid in (shop.opened(ES256).public.kid, "theirs", ...):
        header = {**shop.header(kid=kid), member: value}
        for signer in (private, shop.opened(ES256).private):
            assert shop.ring.read(signed(signer, "ES256", header, claims())) is None
    assert canary == []


@pytest.mark.rule("JW-07")
@pytest.mark.parametrize(
    "kid",
    [
        "../../../../dev/null",
        "/etc/passwd",
        "http://127.0.0.1:9/key",
        "' OR 1=1 --",
        "x' UNION SELECT 'AA",
        "$(touch here)",
        "%00",
        "a\0b",
        "",
        "ü",
        None,
        1,
        [],
        {},
        ...,
    ],
)
def test_a_kid_is_a_name_and_nothing_else(
    shop: Workshop, canary: list[object], kid: object
) -> None:
    for secret in (b"", b"AA", b"\0"):
        header = shop.header(kid=kid)
        signing_input = f"{segment(header)}.{segment(claims())}"
        code = hmac.digest(secret, signing_input.encode(), "sha256")
        assert shop.ring.read(f"{signing_input}.{segment(code)}") is None
    assert shop.ring.read(shop.forge(shop.header(kid=kid))) is None
    assert canary == []


@pytest.mark.rule("JW-09")
def test_no_header_member_may_stand_twice(shop: Workshop) -> None:
    text = json.dumps(shop.header(), separators=(",", ":"))
    for name, value in shop.header().items():
        twice = text[:-1] + f',"{name}":"{value}"}}'
        assert shop.ring.read(shop.forge(twice.encode())) is None
