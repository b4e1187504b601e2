"""Public keys from outside: every member checked, private ones never repeated."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from authserver.crypto.client_assertions import ClientKeySets
from authserver.crypto.public_jwks import thumbprint
from authserver.domain.errors import InvalidField

normalise = ClientKeySets().normalise


def jwk_of(private: Any) -> dict[str, Any]:
    """The public JWK as a library writes it, key_ops included."""
    if isinstance(private, rsa.RSAPrivateKey):
        return RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return OKPAlgorithm.to_jwk(private.public_key(), as_dict=True)


EC = jwk_of(ec.generate_private_key(ec.SECP256R1()))
OKP = jwk_of(ed25519.Ed25519PrivateKey.generate())
RSA = jwk_of(rsa.generate_private_key(65537, 2048))


def jwk_set(*entries: object) -> dict[str, object]:
    return {"keys": list(entries)}


def refusal(document: object) -> str:
    with pytest.raises(InvalidField) as caught:
        normalise(document)
    return str(caught.value)


@pytest.mark.parametrize(
    ("jwk", "algorithm"), [(EC, "ES256"), (OKP, "EdDSA"), (RSA, "PS256")], ids=["EC", "OKP", "RSA"]
)
def test_a_good_key_keeps_its_public_members_and_learns_what_it_is_for(
    jwk: dict[str, Any], algorithm: str
) -> None:
    extras: dict[str, Any] = {"ext": True, "x5u": "https://evil.example"}
    (public,) = normalise(jwk_set({**jwk, **extras}))
    expected = {name: value for name, value in jwk.items() if name != "key_ops"}
    expected |= {"kid": thumbprint(public), "use": "sig", "alg": algorithm}
    assert dict(public) == expected


def test_normalising_twice_changes_nothing() -> None:
    once = normalise(jwk_set(EC, OKP, {**RSA, "kid": "mine", "use": "sig", "alg": "PS256"}))
    assert normalise(jwk_set(*once)) == once
    assert [each["kid"] for each in once][2] == "mine"


def test_text_is_read_strictly() -> None:
    text = json.dumps(jwk_set(EC))
    assert normalise(text) == normalise(text.encode()) == normalise(jwk_set(EC))
    doubled = text[:-1] + ', "keys": []}'
    assert refusal(doubled) == "jwks: a JSON object in UTF-8 in which no member stands twice"
    assert refusal("\ud800").startswith("jwks: a JSON object")
    assert refusal(text + " " * 70_000) == "jwks: at most 64 KiB"


def test_thumbprints_are_those_of_the_rfcs() -> None:
    # RFC 7638 section 3.1 and RFC 8037 appendix A.3.
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJEC"
        "PebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2Qvz"
        "qY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZ"
        "u0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    rsa_key = {"kty": "RSA", "n": n, "e": "AQAB", "alg": "PS256", "kid": "2011-04-29"}
    assert thumbprint(rsa_key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    okp = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(okp) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
@pytest.mark.parametrize("jwk", [EC, OKP, RSA], ids=["EC", "OKP", "RSA"])
def test_private_members_are_refused_and_not_repeated(jwk: dict[str, Any], member: str) -> None:
    message = refusal(jwk_set(EC, {**jwk, "kid": "second", member: "c3dvcmRmaXNo"}))
    assert message.startswith(f"jwks.keys[1].{member}: public members only; ")
    assert "make a new key" in message
    assert "c3dvcmRmaXNo" not in message


@pytest.mark.parametrize("kty", ["oct", "ec", "RSA ", "AKP", "", None, 1, ["EC"], {}])
def test_symmetric_and_unknown_kinds_are_refused(kty: object) -> None:
    message = refusal(jwk_set({**EC, "kty": kty}))
    assert message == (
        "jwks.keys[0].kty: allowed are EC (P-256), RSA (from 2048 bit), OKP (Ed25519)"
    )


@pytest.mark.parametrize("curve", ["P-384", "P-521", "secp256k1", "Ed25519", "p-256", "", None, 1])
def test_other_curves_are_refused(curve: object) -> None:
    assert refusal(jwk_set({**EC, "crv": curve})) == "jwks.keys[0].crv: allowed is P-256"


@pytest.mark.parametrize("curve", ["Ed448", "X25519", "P-256", None])
def test_other_edwards_curves_are_refused(curve: object) -> None:
    assert refusal(jwk_set({**OKP, "crv": curve})) == "jwks.keys[0].crv: allowed is Ed25519"


def test_keys_on_other_curves_are_refused_by_their_own_members() -> None:
    other = jwk_of(ec.generate_private_key(ec.SECP384R1()))
    assert refusal(jwk_set(other)) == "jwks.keys[0].crv: allowed is P-256"
    assert refusal(jwk_set({**other, "crv": "P-256"})) == (
        "jwks.keys[0].x: base64url without padding of 32 bytes"
    )


def test_a_point_off_the_curve_is_refused() -> None:
    for x, y in ((bytes(32), bytes(32)), (b"\xff" * 32, b"\x05" * 32)):
        jwk = {**EC, "x": text(x), "y": text(y)}
        assert refusal(jwk_set(jwk)) == ("jwks.keys[0].x: with y a point on the curve P-256")


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("x", EC["x"] + "="),
        ("x", EC["x"] + "A"),
        ("x", EC["x"][:-1]),
        ("x", ""),
        ("x", None),
        ("x", 5),
        ("y", "ü" * 43),
        ("y", EC["y"].replace(EC["y"][3], "+")),
        ("y", text(bytes(31))),
        ("y", text(bytes(33))),
        ("y", ["x"]),
    ],
)
def test_a_malformed_coordinate_is_named(member: str, value: object) -> None:
    message = refusal(jwk_set({**EC, member: value}))
    assert message == f"jwks.keys[0].{member}: base64url without padding of 32 bytes"


@pytest.mark.parametrize("bits", [512, 1024, 2047])
def test_small_rsa_keys_are_refused(bits: int) -> None:
    modulus = (1 << (bits - 1)) | 1
    jwk = {**RSA, "n": text(modulus.to_bytes((bits + 7) // 8, "big"))}
    assert refusal(jwk_set(jwk)) == "jwks.keys[0].n: an RSA modulus of 2048 to 8192 bit"


def test_huge_and_even_moduli_are_refused() -> None:
    for modulus in ((1 << 8192) | 1, 1 << 2047):
        jwk = {**RSA, "n": text(modulus.to_bytes((modulus.bit_length() + 7) // 8, "big"))}
        assert refusal(jwk_set(jwk)).startswith("jwks.keys[0].n: an RSA modulus of 2048")


@pytest.mark.parametrize("exponent", [1, 3, 65536, 2**32 + 1, 2**64 + 1])
def test_unusual_exponents_are_refused(exponent: int) -> None:
    jwk = {**RSA, "e": text(exponent.to_bytes(9, "big").lstrip(b"\0"))}
    assert refusal(jwk_set(jwk)).startswith("jwks.keys[0].e: an odd exponent of 65537")


def test_leading_zero_bytes_are_a_second_spelling() -> None:
    for member in ("n", "e"):
        padded = b"\0" + base64.urlsafe_b64decode(RSA[member] + "==")
        assert refusal(jwk_set({**RSA, member: text(padded)})) == (
            f"jwks.keys[0].{member}: base64url without leading zero bytes"
        )


@pytest.mark.parametrize("use", ["enc", "SIG", "", None, ["sig"]])
def test_a_key_for_another_use_is_refused(use: object) -> None:
    assert refusal(jwk_set({**EC, "use": use})) == "jwks.keys[0].use: sig, or absent"


@pytest.mark.parametrize(
    "operations", [["sign"], ["verify", "sign"], [], "verify", ["encrypt"], None, ["verify"] * 2]
)
def test_a_key_for_other_operations_is_refused(operations: object) -> None:
    message = refusal(jwk_set({**EC, "key_ops": operations}))
    assert message == 'jwks.keys[0].key_ops: the list ["verify"], or absent'


@pytest.mark.parametrize(
    ("jwk", "algorithm", "allowed"),
    [
        (EC, "ES384", "ES256 for a key of kty EC"),
        (EC, "none", "ES256 for a key of kty EC"),
        (EC, "HS256", "ES256 for a key of kty EC"),
        (RSA, "RS256", "PS256 for a key of kty RSA"),
        (RSA, "PS512", "PS256 for a key of kty RSA"),
        (OKP, "Ed448", "EdDSA for a key of kty OKP"),
        (OKP, None, "EdDSA for a key of kty OKP"),
    ],
)
@pytest.mark.rule("CA-08")
def test_an_algorithm_outside_the_list_is_refused(
    jwk: dict[str, Any], algorithm: object, allowed: str
) -> None:
    assert refusal(jwk_set({**jwk, "alg": algorithm})) == (
        f"jwks.keys[0].alg: {allowed}, or absent"
    )


@pytest.mark.parametrize("kid", ["", "x" * 256, "with blank", "ü", "a\nb", 5, None, ["kid"]])
def test_an_unusable_kid_is_refused(kid: object) -> None:
    message = refusal(jwk_set({**EC, "kid": kid}))
    assert message == "jwks.keys[0].kid: 1 to 255 visible ASCII characters, or absent"


def test_two_keys_of_one_kid_are_refused() -> None:
    same = "jwks.keys[1].kid: a kid that no other key of the set has"
    assert refusal(jwk_set({**EC, "kid": "one"}, {**OKP, "kid": "one"})) == same
    assert refusal(jwk_set(EC, EC)) == same


@pytest.mark.parametrize(
    "document",
    [None, 1, [], {}, {"keys": None}, {"keys": "x"}, {"keys": {}}, "[]", "", "nonsense", EC, [EC]],
    ids=range(12),
)
def test_what_is_not_a_set_is_refused(document: object) -> None:
    assert refusal(document).startswith("jwks: a")


def test_a_set_has_1_to_20_keys() -> None:
    keys = [{**EC, "kid": str(number)} for number in range(21)]
    assert len(normalise({"keys": keys[:20]})) == 20
    for document in (jwk_set(*keys), jwk_set()):
        assert refusal(document) == "jwks.keys: a list of 1 to 20 keys"


@pytest.mark.parametrize("entry", [None, 1, "x", [], [EC]])
def test_an_entry_that_is_no_object_is_named(entry: object) -> None:
    assert refusal(jwk_set(EC, entry)) == "jwks.keys[1]: a JSON object"


ODD = st.none() | st.booleans() | st.integers() | st.text(max_size=50) | st.lists(st.text())


@given(
    st.sampled_from([EC, OKP, RSA]),
    st.dictionaries(
        st.sampled_from(["kty", "crv", "x", "y", "n", "e", "kid", "alg", "use", "key_ops", "d"]),
        ODD,
        max_size=4,
    ),
)
def test_odd_members_are_normalised_or_refused(
    jwk: dict[str, Any], changes: dict[str, object]
) -> None:
    try:
        (public,) = normalise(jwk_set({**jwk, **changes}))
    except InvalidField:
        return
    assert "d" not in public
    assert normalise(jwk_set(public)) == (public,)
