"""`private_key_jwt` as registered keys prove it (CA-08, CA-09)."""

from __future__ import annotations

import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.crypto.assertions import PRIVATE, assertion_claims, make, public_jwk
from tests.crypto.forging import segment, signed
from tests.rfc.installations import ISSUER
from tests.rfc.lanes import REVOKE, TOKEN, assert_invalid_client
from tests.rfc.tokens import claims_of

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.machine.doors import Answer
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASKED: Final = {"grant_type": "client_credentials"}
PRESENTED_AT_ONCE: Final = 20
ABSENT: Final = ...


@pytest.fixture
def keyed(installation: Installation, jira: Site) -> Caller:
    """A client with a key for each algorithm."""
    jwks = {"keys": [public_jwk(algorithm) for algorithm in PRIVATE]}
    return installation.caller("ci-job", jira, "READ", auth_method="private_key_jwt", jwks=jwks)


def present(lane: Lane, assertion: str, path: str = TOKEN, **form: str) -> Answer:
    """Ask for a token (or revoke nothing) with a client assertion."""
    proof = {"client_assertion": assertion, "client_assertion_type": JWT_BEARER}
    asked = ASKED if path == TOKEN else {"token": "x"}
    return lane.post(path, {**asked, **proof, **form})


class Written:
    """Writes assertions, each with a `jti` of its own."""

    def __init__(self) -> None:
        self._number = 0

    def claims(self, **changes: object) -> dict[str, Any]:
        self._number += 1
        return assertion_claims(**{"jti": f"jti-{self._number}", **changes})

    def __call__(
        self,
        algorithm: str = "ES256",
        header: dict[str, object] | None = None,
        **changes: object,
    ) -> str:
        return make(self.claims(**changes), algorithm, header)


@pytest.fixture
def write() -> Written:
    return Written()


@pytest.mark.rule("CA-08")
def test_a_registered_key_proves_the_client(lane: Lane, keyed: Caller, write: Written) -> None:
    for algorithm in PRIVATE:
        for path in (TOKEN, REVOKE):
            assert present(lane, write(algorithm), path).status == 200
        assert present(lane, write(algorithm), client_id="ci-job").status == 200
        assert present(lane, write(algorithm, {"kid": ABSENT})).status == 401
    assert present(lane, write(header={"typ": "client-authentication+jwt"})).status == 200
    assert present(lane, write(header={"typ": ABSENT})).status == 200


@pytest.mark.rule("CA-08")
def test_no_other_algorithm_or_key_proves_the_client(
    lane: Lane, keyed: Caller, write: Written
) -> None:
    header = {"alg": "none", "kid": "key-ES256", "typ": "JWT"}
    forged = [
        f"{segment({**header, 'alg': spelling})}.{segment(write.claims())}."
        for spelling in ("none", "None", "NONE", "")
    ]
    public = PRIVATE["PS256"].public_key()
    for secret in (
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(public_jwk("PS256")).encode(),
        b"",
    ):
        forged += [_hmac_signed(secret, kid, write.claims()) for kid in ("key-PS256", "key-ES256")]
    rsa_key: Any = PRIVATE["PS256"]
    for name in ("RS256", "RS512", "PS384", "PS512"):
        forged.append(
            jwt.encode(write.claims(), rsa_key, name, headers={"kid": "key-PS256", "typ": "JWT"})
        )
    stranger = ec.generate_private_key(ec.SECP256R1())
    own_jwk: Any = jwt.get_algorithm_by_name("ES256").to_jwk(stranger.public_key(), as_dict=True)
    for extra in (
        {},
        {"jwk": own_jwk},
        {"jku": "http://127.0.0.1:9/jwks"},
        {"x5u": "http://127.0.0.1:9/"},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"]},
    ):
        good = {"alg": "ES256", "kid": "key-ES256", "typ": "JWT"}
        forged.append(signed(stranger, "ES256", {**good, **extra}, write.claims()))
        if extra:
            forged.append(write(header=dict(extra)))
    forged += [write(header={"kid": kid}) for kid in ("key-PS256", "key-0", "", 7, "../ES256")]
    forged += [write(header={"alg": "PS256"}), write("PS256", {"alg": "ES256"})]
    forged += [write(header={"typ": kind}) for kind in ("at+jwt", "logout+jwt", "dpop+jwt", 7)]
    for assertion in forged:
        assert_invalid_client(present(lane, assertion))
    assert present(lane, write()).status == 200


@pytest.mark.rule("CA-08")
def test_times_parties_and_name_of_an_assertion_are_checked(
    installation: Installation, lane: Lane, keyed: Caller, write: Written
) -> None:
    now = int(installation.clock.now())
    wrong: list[dict[str, Any]] = [
        {"exp": now},
        {"exp": now - 3600},
        {"exp": now + 301},
        {"exp": now + 3600},
        {"exp": ABSENT},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 1e300},
        {"iat": now + 61, "exp": now + 120},
        {"nbf": now + 61, "exp": now + 120},
        {"jti": ABSENT},
        {"jti": ""},
        {"jti": 7},
        {"jti": "x" * 5000},
        {"iss": "other"},
        {"sub": "other"},
        {"iss": "other", "sub": "other"},
        {"iss": ABSENT},
        {"sub": ABSENT},
        {"sub": ["ci-job"]},
    ]
    for changes in wrong:
        assert_invalid_client(present(lane, write(**changes)))
    fits: list[dict[str, Any]] = [
        {"exp": now + 300},
        {"iat": now + 60, "exp": now + 120},
        {"nbf": now + 60, "exp": now + 120},
        {"iat": ABSENT},
    ]
    for changes in fits:
        assert present(lane, write(**changes)).status == 200


@pytest.mark.rule("CA-08")
def test_an_assertion_speaks_only_for_its_own_client(
    installation: Installation, lane: Lane, keyed: Caller, jira: Site, write: Written
) -> None:
    other_key = rsa.generate_private_key(65537, 2048)
    jwk: Any = jwt.get_algorithm_by_name("PS256").to_jwk(other_key.public_key(), as_dict=True)
    jwks = {"keys": [{**jwk, "kid": "key-PS256"}]}
    installation.caller("other", jira, "READ", auth_method="private_key_jwt", jwks=jwks)
    as_other = signed(
        other_key,
        "PS256",
        {"alg": "PS256", "kid": "key-PS256", "typ": "JWT"},
        write.claims(iss="other", sub="other"),
    )
    assert_invalid_client(present(lane, as_other, client_id="ci-job"))
    assert_invalid_client(present(lane, write(), client_id="other"))
    assert_invalid_client(present(lane, write("PS256", iss="other", sub="other")))
    assert present(lane, as_other, client_id="other").status == 200


@pytest.mark.rule("CA-08")
def test_a_key_that_two_clients_share_does_not_let_one_speak_for_the_other(
    installation: Installation, lane: Lane, keyed: Caller, jira: Site, write: Written
) -> None:
    jwks = {"keys": [public_jwk(algorithm) for algorithm in PRIVATE]}
    installation.caller("twin", jira, "READ", auth_method="private_key_jwt", jwks=jwks)
    names = ("ci-job", "twin")
    sent: tuple[dict[str, str], ...] = ({"client_id": "ci-job"}, {"client_id": "twin"}, {})
    for issuer, subject, form in itertools.product(names, names, sent):
        if len({issuer, subject, *form.values()}) > 1:
            for path in (TOKEN, REVOKE):
                assert_invalid_client(present(lane, write(iss=issuer, sub=subject), path, **form))
    for name in names:
        for form in ({"client_id": name}, {}):
            once = write(iss=name, sub=name)
            answer = present(lane, once, **form)
            assert claims_of(answer.json["access_token"])["client_id"] == name
            for again in sent:
                assert_invalid_client(present(lane, once, **again))


@pytest.mark.rule("CA-08")
def test_an_assertion_counts_once_for_every_worker_and_after_a_restart(
    installation: Installation, lane: Lane, keyed: Caller, write: Written
) -> None:
    other = installation.start_worker().lane
    once = write()
    assert present(lane, once).status == 200
    for again in (lane, other, installation.start_worker().lane):
        assert_invalid_client(present(again, once))
        assert_invalid_client(present(again, once, REVOKE))
    installation.clock.advance(59)
    assert_invalid_client(present(other, once))
    assert_invalid_client(present(lane, write("PS256", jti="jti-1")))


@pytest.mark.rule("CA-08")
def test_an_assertion_counts_once_when_many_present_it_together(
    installation: Installation, lane: Lane, keyed: Caller, write: Written
) -> None:
    lanes = [lane, installation.start_worker().lane]
    once = write()
    start = threading.Barrier(PRESENTED_AT_ONCE)

    def attempt(number: int) -> int:
        start.wait()
        return present(lanes[number % 2], once).status

    with ThreadPoolExecutor(PRESENTED_AT_ONCE) as pool:
        statuses = sorted(pool.map(attempt, range(PRESENTED_AT_ONCE)))
    assert statuses == [200] + [401] * (PRESENTED_AT_ONCE - 1)


@pytest.mark.rule("CA-09")
def test_the_audience_is_our_issuer_and_nothing_else(
    lane: Lane, keyed: Caller, write: Written
) -> None:
    others: list[object] = [
        f"{ISSUER}/oauth2/token",
        f"{ISSUER}/",
        ISSUER.upper(),
        ISSUER.replace("https", "http"),
        f"{ISSUER}.evil.example",
        "https://other.example.org",
        "https://jira.example.org",
        [ISSUER],
        [ISSUER, "https://other.example.org"],
        ["https://other.example.org", ISSUER],
        {"0": ISSUER},
        "",
        None,
        True,
        ABSENT,
    ]
    for audience in others:
        assert_invalid_client(present(lane, write(aud=audience)))
    assert present(lane, write(aud=ISSUER)).status == 200


def _hmac_signed(secret: bytes, kid: str, claims: dict[str, Any]) -> str:
    algorithm: Any = jwt.get_algorithm_by_name("HS256")
    signing_input = f"{segment({'alg': 'HS256', 'kid': kid, 'typ': 'JWT'})}.{segment(claims)}"
    return f"{signing_input}.{segment(algorithm.sign(signing_input.encode(), secret))}"
