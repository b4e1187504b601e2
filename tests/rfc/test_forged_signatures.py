"""Tokens with the wrong algorithm, key or type (JW-01, JW-02, JW-03, JW-07)."""

from __future__ import annotations

import base64
import json
import urllib.request
from typing import TYPE_CHECKING, Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authserver.domain.keys import SigningAlgorithm
from tests.crypto.assertions import assertion_claims, make
from tests.crypto.forging import segment, signed
from tests.rfc.canary import Canary
from tests.rfc.forger import Forger, joined
from tests.rfc.lanes import assert_all_inactive
from tests.rfc.tokens import claims_of

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

ES256: Final = SigningAlgorithm.ES256
RS256: Final = SigningAlgorithm.RS256
NONES: Final = ("none", "None", "NONE", "nOnE", "none ", "", " ", "null")
OTHER_TYPES: Final = (
    ...,
    "JWT",
    "jwt",
    "logout+jwt",
    "dpop+jwt",
    "token-introspection+jwt",
    "client-authentication+jwt",
    "secevent+jwt",
    "rt+jwt",
    "at+jwt ",
    " at+jwt",
    "AT+JWT",
    "application/at+jwt",
    "at+jwt\0",
    "",
    None,
    True,
    ["at+jwt"],
)
BAD_KIDS: Final = (
    "../../../../dev/null",
    "/dev/null",
    "/proc/self/environ",
    "keys/kek-1.key",
    "file:///etc/passwd",
    "' OR 1=1 --",
    "x'; DROP TABLE signing_keys; --",
    "' UNION SELECT 'a' --",
    "| touch /tmp/x",
    "$(id)",
    "${jndi:ldap://127.0.0.1/x}",
    "\0",
    "",
    "*",
    "k" * 5_000,
    7,
    None,
    ["kid"],
    {"kid": "x"},
)


@pytest.fixture
def forger(installation: Installation, reader: Caller) -> Forger:
    return Forger(installation)


@pytest.mark.rule("JW-01")
@pytest.mark.rule("JW-03")
def test_what_the_forger_signs_counts_when_nothing_is_wrong(
    lane: Lane, jira: Site, forger: Forger
) -> None:
    for _ in range(2):
        assert lane.is_active(jira, forger.token())


@pytest.mark.rule("JW-01")
def test_a_token_without_a_signature_algorithm_is_refused(
    lane: Lane, jira: Site, forger: Forger, reader: Caller
) -> None:
    good = lane.token(reader)
    signature = good.split(".")[2]
    forged = []
    for alg in (*NONES, None, 0, False, ["none"], ...):
        header = forger.header(alg=alg)
        for claims in (forger.claims(), claims_of(good)):
            forged += [
                joined(header, claims, ""),
                joined(header, claims, signature),
                joined(header, claims, segment(b"\0")),
                forger.sign(header, claims),
                joined(header, claims).rstrip("."),
            ]
    assert_all_inactive(lane, jira, forged)


@pytest.mark.rule("JW-02")
def test_a_public_key_is_no_shared_secret(
    installation: Installation, lane: Lane, jira: Site, forger: Forger
) -> None:
    forged = []
    for algorithm in SigningAlgorithm:
        public = forger.opened(algorithm).private.public_key()
        jwk = next(key for key in lane.get("/oauth2/jwks").json["keys"] if key["alg"] == algorithm)
        numbers = [
            base64.urlsafe_b64decode(jwk[name] + "==") for name in ("n", "x", "y") if name in jwk
        ]
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        secrets = [
            pem,
            pem.strip(),
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            json.dumps(jwk).encode(),
            json.dumps(jwk, separators=(",", ":")).encode(),
            jwk["kid"].encode(),
            *numbers,
            b"".join(numbers),
            b"",
            b"\0" * 32,
        ]
        for name in ("HS256", "HS384", "HS512"):
            hmac: Any = jwt.get_algorithm_by_name(name)
            for header in (forger.header(algorithm, alg=name), forger.header(algorithm)):
                for secret in secrets:
                    text = joined(header, forger.claims())
                    forged.append(f"{text}.{segment(hmac.sign(text.encode(), secret))}")
    assert len(forged) > 80
    assert_all_inactive(lane, jira, forged)


@pytest.mark.rule("JW-02")
def test_the_algorithm_is_the_keys_own(lane: Lane, jira: Site, forger: Forger) -> None:
    kids = {algorithm: forger.opened(algorithm).public.kid for algorithm in SigningAlgorithm}
    forged = [
        forger.sign(forger.header(ES256, kid=kids[RS256]), forger.claims()),
        forger.sign(forger.header(RS256, kid=kids[ES256]), forger.claims(), RS256),
        forger.sign(forger.header(RS256), forger.claims(), ES256),
        forger.sign(forger.header(ES256), forger.claims(), RS256),
        forger.sign(forger.header(ES256, kid=...), forger.claims()),
    ]
    rsa_key: Any = forger.opened(RS256).private
    for name in ("RS384", "RS512", "PS256", "PS384", "PS512"):
        header = forger.header(RS256, alg=name)
        text = joined(header, forger.claims())
        algorithm: Any = jwt.get_algorithm_by_name(name)
        forged.append(f"{text}.{segment(algorithm.sign(text.encode(), rsa_key))}")
    assert_all_inactive(lane, jira, forged)
    assert lane.is_active(jira, forger.sign(forger.header(RS256), forger.claims(), RS256))


@pytest.mark.rule("JW-03")
def test_only_an_access_token_is_taken_for_one(lane: Lane, jira: Site, forger: Forger) -> None:
    forged = [forger.sign(forger.header(typ=kind), forger.claims()) for kind in OTHER_TYPES]
    own_assertion = assertion_claims(iss="reader", sub="reader")
    forged += [
        make(own_assertion),
        forger.sign(forger.header(typ="JWT"), own_assertion),
        forger.sign(forger.header(), own_assertion),
        forger.sign(forger.header(), {**forger.claims(), "nonce": "n", "auth_time": 1}),
        forger.sign(forger.header(), {"htm": "POST", "htu": "https://x", "jti": "j", "iat": 1}),
        forger.sign({**forger.header(), "cty": "at+jwt"}, forger.claims()),
    ]
    assert_all_inactive(lane, jira, forged)


@pytest.mark.rule("JW-07")
def test_keys_that_a_token_brings_along_are_never_used_or_fetched(
    lane: Lane, jira: Site, forger: Forger, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    es256: Any = jwt.get_algorithm_by_name("ES256")
    jwk = es256.to_jwk(stranger.public_key(), as_dict=True)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Canary() as canary:
        with pytest.raises(OSError):
            urllib.request.urlopen(canary.url, timeout=5)  # the canary sings
        assert canary.hits == 1
        extras: list[dict[str, Any]] = [
            {"jwk": {**jwk, "kid": forger.header()["kid"]}},
            {"jwk": jwk, "kid": "mine"},
            {"jku": canary.url},
            {"jku": canary.url, "kid": "mine"},
            {"x5u": canary.url},
            {"x5u": canary.url, "x5t": "AAAA"},
            {"x5c": ["MIIB"]},
            {"kid": canary.url},
            {"iss": canary.url},
            {"url": canary.url, "nonce": canary.url},
        ]
        for extra in extras:
            header = {**forger.header(), **extra}
            by_stranger = signed(stranger, "ES256", header, forger.claims(iss=canary.url))
            by_us = forger.sign(header, forger.claims())
            own_claims = signed(stranger, "ES256", header, forger.claims())
            assert_all_inactive(lane, jira, [by_stranger, by_us, own_claims])
    assert canary.hits == 1


@pytest.mark.rule("JW-07")
def test_a_kid_is_a_name_and_nothing_else(lane: Lane, jira: Site, forger: Forger) -> None:
    forged = [forger.sign(forger.header(kid=kid), forger.claims()) for kid in BAD_KIDS]
    kid = forger.header()["kid"]
    near = (kid + " ", f"./{kid}", kid.swapcase(), kid + "\0", f"{kid}' OR '1'='1")
    forged += [forger.sign(forger.header(kid=variant), forger.claims()) for variant in near]
    assert_all_inactive(lane, jira, forged)
    assert lane.is_active(jira, forger.token())
