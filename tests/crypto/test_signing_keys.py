"""Signing keys: named by their thumbprint, sealed, and believed only with their private half."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from authserver.crypto.public_jwks import thumbprint
from authserver.crypto.sealing import SealBroken, Sealer
from authserver.crypto.signing_keys import (
    PURPOSE,
    SigningKeyMaker,
    SigningKeyResealer,
    open_key,
)
from authserver.domain.keys import KeyState, SigningAlgorithm
from tests.crypto.forging import ES256, RS256
from tests.doubles import EPOCH, FakeEntropy

KEK = b"k" * 32
SEALER = Sealer({"1": KEK}, "1", FakeEntropy())
MAKER = SigningKeyMaker(SEALER)


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_a_new_key_waits_and_is_named_by_its_thumbprint(algorithm: SigningAlgorithm) -> None:
    key = MAKER.make(algorithm, EPOCH)
    assert (key.algorithm, key.state, key.created_at) == (algorithm, KeyState.NEXT, EPOCH)
    assert (key.activated_at, key.retired_at, key.ended_at) == (None, None, None)
    assert key.kid == key.public_jwk["kid"] == thumbprint(key.public_jwk)
    assert key.public_jwk["alg"] == algorithm.value


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
@pytest.mark.rule("MD-07")
def test_the_private_part_is_in_no_member_and_in_no_representation(
    algorithm: SigningAlgorithm,
) -> None:
    key = MAKER.make(algorithm, EPOCH)
    private = open_key(key, SEALER).private
    secret = (
        private.private_numbers().d
        if isinstance(private, rsa.RSAPrivateKey)
        else private.private_numbers().private_value
    )
    raw = secret.to_bytes((secret.bit_length() + 7) // 8, "big")
    assert raw not in key.sealed_private
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key.public_jwk)
    shown = f"{key!r} {open_key(key, SEALER)!r}"
    assert "PRIVATE" not in shown
    assert "sealed_private" not in shown
    assert repr(key.sealed_private) not in shown


def test_rsa_keys_have_2048_or_3072_bit() -> None:
    key = open_key(SigningKeyMaker(SEALER, rsa_bits=3072).make(RS256, EPOCH), SEALER)
    assert isinstance(key.private, rsa.RSAPrivateKey)
    assert key.private.key_size == 3072
    for bits in (1024, 2047, 4096):
        with pytest.raises(ValueError, match="2048 or 3072"):
            SigningKeyMaker(SEALER, rsa_bits=bits)


def test_no_kid_looks_like_an_option() -> None:
    kids = {MAKER.make(ES256, EPOCH).kid for _ in range(400)}
    assert len(kids) == 400
    assert not any(kid.startswith("-") for kid in kids)


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_an_opened_key_signs_for_its_public_half(algorithm: SigningAlgorithm) -> None:
    key = MAKER.make(algorithm, EPOCH)
    value = jwt.encode({"a": 1}, open_key(key, SEALER).private, algorithm.value)
    public = jwt.PyJWK(dict(key.public_jwk))
    assert jwt.decode(value, public.key, [algorithm.value]) == {"a": 1}


def test_a_public_half_from_elsewhere_is_not_believed() -> None:
    mine, foreign = MAKER.make(ES256, EPOCH), MAKER.make(ES256, EPOCH)
    attempts = [
        replace(mine, public_jwk=foreign.public_jwk),
        replace(mine, public_jwk={**mine.public_jwk, "x": foreign.public_jwk["x"]}),
        replace(mine, public_jwk={**mine.public_jwk, "alg": "RS256"}),
        replace(mine, public_jwk={**mine.public_jwk, "extra": "1"}),
        replace(mine, algorithm=RS256),
        replace(foreign, sealed_private=mine.sealed_private),
        replace(mine, kid=foreign.kid, public_jwk=foreign.public_jwk),
        replace(mine, sealed_private=b""),
    ]
    for attempt in attempts:
        with pytest.raises(SealBroken):
            open_key(attempt, SEALER)


def test_a_key_sealed_by_a_stranger_is_not_believed() -> None:
    stranger = SigningKeyMaker(Sealer({"1": b"s" * 32}, "1", FakeEntropy("stranger")))
    with pytest.raises(SealBroken):
        open_key(stranger.make(ES256, EPOCH), SEALER)


def der_of(private: Any) -> bytes:
    der: bytes = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return der


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no key",
        der_of(ec.generate_private_key(ec.SECP384R1())),
        der_of(ec.generate_private_key(ec.SECP256K1())),
        der_of(ed25519.Ed25519PrivateKey.generate()),
        der_of(rsa.generate_private_key(65537, 1024)),
        der_of(rsa.generate_private_key(3, 2048)),
    ],
    ids=["empty", "no key", "P-384", "secp256k1", "Ed25519", "RSA 1024", "RSA e=3"],
)
def test_a_sealed_key_of_another_kind_is_not_believed(content: bytes) -> None:
    key = MAKER.make(ES256, EPOCH)
    sealed = SEALER.seal(content, purpose=PURPOSE, context=key.kid)
    with pytest.raises(SealBroken, match=key.kid):
        open_key(replace(key, sealed_private=sealed), SEALER)


def test_a_key_sealed_under_another_name_than_its_own_is_not_believed() -> None:
    key = MAKER.make(ES256, EPOCH)
    der = der_of(open_key(key, SEALER).private)
    renamed = replace(
        key, kid="other", sealed_private=SEALER.seal(der, purpose=PURPOSE, context="other")
    )
    with pytest.raises(SealBroken, match="do not belong together"):
        open_key(renamed, SEALER)


def test_resealing_keeps_the_key_and_frees_it_from_the_old_file() -> None:
    key = MAKER.make(ES256, EPOCH)
    both = Sealer({"1": KEK, "2": b"n" * 32}, "2", FakeEntropy("both"))
    resealer = SigningKeyResealer(both)
    assert resealer.key_file(key) == "kek-1.key"
    resealed = resealer.reseal(key)
    assert resealed is not None
    assert resealer.key_file(resealed) == "kek-2.key"
    assert replace(resealed, sealed_private=key.sealed_private) == key
    only_new = Sealer({"2": b"n" * 32}, "2", FakeEntropy("new"))
    assert open_key(resealed, only_new).public.kid == key.kid
    assert resealer.reseal(resealed) is None


def test_public_jwks_are_plain_text_members() -> None:
    for algorithm in SigningAlgorithm:
        public = MAKER.make(algorithm, EPOCH).public_jwk
        assert json.loads(json.dumps(dict(public))) == public
        assert all(isinstance(value, str) for value in public.values())
