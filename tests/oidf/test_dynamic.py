"""oidcc-dynamic-certification-test-plan[response_type=code]."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jwt
import pytest

from tests.oidf.clients import CALLBACK, SUITE, ClientKey
from tests.oidf.discovery import check_discovery
from tests.oidf.dynamic import DynamicPlan, dynamic_plan
from tests.oidf.op import (
    check_error,
    check_invalid_grant,
    check_shows_error,
    id_token_claims,
    keys,
    metadata,
)
from tests.oidf.suite_server import SuiteServer
from tests.people.world import PeopleWorld
from tests.upstream.certificates import TestAuthority
from tests.upstream.servers import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.people.world import PeopleInstallation
    from tests.rfc.installations import Installations

OFFLINE = "openid offline_access"
REFRESHING = ["authorization_code", "refresh_token"]


@pytest.fixture(scope="module")
def plan(
    people_installations: Installations[PeopleInstallation],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[DynamicPlan]:
    """The plan on a server whose settings are the how-to's."""
    authority = TestAuthority(tmp_path_factory.mktemp("authority"))
    suite = SuiteServer()
    with LoopbackServer(suite, tls=authority.server_for("127.0.0.1")) as server:
        overrides = {
            "AUTHSERVER_REGISTRATION_MODE": "token",
            "AUTHSERVER_CLIENTS_ASSERTION_RS256": "on",
            "AUTHSERVER_KEYS_ANNOUNCE_SECONDS": "120",
            "AUTHSERVER_KEYS_JWKS_MAX_AGE_SECONDS": "60",
            "AUTHSERVER_OUTBOUND_CLIENT_ORIGINS": server.origin,
            "AUTHSERVER_OUTBOUND_CA_FILE": str(authority.ca_file),
        }
        folder = tmp_path_factory.mktemp("plan") / "people"
        with people_installations.make(folder, overrides) as installation:
            yield dynamic_plan(PeopleWorld(installation), suite, server.origin)


def test_oidcc_discovery_endpoint_verification_but_for_implicit(plan: DynamicPlan) -> None:
    document = check_discovery(plan.world)
    assert document["response_types_supported"] == ["code"]
    assert "RS256" in document["token_endpoint_auth_signing_alg_values_supported"]


def test_oidcc_idtoken_rs256(plan: DynamicPlan) -> None:
    run = plan.run(id_token_signed_response_alg="RS256")
    assert jwt.get_unverified_header(run.flow().told["id_token"])["alg"] == "RS256"


def test_oidcc_idtoken_unsigned_skipped(plan: DynamicPlan) -> None:
    assert "none" not in metadata(plan.world)["id_token_signing_alg_values_supported"]


def test_oidcc_userinfo_rs256(plan: DynamicPlan) -> None:
    run = plan.run(userinfo_signed_response_alg="RS256")
    flow = run.flow()
    answer = run.asked(flow.access_token)
    assert answer.headers["content-type"] == "application/jwt"
    assert jwt.get_unverified_header(answer.body.decode())["alg"] == "RS256"
    claims = run.userinfo(flow.access_token)
    assert claims["sub"] == flow.claims["sub"]
    assert "nonce" not in claims


def test_oidcc_ensure_redirect_uri_in_authorization_request(plan: DynamicPlan) -> None:
    check_shows_error(plan.run().go(redirect_uri=None))


def test_oidcc_redirect_uri_query_ok(plan: DynamicPlan) -> None:
    plan.run(redirect_uris=[f"{CALLBACK}?foo=bar"]).flow()


def test_oidcc_redirect_uri_query_mismatch(plan: DynamicPlan) -> None:
    run = plan.run(redirect_uris=[f"{CALLBACK}?foo=bar"])
    check_shows_error(run.go(redirect_uri=f"{CALLBACK}?bar=foo"))


def test_oidcc_redirect_uri_query_added(plan: DynamicPlan) -> None:
    check_shows_error(plan.run().go(redirect_uri=f"{CALLBACK}?foo=bar"))


def test_oidcc_redirect_uri_regfrag(plan: DynamicPlan) -> None:
    answer = plan.asked(redirect_uris=[f"{CALLBACK}#foobar"])
    assert answer.error == (400, "invalid_redirect_uri")


def test_oidcc_server(plan: DynamicPlan) -> None:
    methods = metadata(plan.world)["token_endpoint_auth_methods_supported"]
    assert "private_key_jwt" in methods
    client = plan.register()
    plan.run(client).flow()
    plan.unregister(client)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_oidcc_server_with_keys_that_its_method_does_not_need(
    plan: DynamicPlan, method: str
) -> None:
    plan.run(token_endpoint_auth_method=method).flow()


def test_oidcc_registration_logo_uri(plan: DynamicPlan) -> None:
    logo = f"{SUITE}/images/openid.png"
    run = plan.run(logo_uri=logo)
    page = run.go()
    assert (page.status, page.path) == (200, "/login")
    assert logo not in page.text


@pytest.mark.parametrize("member", ["policy_uri", "tos_uri"])
def test_oidcc_registration_policy_uri_and_tos_uri(plan: DynamicPlan, member: str) -> None:
    link = f"{SUITE}/login.html"
    run = plan.run(**{member: link})
    assert run.go().path == "/login"
    page = run.browser.click("sign-in", username="ada", password=plan.world.ada.password)
    assert page.path == "/consent"
    assert link in page.links


def test_oidcc_registration_jwks_uri(plan: DynamicPlan) -> None:
    key = ClientKey()
    plan.suite.jwks = {"keys": [key.public_jwk(kid="first")]}
    client = plan.register(key=key, kid="first", jwks=None, jwks_uri=plan.jwks_uri)
    plan.run(client).flow()


def test_oidcc_registration_sector_uri_and_sector_bad_skipped(plan: DynamicPlan) -> None:
    assert "pairwise" not in metadata(plan.world)["subject_types_supported"]


def test_oidcc_server_rotate_keys(plan: DynamicPlan) -> None:
    world = plan.world
    before = {key["kid"] for key in keys(world)}
    world.clock.advance(120)
    world.container.signing_keys.rotate(None, world.container.operator)
    world.installation.poll()
    after = {key["kid"] for key in keys(world)}
    assert after > before
    plan.run().flow()


def test_oidcc_refresh_token_rp_key_rotation(plan: DynamicPlan) -> None:
    old, new = ClientKey(), ClientKey()
    plan.suite.jwks = {"keys": [old.public_jwk(kid="old")]}
    client = plan.register(
        key=old, kid="old", jwks=None, jwks_uri=plan.jwks_uri, grant_types=REFRESHING
    )
    run = plan.run(client)
    first = run.flow(scope=OFFLINE, prompt="consent")
    plan.suite.jwks = {"keys": [new.public_jwk(kid="new")]}
    plan.world.clock.advance(60)
    renewed = type(client)(
        client.client_id, method=client.method, key=new, kid="new", told=client.told
    )
    answer = run.refresh(first.told["refresh_token"], renewed, OFFLINE)
    assert answer.status == 200, answer.body
    run.userinfo(answer.json["access_token"])


@pytest.mark.parametrize("algorithm", [None, "RS256"])
def test_oidcc_request_uri_unsigned_and_signed_rs256_are_told_unsupported(
    plan: DynamicPlan, algorithm: str | None
) -> None:
    uri = f"{SUITE}/requesturi/x"
    run = plan.run(request_uris=[uri], request_object_signing_alg=algorithm)
    run.go(request_uri=uri)
    assert check_error(run.answer(), run.state) == "request_uri_not_supported"
    assert metadata(plan.world)["request_uri_parameter_supported"] is False


def test_oidcc_ensure_request_object_with_redirect_uri(plan: DynamicPlan) -> None:
    run = plan.run()
    value = jwt.encode({**run.request()}, "", "none")
    check_shows_error(run.go(request=value, redirect_uri=f"{CALLBACK}/wrong"))


def test_oidcc_refresh_token(plan: DynamicPlan) -> None:
    run, other = (plan.run(grant_types=REFRESHING) for _ in range(2))
    for each in (run, other):
        first = each.flow(scope=OFFLINE, prompt="consent")
        plan.world.clock.advance(1)
        answer = each.refresh(first.told["refresh_token"], scope=OFFLINE)
        assert answer.status == 200, answer.body
        second = id_token_claims(plan.world, dict(answer.json), each.client.client_id, None)
        assert second["auth_time"] == first.claims["auth_time"]
        assert second["iat"] > first.claims["iat"]
    check_invalid_grant(run.refresh(answer.json["refresh_token"]))


def test_oidcc_ensure_client_assertion_with_iss_aud_succeeds(plan: DynamicPlan) -> None:
    run = plan.run()
    run.go()
    run.finish()
    fields = run.client.fields(plan.world.clock.now(), audience=metadata(plan.world)["issuer"])
    form = {"grant_type": "authorization_code", "code": run.code(), "redirect_uri": CALLBACK}
    assert plan.world.lane.post("/oauth2/token", {**form, **fields}).status == 200
