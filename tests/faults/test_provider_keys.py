"""F-24, F-26, F-27: keys that rotate, vanish, are poisoned or cannot be reached."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.crypto.foreign_keys import ForeignKeySets
from authserver.crypto.foreign_tokens import StrictForeignTokenReader
from authserver.crypto.system import SystemClock
from authserver.domain.external_tokens import ExternalProblem
from authserver.domain.outbound import OutboundPolicy
from authserver.domain.upstream_ports import ForeignTokenRefused, UpstreamFailure
from authserver.services.provider_documents import ProviderDocuments
from authserver.services.provider_fetches import ProviderFetches
from authserver.upstream.http_client import GuardedHttpClient
from authserver.upstream.oidc_server import OidcServers
from tests.crypto.providers import foreign_claims, foreign_token, public_jwk, rsa_key
from tests.faults.hurt_provider import DISCOVERY, HurtProvider
from tests.services.upstreams import DocumentScene
from tests.upstream.providers import OKTA, OKTA_METADATA
from tests.upstream.resolvers import ScriptedResolver
from tests.upstream.servers import LoopbackServer, always, answer, once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from authserver.domain.outbound import HttpClient

READER: Final = StrictForeignTokenReader()
RS256: Final = frozenset({"RS256"})
OTHERS_KEY: Final = rsa_key()
MINUTE: Final = 61.0
BREAKER_SECONDS: Final = 30.0


class PushedClock(SystemClock):
    """The system's clock, pushed ahead now and then."""

    ahead = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


class Gate:
    """What verifies tokens of a hurt provider: calls over the wire, time by hand."""

    def __init__(self, provider: HurtProvider) -> None:
        self.there = provider
        issuer = provider.issuer
        self.scene = DocumentScene(
            replace(OKTA, issuer=issuer, discovery_url=provider.discovery_url)
        )
        self.wire_clock = PushedClock()
        self.http = GuardedHttpClient(
            clock=self.wire_clock,
            policy=OutboundPolicy(
                private_origins=frozenset({issuer}),
                total_seconds=1.0,
                breaker_open_seconds=BREAKER_SECONDS,
            ),
        )
        self.documents = documents_by(self.scene, self.http, issuer)

    def verify(self, token: str) -> str:
        """The subject; raises what its readers raise."""
        issuer = self.there.issuer
        keys = self.documents.keys(self.scene.provider, READER.peek(token).key_id)
        return str(READER.verify(token, keys, RS256, issuer=issuer)["sub"])

    def token(self, key: RSAPrivateKey, kid: str, **claims: Any) -> str:
        return foreign_token(key, foreign_claims(iss=self.there.issuer, **claims), kid=kid)

    def refusal(self, token: str) -> ExternalProblem:
        with pytest.raises(ForeignTokenRefused) as caught:
            self.verify(token)
        return caught.value.problem


def documents_by(scene: DocumentScene, http: HttpClient, *opened: str) -> ProviderDocuments:
    servers = OidcServers(
        http=http, clock=SystemClock(), keys=ForeignKeySets(), opened_origins=frozenset(opened)
    )
    return ProviderDocuments(
        database=scene.database,
        clock=scene.clock,
        fetches=ProviderFetches(administration=scene.administration, server=servers),
    )


@pytest.fixture
def gate() -> Iterator[Gate]:
    with HurtProvider() as provider:
        gate = Gate(provider)
        yield gate
        gate.http.close()


@pytest.mark.rule("F-26")
@pytest.mark.rule("FE-15")
@pytest.mark.feature(27)
@pytest.mark.trap(6)
def test_a_provider_may_rotate_its_keys_under_load(gate: Gate) -> None:
    for number in range(2, 6):
        kid, key = f"k{number}", rsa_key()
        gate.there.jwks = [public_jwk(key, kid), *gate.there.jwks[:1]]
        before = gate.there.asked("/keys")
        tokens = [gate.token(key, kid, sub=f"user-{each}") for each in range(40)]
        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(gate.verify, tokens)) == sorted(
                f"user-{each}" for each in range(40)
            )
        assert gate.there.asked("/keys") == before + 1
        gate.scene.clock.advance(MINUTE)


@pytest.mark.rule("F-26")
@pytest.mark.rule("FE-15")
def test_a_flood_of_unknown_kids_reaches_the_provider_once(gate: Gate) -> None:
    good = gate.token(gate.there.key, "k1")
    gate.verify(good)
    gate.scene.clock.advance(MINUTE)
    for number in range(100):
        forged = gate.token(gate.there.key, f"unknown-{number}")
        assert gate.refusal(forged) is ExternalProblem.KEY_UNKNOWN
        assert gate.verify(good)
    assert gate.there.asked("/keys") == 2


@pytest.mark.rule("F-26")
@pytest.mark.rule("FE-15")
def test_a_provider_that_empties_its_keys_signs_for_nobody(gate: Gate) -> None:
    token = gate.token(gate.there.key, "k1")
    gate.verify(token)
    gate.there.jwks = []
    gate.scene.clock.advance(901)
    assert gate.refusal(token) is ExternalProblem.KEY_UNKNOWN
    assert gate.scene.recorded() == [("provider.unusable", "keys")]


@pytest.mark.rule("F-26")
@pytest.mark.rule("FE-15")
def test_another_key_under_a_known_name_replaces_it_and_next_to_it_kills_both(gate: Gate) -> None:
    old, poison = gate.there.key, rsa_key()
    token, forged = gate.token(old, "k1"), gate.token(poison, "k1")
    gate.verify(token)
    assert gate.refusal(forged) is ExternalProblem.SIGNATURE_INVALID
    gate.there.jwks = [public_jwk(old, "k1"), public_jwk(poison, "k1")]
    gate.scene.clock.advance(901)
    assert gate.refusal(token) is ExternalProblem.KEY_UNKNOWN
    assert gate.refusal(forged) is ExternalProblem.KEY_UNKNOWN
    gate.there.jwks = [public_jwk(poison, "k1")]
    gate.scene.clock.advance(901)
    assert gate.refusal(token) is ExternalProblem.SIGNATURE_INVALID


@pytest.mark.rule("F-26")
@pytest.mark.parametrize("count", [1001, 10_000])
def test_keys_without_end_are_not_taken(gate: Gate, count: int) -> None:
    token = gate.token(gate.there.key, "k1")
    gate.there.jwks = [{"kty": "RSA", "kid": f"k{each}"} for each in range(count)]
    with pytest.raises(UpstreamFailure):
        gate.verify(token)


@pytest.mark.rule("F-24")
@pytest.mark.rule("FE-15")
def test_in_an_outage_known_keys_verify_on_and_unknown_ones_do_not(gate: Gate) -> None:
    token = gate.token(gate.there.key, "k1")
    gate.verify(token)
    gate.there.faults[""] = once(answer(status="503 Gone"))
    gate.scene.clock.advance(3600)
    began = time.monotonic()
    for _ in range(50):
        assert gate.verify(token)
        assert gate.refusal(gate.token(OTHERS_KEY, "k9")) is ExternalProblem.KEY_UNKNOWN
    assert time.monotonic() - began < 2.0
    gate.scene.clock.advance(86_400)
    with pytest.raises(UpstreamFailure):
        gate.verify(token)


@pytest.mark.rule("F-24")
@pytest.mark.rule("FE-14")
def test_a_provider_that_fails_again_and_again_is_left_alone_and_then_tried(gate: Gate) -> None:
    gate.there.faults[""] = once(answer(status="503 Gone"))
    token = gate.token(gate.there.key, "k1")
    for _ in range(8):
        with pytest.raises(UpstreamFailure):
            gate.verify(token)
        gate.scene.clock.advance(MINUTE)
    assert gate.there.asked(DISCOVERY) == 5, "after five failures nobody calls"
    gate.there.faults.clear()
    with pytest.raises(UpstreamFailure):
        gate.verify(token)
    gate.scene.clock.advance(MINUTE)
    gate.wire_clock.ahead += BREAKER_SECONDS
    assert gate.verify(token)


@pytest.mark.rule("FE-14")
def test_no_address_that_a_token_brings_along_is_called(gate: Gate) -> None:
    """The canary's origin is even open to calls, and its tokens are well signed."""
    with LoopbackServer(always(answer(b'{"keys":[]}'))) as canary:
        url = f"{canary.origin}/keys"
        http = GuardedHttpClient(
            clock=SystemClock(),
            policy=OutboundPolicy(private_origins=frozenset({gate.there.issuer, canary.origin})),
        )
        gate.documents = documents_by(gate.scene, http, gate.there.issuer, canary.origin)
        claims = foreign_claims(
            iss=gate.there.issuer,
            _claim_names={"groups": "src1"},
            _claim_sources={"src1": {"endpoint": url}},
            jwks_uri=url,
        )
        assert gate.verify(foreign_token(gate.there.key, claims)) == claims["sub"]
        for member in ("jku", "x5u", "jwk", "x5c", "iss", "url"):
            header: dict[str, Any] = {member: url}
            with pytest.raises(ForeignTokenRefused):
                gate.verify(foreign_token(gate.there.key, claims, **header))
        for kid in (url, f"../../{url}", f"k1#{url}"):
            assert gate.refusal(gate.token(gate.there.key, kid)) is ExternalProblem.KEY_UNKNOWN
        stranger = foreign_token(gate.there.key, foreign_claims(iss=canary.origin))
        assert gate.refusal(stranger) is ExternalProblem.ISSUER_NOT_ACCEPTED
        http.close()
        assert canary.connections == 0


@pytest.mark.rule("F-27")
@pytest.mark.rule("FE-04")
@pytest.mark.parametrize(
    "answers",
    [
        [],
        [["127.0.0.1"]],
        [["169.254.169.254"]],
        [["93.184.216.34", "127.0.0.1"]],
        [["::1"]],
        [["10.0.0.8"]],
    ],
    ids=str,
)
def test_a_name_that_leads_astray_is_not_called_and_known_keys_verify_on(
    answers: list[list[str]],
) -> None:
    """The provider's name is gone, or somebody turned it to an address inside."""
    with LoopbackServer(always(answer())) as canary:
        url = f"https://dev.okta.example:{canary.port}/d"
        scene = DocumentScene(replace(OKTA, discovery_url=url))
        named = {"dev_okta_example": answers} if answers else {}
        http = GuardedHttpClient(
            clock=SystemClock(),
            policy=OutboundPolicy(ports=frozenset({443, canary.port})),
            resolver=ScriptedResolver(**named),
        )
        documents = documents_by(scene, http)
        metadata = replace(OKTA_METADATA, jwks_uri=f"https://dev.okta.example:{canary.port}/keys")
        key = OTHERS_KEY
        with scene.database.writing() as stores:
            jwks = ForeignKeySets().usable([public_jwk(key)])
            now = scene.clock.now()
            documents.store_checked(stores, scene.provider, metadata, jwks, now)
        token = foreign_token(key)
        for seconds in (0, 1000, 80_000):
            scene.clock.advance(seconds)
            documents.refresh_due()
            keys = documents.keys(scene.provider, "k1")
            assert READER.verify(token, keys, RS256, issuer=OKTA.issuer)
        scene.clock.advance(10_000)
        documents.refresh_due()
        with pytest.raises(UpstreamFailure, match=r"address_refused|dns_failed|circuit_open"):
            documents.keys(scene.provider, "k1")
        http.close()
        assert canary.connections == 0
