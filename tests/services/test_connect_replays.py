"""A Connect JWT counts once or for the very same call, in one place, by its own key alone."""

from __future__ import annotations

import pytest

from authserver.domain.connect_keys import ConnectProblem
from authserver.domain.errors import StorageUnavailable
from authserver.services.connect_key_rules import SigningMaterial
from tests.connect.signing import (
    OTHER_SECRET,
    TARGET,
    RsaSigner,
    by_secret,
    claims,
    unsigned,
)
from tests.connect.sites import ConnectSite, connect_verdicts
from tests.services.world import Worker, World


@pytest.fixture
def site(world: World) -> ConnectSite:
    return ConnectSite(world)


@pytest.fixture(scope="module")
def signer() -> RsaSigner:
    return RsaSigner()


def test_with_an_id_it_counts_once_on_all_workers(site: ConnectSite) -> None:
    elsewhere = connect_verdicts(site.world, Worker(site.world))
    jwt = site.jwt(jti="one")
    site.good(jwt)
    for verdicts in (site.verdicts, elsewhere):
        unfit = site.unfit(jwt, by=verdicts)
        assert unfit.problem is ConnectProblem.REPLAYED
        assert unfit.token is not None
    # Another text with the same id is the same.
    assert site.unfit(site.jwt(jti="one", exp=int(site.world.clock.now()) + 60)).problem is (
        ConnectProblem.REPLAYED
    )
    site.good(site.jwt(jti="two"), by=elsewhere)


def test_a_refused_one_is_not_spent(site: ConnectSite) -> None:
    jwt = site.jwt(jti="one")
    assert site.unfit(jwt, "POST").problem is ConnectProblem.QUERY_HASH_WRONG
    site.good(jwt)


def test_ids_of_two_issuers_are_two(site: ConnectSite) -> None:
    site.add(issuer="com.example.other", material=SigningMaterial(secret=OTHER_SECRET))
    site.good(site.jwt(jti="one"))
    other = claims(at=site.world.clock.now(), iss="com.example.other", jti="one")
    site.good(by_secret(other, OTHER_SECRET))


def test_without_an_id_the_very_same_call_can_be_made_again_for_its_time(
    site: ConnectSite,
) -> None:
    jwt = site.jwt()
    first, second = site.good(jwt), site.good(jwt)
    assert first == second
    assert not first.has_own_id
    assert len(first.token_id) > 64
    assert site.unfit(jwt, "DELETE").problem is ConnectProblem.QUERY_HASH_WRONG
    site.world.clock.advance(180)
    assert site.unfit(jwt).problem is ConnectProblem.EXPIRED


def test_when_nobody_can_say_whether_it_was_spent_nobody_may_pass(site: ConnectSite) -> None:
    site.good(site.jwt())
    site.world.database.failing.add("assertions.spend")
    with pytest.raises(StorageUnavailable):
        site.judge(site.jwt(jti="one"))


def test_the_secret_of_another_app_or_another_site_proves_nothing(site: ConnectSite) -> None:
    site.world.add_resource("other")
    site.world.add_client("elsewhere", resources=("other",))
    site.add(resource="other", client_id="elsewhere", material=SigningMaterial(secret=OTHER_SECRET))
    site.add(issuer="com.example.other", material=SigningMaterial(secret=OTHER_SECRET))
    stolen = by_secret(claims(), OTHER_SECRET)
    unfit = site.unfit(stolen)
    assert (unfit.problem, unfit.token) == (ConnectProblem.SIGNATURE_INVALID, None)
    site.good(stolen, resource="other")
    unfit = site.unfit(site.jwt(), resource="other")
    assert unfit.problem is ConnectProblem.SIGNATURE_INVALID


@pytest.mark.parametrize("algorithm", ["none", "None", "HS384", "HS512", "RS256", "ES256", ""])
def test_the_key_says_which_algorithm_counts(site: ConnectSite, algorithm: str) -> None:
    header = {"typ": "JWT", "alg": algorithm}
    unfit = site.unfit(by_secret(claims(), header=header))
    assert unfit.problem is ConnectProblem.ALGORITHM_NOT_ALLOWED
    assert site.unfit(unsigned(claims(), header)).problem is ConnectProblem.MALFORMED


def test_a_key_set_verifies_rs256_and_nothing_else(site: ConnectSite, signer: RsaSigner) -> None:
    issuer = "https://integration.example"
    site.add(issuer=issuer, material=SigningMaterial(jwks=signer.jwks()))
    said = claims(iss=issuer, jti="one")
    assert site.good(signer.sign(said)).issuer == issuer
    for secret in (signer.public_pem.decode(), signer.jwks(), str(signer.jwk()["n"])):
        for header in ({"alg": "HS256"}, {"alg": "HS256", "kid": signer.kid}):
            unfit = site.unfit(by_secret(said, secret, header))
            assert unfit.problem is ConnectProblem.ALGORITHM_NOT_ALLOWED
    assert site.unfit(RsaSigner().sign(said)).problem is ConnectProblem.SIGNATURE_INVALID
    unknown = RsaSigner("k2").sign(said)
    assert site.unfit(unknown).problem is ConnectProblem.KEY_UNKNOWN
    # Nor does a key set help against an app with a secret.
    assert site.unfit(signer.sign(claims())).problem is ConnectProblem.ALGORITHM_NOT_ALLOWED


def test_in_the_query_it_is_left_out_of_what_is_signed(site: ConnectSite) -> None:
    jwt = site.jwt()
    for target in (f"{TARGET}&jwt={jwt}", f"{TARGET.replace('?', f'?jwt={jwt}&')}"):
        site.good(jwt, "GET", target, from_query=True)
    bare = TARGET.partition("?")[0]
    jwt = site.jwt("GET", bare)
    site.good(jwt, "GET", f"{bare}?jwt={jwt}", from_query=True)


def test_it_stands_in_one_place_once(site: ConnectSite) -> None:
    jwt = site.jwt()
    calls = [
        (f"{TARGET}&jwt={jwt}", False),
        (f"{TARGET}&jwt=", False),
        (f"{TARGET}&JWT=x", False),
        (f"{TARGET}&%6awt=x", False),
        (TARGET, True),
        (f"{TARGET}&jwt={jwt}&jwt={jwt}", True),
        (f"{TARGET}&jwt={jwt}&Jwt=x", True),
        (f"{TARGET}&%6Awt={jwt}", True),
        (f"{TARGET}&jwt={site.jwt(jti='two')}", True),
    ]
    for target, from_query in calls:
        unfit = site.unfit(jwt, "GET", target, from_query=from_query)
        assert unfit.problem is ConnectProblem.SEVERAL_PLACES, target
