"""Claims that we never write, validly signed by our own keys."""

from __future__ import annotations

import json
from typing import Any

import pytest

from authserver.crypto.keyring import Keyring
from tests.crypto.forging import (
    ES256,
    ISSUER,
    TOKEN,
    Workshop,
    claims,
)


@pytest.mark.rule("JW-03")
@pytest.mark.parametrize(
    "payload",
    [
        {"iss": ISSUER, "sub": "u", "aud": "c", "exp": 1, "iat": 0, "nonce": "n"},
        {"iss": ISSUER, "aud": "c", "iat": 0, "jti": "j", "events": {"logout": {}}, "sid": "s"},
        {"iss": "c", "sub": "c", "aud": ISSUER, "exp": 1, "jti": "j"},
        {"htm": "POST", "htu": ISSUER, "iat": 1, "jti": "j"},
        {},
    ],
    ids=["ID token", "logout token", "client assertion", "DPoP proof", "empty"],
)
def test_claims_of_another_kind_of_token_are_refused(
    shop: Workshop, payload: dict[str, Any]
) -> None:
    assert shop.ring.read(shop.forge(payload=payload)) is None


@pytest.mark.rule("JW-04")
@pytest.mark.parametrize(
    "issuer",
    [
        ...,
        None,
        "",
        ISSUER + "/",
        ISSUER[:-1],
        ISSUER + ".evil.example",
        ISSUER.upper(),
        "https://auth.example.org:443",
        "http://auth.example.org",
        [ISSUER],
        [ISSUER, "x"],
        {"iss": ISSUER},
        1,
    ],
)
def test_the_issuer_is_exactly_ours(shop: Workshop, issuer: object) -> None:
    assert shop.ring.read(shop.forge(payload=claims(iss=issuer))) is None


@pytest.mark.rule("JW-04")
def test_a_token_of_the_same_keys_under_another_issuer_is_refused(shop: Workshop) -> None:
    other = Keyring(shop.keys, shop.sealer, "https://staging.example.org")
    assert other.read(shop.ring.sign(TOKEN, ES256)) is None


@pytest.mark.rule("JW-04")
@pytest.mark.parametrize(
    "audience",
    [..., None, "", [], [TOKEN.audience], [TOKEN.audience, "other"], {"a": 1}, 1, True],
)
def test_the_audience_is_one_text(shop: Workshop, audience: object) -> None:
    assert shop.ring.read(shop.forge(payload=claims(aud=audience))) is None


ABSURD: list[object] = [
    ...,
    None,
    True,
    False,
    "1800000300",
    "x",
    -1,
    1800000300.0,
    1800000300.5,
    2**53,
    2**64,
    10**30,
    9e99,
    [1800000300],
    {"exp": 1800000300},
]


@pytest.mark.rule("JW-05")
@pytest.mark.parametrize("name", ["exp", "iat"])
@pytest.mark.parametrize("value", ABSURD, ids=range(len(ABSURD)))
def test_absurd_times_are_refused(shop: Workshop, name: str, value: object) -> None:
    assert shop.ring.read(shop.forge(payload=claims(**{name: value}))) is None


@pytest.mark.rule("JW-05")
@pytest.mark.parametrize(("issued_at", "expires_at"), [(True, 601), (False, 600), (0, True)])
def test_a_truth_is_no_time_even_where_the_sum_fits(
    shop: Workshop, issued_at: object, expires_at: object
) -> None:
    assert shop.ring.read(shop.forge(payload=claims(iat=1, exp=601))) is not None
    assert shop.ring.read(shop.forge(payload=claims(iat=issued_at, exp=expires_at))) is None


@pytest.mark.rule("JW-05")
@pytest.mark.parametrize(
    "literal",
    [
        b"1800000300.0",
        b"1800000300e0",
        b"1800000300.",
        b"+1800000300",
        b"01800000300",
        b"1.8000003e9",
        b"18e8",
        b"9e99",
        b"1e400",
        b"-1e400",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"0x6B49D32C",
        b"9" * 5000,
        b"-0",
    ],
    ids=range(16),
)
def test_odd_spellings_of_numbers_are_refused(shop: Workshop, literal: bytes) -> None:
    text = json.dumps(claims(exp=0), separators=(",", ":")).encode()
    assert text.count(b'"exp":0') == 1
    assert shop.ring.read(shop.forge(payload=text.replace(b'"exp":0', b'"exp":' + literal))) is None


@pytest.mark.rule("JW-05")
@pytest.mark.parametrize("seconds", [0, -1, -600, 3601, 864_000])
def test_a_life_that_we_never_give_is_refused(shop: Workshop, seconds: int) -> None:
    payload = claims(exp=TOKEN.issued_at + seconds)
    assert shop.ring.read(shop.forge(payload=payload)) is None


@pytest.mark.rule("JW-09")
@pytest.mark.parametrize("name", list(claims()))
def test_no_claim_may_stand_twice(shop: Workshop, name: str) -> None:
    text = json.dumps(claims(), separators=(",", ":"))
    for twice in (
        text[:-1] + f',"{name}":{json.dumps(claims()[name])}}}',
        f'{{"{name}":"first",' + text[1:],
        text[:-1] + f',"\\u00{ord(name[0]):02x}{name[1:]}":1}}',
    ):
        assert shop.ring.read(shop.forge(payload=twice.encode())) is None


@pytest.mark.rule("JW-09")
@pytest.mark.parametrize(
    "respell",
    [
        lambda text: b" " + text,
        lambda text: text + b"\n",
        lambda text: text.replace(b":", b": "),
        lambda text: text.replace(b",", b", "),
        lambda text: text.replace(b"ci-job", b"\\u0063i-job"),
        lambda text: text.replace(b"https://", b"https:\\/\\/"),
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text + b"\0",
        lambda text: text.decode().encode("utf-16"),
        lambda text: text.replace(b"ci-job", b"ci-job\xff"),
        lambda text: text.replace(b"ci-job", b"ci-job\xed\xa0\x80"),
        lambda text: b"[" + text + b"]",
        lambda text: b"null",
        lambda text: b'"text"',
        lambda text: b"7",
        lambda text: b"",
    ],
    ids=range(16),
)
def test_claims_have_one_spelling(shop: Workshop, respell: Any) -> None:
    text = json.dumps(claims(), separators=(",", ":")).encode()
    assert shop.ring.read(shop.forge(payload=text)) == TOKEN
    assert shop.ring.read(shop.forge(payload=respell(text))) is None


@pytest.mark.rule("JW-10")
@pytest.mark.parametrize("name", list(claims()))
@pytest.mark.parametrize("value", [..., None, "", [], {}, ["x"], True, 1.5])
def test_every_claim_is_there_and_has_its_type(shop: Workshop, name: str, value: object) -> None:
    assert shop.ring.read(shop.forge(payload=claims(**{name: value}))) is None


@pytest.mark.rule("JW-10")
@pytest.mark.parametrize("name", ["nbf", "cnf", "act", "azp", "groups", "nonce", "role", "Scope"])
def test_a_claim_that_we_do_not_know_may_restrict_the_token(shop: Workshop, name: str) -> None:
    assert shop.ring.read(shop.forge(payload=claims(**{name: "x"}))) is None


@pytest.mark.rule("JW-10")
@pytest.mark.parametrize(
    "scope",
    [" read", "read ", "read  write", "read\twrite", "read,\nwrite", 'a"b', "a\\b", "ü", "\0"],
)
def test_a_malformed_scope_is_refused(shop: Workshop, scope: str) -> None:
    assert shop.ring.read(shop.forge(payload=claims(scope=scope))) is None
