"""The algorithm belongs to the key: no spelling of none, no confusion of kinds."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.crypto.forging import (
    ES256,
    RS256,
    TOKEN,
    Workshop,
    claims,
    decoded,
    segment,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwt.algorithms import AllowedPrivateKeys

    from authserver.domain.keys import SigningAlgorithm


def test_the_forgers_bench_makes_good_tokens_too(shop: Workshop) -> None:
    assert shop.ring.read(shop.forge()) == TOKEN
    assert shop.ring.read(shop.forge(algorithm=RS256)) == TOKEN


@pytest.mark.rule("JW-01")
@pytest.mark.parametrize("spelling", ["none", "None", "NONE", "nOnE", "", " none", "none\0", None])
@pytest.mark.parametrize("order", ["alg kid typ", "typ alg kid", "alg typ"])
def test_no_spelling_of_none_is_an_algorithm(
    shop: Workshop, spelling: str | None, order: str
) -> None:
    members = shop.header(alg=spelling)
    header = {name: members[name] for name in order.split()}
    genuine = shop.forge(header)
    unsigned = genuine[: genuine.rindex(".") + 1]
    for value in (genuine, unsigned, unsigned.rstrip("."), unsigned + "AA"):
        assert shop.ring.read(value) is None


@pytest.mark.rule("JW-01")
def test_a_missing_algorithm_is_refused(shop: Workshop) -> None:
    assert shop.ring.read(shop.forge(shop.header(alg=...))) is None


def public_spellings(shop: Workshop) -> Iterator[bytes]:
    """Everything about our keys that anybody can download, as a symmetric key."""
    for algorithm in (ES256, RS256):
        opened = shop.opened(algorithm)
        public = opened.private.public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        yield pem
        yield pem.strip()
        yield pem.replace(b"\n", b"\r\n")
        yield public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        jwk = dict(opened.public_jwk)
        yield json.dumps(jwk).encode()
        yield json.dumps(jwk, separators=(",", ":")).encode()
        yield json.dumps(jwk, separators=(",", ":"), sort_keys=True).encode()
        for member in ("n", "e", "x", "y", "kid"):
            if member in jwk:
                yield jwk[member].encode()  # type: ignore[attr-defined]  # members are text
                yield decoded(str(jwk[member]))
    yield shop.ring.jwks()
    yield b""


@pytest.mark.rule("JW-02")
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_our_public_keys_are_no_symmetric_keys(shop: Workshop, digest: str) -> None:
    name = {"sha256": "HS256", "sha384": "HS384", "sha512": "HS512"}[digest]
    count = 0
    for secret in public_spellings(shop):
        for algorithm in (ES256, RS256):
            for header in (shop.header(algorithm, alg=name), shop.header(algorithm)):
                signing_input = f"{segment(header)}.{segment(claims())}"
                code = hmac.digest(secret, signing_input.encode(), digest)
                assert shop.ring.read(f"{signing_input}.{segment(code)}") is None
                count += 1
    assert count > 80


@pytest.mark.rule("JW-02")
@pytest.mark.parametrize("claimed", ["ES384", "ES512", "ES256K", "RS256", "PS256", "EdDSA"])
def test_the_algorithm_belongs_to_the_key(shop: Workshop, claimed: str) -> None:
    assert shop.ring.read(shop.forge(shop.header(alg=claimed))) is None


@pytest.mark.rule("JW-02")
def test_a_kid_of_the_other_algorithm_is_refused(shop: Workshop) -> None:
    rsa_kid, ec_kid = (shop.opened(algorithm).public.kid for algorithm in (RS256, ES256))
    assert shop.ring.read(shop.forge(shop.header(kid=rsa_kid))) is None
    assert shop.ring.read(shop.forge(shop.header(RS256, kid=ec_kid), algorithm=RS256)) is None
    # The header as it should be, the signature by the other key:
    for header_of, signer in ((ES256, RS256), (RS256, ES256)):
        value = signed(shop.opened(signer).private, signer.value, shop.header(header_of), claims())
        assert shop.ring.read(value) is None


@pytest.mark.rule("JW-02")
def test_a_strangers_key_under_our_kid_is_refused(shop: Workshop) -> None:
    strangers: dict[SigningAlgorithm, AllowedPrivateKeys] = {
        ES256: ec.generate_private_key(ec.SECP256R1()),
        RS256: rsa.generate_private_key(65537, 2048),
    }
    for algorithm, private in strangers.items():
        value = signed(private, algorithm.value, shop.header(algorithm), claims())
        assert shop.ring.read(value) is None
