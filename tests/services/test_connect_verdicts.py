"""A Connect JWT counts for the call it was signed for, at its site, once or for a short time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.connect_keys import ConnectAccess, ConnectProblem
from authserver.domain.errors import StorageUnavailable
from authserver.domain.resources import ResourceKind
from authserver.services.clients import ClientUpdate
from authserver.services.connect_key_rules import SigningMaterial
from authserver.services.connect_verdicts import LONGEST_AGE, LONGEST_LIFE, connect_base_path
from tests.connect.signing import (
    APP,
    OTHER_SECRET,
    SECRET,
    TARGET,
    RsaSigner,
    by_secret,
    claims,
    unsigned,
)
from tests.connect.sites import CLIENT, ConnectSite, connect_verdicts
from tests.services.world import ADMIN, ISSUER, JIRA, Worker, World

if TYPE_CHECKING:
    from collections.abc import Mapping

JIRA_MAIN = JIRA.replace("jira", "jira-main")


@pytest.fixture
def site(world: World) -> ConnectSite:
    return ConnectSite(world)


@pytest.fixture(scope="module")
def signer() -> RsaSigner:
    return RsaSigner()


def test_a_good_jwt_is_worth_what_its_key_gives(site: ConnectSite) -> None:
    now = int(site.world.clock.now())
    access = site.good(site.jwt(jti="one"))
    assert access == ConnectAccess(
        issuer=APP,
        subject=f"client:{CLIENT}",
        audience=site.world.database.state.resources["jira-main"].identifier,
        client_id=CLIENT,
        scopes=frozenset({"READ"}),
        issued_at=now,
        expires_at=now + 180,
        token_id=f"connect:jira-main:{APP}:one",
        grant_id="",
        has_own_id=True,
    )


def test_a_site_without_keys_has_nothing_to_say(site: ConnectSite) -> None:
    site.world.add_resource("wiki")
    assert site.judge(site.jwt(), resource="wiki") is None
    assert site.judge("not a JWT", resource="wiki") is None


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", TARGET),
        ("HEAD", TARGET),
        ("GET", "/rest/api/2/issue/AB-2?fields=summary"),
        ("GET", "/rest/api/2/issue/AB-1"),
        ("GET", "/rest/api/2/issue/AB-1?fields=*all"),
        ("GET", "/rest/api/2/issue/AB-1?fields=summary&expand=changelog"),
        ("GET", "/rest/api/2/issue/AB-1?fields=summary&__proto__=x"),
        ("GET", "/rest/api/2/issue/AB-1?fields=summary&x=%ff"),
    ],
)
def test_it_counts_for_no_other_call(site: ConnectSite, method: str, target: str) -> None:
    unfit = site.unfit(site.jwt(), method, target)
    assert unfit.problem is ConnectProblem.QUERY_HASH_WRONG
    assert unfit.issuer == APP


def test_the_base_path_of_the_site_is_not_signed(world: World) -> None:
    world.add_resource("below", context_path="/jira")
    site = ConnectSite(world)
    world.clients.update(CLIENT, ClientUpdate(resources=("jira-main", "below")), ADMIN)
    site.add(resource="below")
    jwt = site.jwt("GET", TARGET)
    site.good(jwt, "GET", "/jira" + TARGET, resource="below")
    unfit = site.unfit(site.jwt("GET", "/jira" + TARGET), "GET", "/jira" + TARGET, resource="below")
    assert unfit.problem is ConnectProblem.QUERY_HASH_WRONG


def test_in_confluence_cloud_wiki_belongs_to_the_base(site: ConnectSite) -> None:
    resource = site.world.database.state.resources["jira-main"]
    wiki = replace(
        resource,
        kind=ResourceKind.CONFLUENCE_CLOUD,
        url="https://example.atlassian.net",
        context_path="",
    )
    assert connect_base_path(wiki) == "/wiki"
    assert connect_base_path(replace(wiki, url=wiki.url + "/wiki")) == "/wiki"
    assert connect_base_path(replace(wiki, kind=ResourceKind.JIRA_CLOUD)) == ""


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"qsh": ...}, ConnectProblem.CLAIM_MISSING),
        ({"iat": ...}, ConnectProblem.CLAIM_MISSING),
        ({"exp": ...}, ConnectProblem.CLAIM_MISSING),
        ({"exp": "soon"}, ConnectProblem.CLAIM_MISSING),
        ({"exp": True}, ConnectProblem.CLAIM_MISSING),
        ({"jti": ""}, ConnectProblem.CLAIM_MISSING),
        ({"jti": "a\nb"}, ConnectProblem.CLAIM_MISSING),
        ({"jti": "\ud800"}, ConnectProblem.MALFORMED),
        ({"jti": 7}, ConnectProblem.CLAIM_MISSING),
        ({"aud": []}, ConnectProblem.CLAIM_MISSING),
        ({"aud": [7]}, ConnectProblem.CLAIM_MISSING),
        ({"qsh": "context-qsh"}, ConnectProblem.CONTEXT_TOKEN),
        ({"qsh": "f" * 64}, ConnectProblem.QUERY_HASH_WRONG),
        ({"qsh": "ü" * 64}, ConnectProblem.QUERY_HASH_WRONG),
        ({"qsh": "\udc80"}, ConnectProblem.MALFORMED),
        ({"iss": "com.example.other"}, ConnectProblem.ISSUER_UNKNOWN),
        ({"iss": APP.upper()}, ConnectProblem.ISSUER_UNKNOWN),
        ({"aud": "https://elsewhere.example"}, ConnectProblem.AUDIENCE_NOT_ACCEPTED),
        ({"aud": ["https://elsewhere.example"]}, ConnectProblem.AUDIENCE_NOT_ACCEPTED),
        ({"sub": "557058:alice"}, ConnectProblem.SUBJECT_NOT_ACCEPTED),
    ],
)
def test_what_it_says_must_fit(
    site: ConnectSite, changes: Mapping[str, Any], problem: ConnectProblem
) -> None:
    assert site.unfit(site.jwt(**changes)).problem is problem


@pytest.mark.parametrize(
    "audience", [JIRA_MAIN, [JIRA_MAIN + "/"], [ISSUER], ["https://elsewhere.example", JIRA_MAIN]]
)
def test_an_audience_may_name_the_site_or_us(site: ConnectSite, audience: object) -> None:
    site.good(site.jwt(aud=audience, sub=APP))


def test_an_audience_may_name_the_sites_key_in_connect(world: World) -> None:
    site = ConnectSite(world, audience="jira:1234-5678-9000")
    site.good(site.jwt(aud=["jira:1234-5678-9000"], sub="jira:1234-5678-9000"))
    for aud in ("jira:1234", "jira:1234-5678-9000/", "JIRA:1234-5678-9000"):
        assert site.unfit(site.jwt(aud=[aud])).problem is ConnectProblem.AUDIENCE_NOT_ACCEPTED


@pytest.mark.parametrize(
    ("changes", "later", "problem"),
    [
        ({}, 180, ConnectProblem.EXPIRED),
        ({}, 10_000, ConnectProblem.EXPIRED),
        ({}, -31, ConnectProblem.NOT_YET_VALID),
        ({"life": LONGEST_LIFE}, LONGEST_AGE, ConnectProblem.TOO_OLD),
        ({"life": LONGEST_LIFE + 1}, 0, ConnectProblem.LIFE_TOO_LONG),
        ({"life": 0}, 0, ConnectProblem.LIFE_TOO_LONG),
        ({"life": -60}, -100, ConnectProblem.LIFE_TOO_LONG),
        ({"nbf": 40}, 0, ConnectProblem.NOT_YET_VALID),
    ],
)
def test_it_counts_in_its_time_only(
    site: ConnectSite, changes: Mapping[str, int], later: int, problem: ConnectProblem
) -> None:
    now = int(site.world.clock.now())
    stated: dict[str, Any] = {"exp": now + changes.get("life", 180)}
    if "nbf" in changes:
        stated["nbf"] = now + changes["nbf"]
    jwt = site.jwt(**stated)
    site.world.clock.advance(later)
    assert site.unfit(jwt).problem is problem


def test_at_the_edges_of_its_time_it_counts(site: ConnectSite) -> None:
    now = int(site.world.clock.now())
    short, long = site.jwt(), site.jwt(exp=now + LONGEST_LIFE)
    site.world.clock.advance(-30)
    site.good(short)
    site.world.clock.advance(30 + 179)
    site.good(short)
    site.world.clock.advance(LONGEST_AGE - 180)
    assert site.good(long).expires_at == now + LONGEST_AGE


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


def test_a_disabled_key_counts_no_more_when_the_command_returns(site: ConnectSite) -> None:
    site.good(site.jwt())
    site.keys.set_enabled("jira-main", APP, ADMIN, enabled=False)
    assert site.unfit(site.jwt()).problem is ConnectProblem.KEY_STOPPED
    site.keys.set_enabled("jira-main", APP, ADMIN, enabled=True)
    site.world.clock.advance(1)
    site.good(site.jwt())
    site.keys.remove("jira-main", APP, ADMIN)
    assert site.judge(site.jwt()) is None


def test_the_secret_before_goes_on_for_the_overlap(site: ConnectSite) -> None:
    site.good(site.jwt())
    material = SigningMaterial(secret=OTHER_SECRET)
    site.keys.rotate("jira-main", APP, material, ADMIN, overlap_seconds=600)
    now = site.world.clock.now()
    site.good(by_secret(claims(at=now), SECRET))
    site.good(by_secret(claims(at=now), OTHER_SECRET))
    site.world.clock.advance(600)
    now = site.world.clock.now()
    site.good(by_secret(claims(at=now), OTHER_SECRET))
    unfit = site.unfit(by_secret(claims(at=now), SECRET))
    assert unfit.problem is ConnectProblem.SIGNATURE_INVALID


def test_without_overlap_the_secret_before_ends_at_once(site: ConnectSite) -> None:
    material = SigningMaterial(secret=OTHER_SECRET)
    site.keys.rotate("jira-main", APP, material, ADMIN, overlap_seconds=0)
    assert site.unfit(site.jwt()).problem is ConnectProblem.SIGNATURE_INVALID


def test_the_client_must_still_be_able_to_call(site: ConnectSite) -> None:
    clients = site.world.clients
    site.good(site.jwt())
    clients.disable(CLIENT, ADMIN)
    assert site.unfit(site.jwt()).problem is ConnectProblem.CLIENT_STOPPED
    clients.enable(CLIENT, ADMIN)
    site.world.clock.advance(1)
    site.good(site.jwt())
    site.world.add_resource("other")
    clients.update(CLIENT, ClientUpdate(resources=("other",)), ADMIN)
    assert site.unfit(site.jwt()).problem is ConnectProblem.CLIENT_STOPPED


def test_a_key_never_gives_more_than_the_client_has_now(world: World) -> None:
    site = ConnectSite(world, scopes=("WRITE",))
    assert site.good(site.jwt()).scopes == {"WRITE"}
    world.clients.update(CLIENT, ClientUpdate(scopes=("READ",)), ADMIN)
    assert site.good(site.jwt()).scopes == {"READ"}


def test_without_a_common_scope_it_is_worth_nothing(site: ConnectSite) -> None:
    site.world.add_resource("cloud", kind="jira-cloud", url="https://example.atlassian.net")
    site.world.clients.update(
        CLIENT,
        ClientUpdate(resources=("jira-main", "cloud"), scopes=("read:jira-work",)),
        ADMIN,
    )
    assert site.unfit(site.jwt()).problem is ConnectProblem.NO_SCOPE


def test_a_stopped_site_takes_none(site: ConnectSite) -> None:
    site.world.resources.disable("jira-main", ADMIN)
    assert site.unfit(site.jwt()).problem is ConnectProblem.RESOURCE_STOPPED


def test_what_was_revoked_of_the_client_counts_no_more(site: ConnectSite) -> None:
    jwt = site.jwt()
    now = site.world.clock.now()
    with site.world.database.writing() as stores:
        denial = Change(ChangeKind.SUBJECT, f"client:{CLIENT}", now + 3600, issued_until=now)
        stores.authority.advance([denial])
    site.world.worker.view.poll()
    assert site.unfit(jwt).problem is ConnectProblem.DENIED
    site.world.clock.advance(1)
    site.good(site.jwt())


def test_issuers_that_nobody_registered_cost_no_question(site: ConnectSite) -> None:
    site.good(site.jwt())
    asked = site.world.database.calls["connect_keys.list"]
    for number in range(20):
        site.unfit(site.jwt(iss=f"app-{number}"))
    assert site.world.database.calls["connect_keys.list"] == asked


def test_a_secret_that_does_not_open_stops_its_own_key_only(site: ConnectSite) -> None:
    site.add(issuer="com.example.other", material=SigningMaterial(secret=OTHER_SECRET))
    stored = site.world.database.state.connect_keys
    stored["jira-main", APP] = replace(stored["jira-main", APP], sealed=b"9|x|y|z")
    verdicts = connect_verdicts(site.world, site.world.worker)
    with pytest.raises(StorageUnavailable, match=APP):
        site.judge(site.jwt(), by=verdicts)
    other = by_secret(claims(iss="com.example.other"), OTHER_SECRET)
    site.good(other, by=verdicts)


def test_a_secret_before_that_does_not_open_stops_nothing(site: ConnectSite) -> None:
    stored = site.world.database.state.connect_keys
    stored["jira-main", APP] = replace(
        stored["jira-main", APP],
        sealed_before=b"9|x|y|z",
        before_until=site.world.clock.now() + 60,
    )
    site.good(site.jwt(), by=connect_verdicts(site.world, site.world.worker))


def test_no_answer_shows_what_the_jwt_was(site: ConnectSite) -> None:
    jwt = site.jwt(jti="secret-id", sub="557058:alice")
    unfit = site.unfit(jwt)
    assert "alice" not in unfit.reason
    assert SECRET not in repr(site.verdicts.__dict__)
    assert jwt not in repr(unfit)
