"""Modules of the basic plans that look at what the server answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jwt

from tests.oidf.op import check_invalid_grant, id_token_claims, metadata
from tests.oidf.run import USERINFO
from tests.people.cast import ADA

if TYPE_CHECKING:
    from tests.oidf.plan import Plan

OFFLINE = "openid offline_access"


class AnswerModules:
    """Each test is one module, for whichever response mode `plan` has."""

    def test_oidcc_server(self, plan: Plan) -> None:
        document = metadata(plan.world)
        assert "client_secret_basic" in document["token_endpoint_auth_methods_supported"]
        plan.run().flow()

    def test_oidcc_server_client_secret_post(self, plan: Plan) -> None:
        document = metadata(plan.world)
        assert "client_secret_post" in document["token_endpoint_auth_methods_supported"]
        plan.run(plan.client_secret_post).flow()

    def test_oidcc_idtoken_signature(self, plan: Plan) -> None:
        header = jwt.get_unverified_header(plan.run().flow().told["id_token"])
        assert header["alg"] != "none"
        assert header["kid"]

    def test_oidcc_idtoken_unsigned_skipped(self, plan: Plan) -> None:
        assert "none" not in metadata(plan.world)["id_token_signing_alg_values_supported"]

    def test_oidcc_userinfo_get(self, plan: Plan) -> None:
        run = plan.run()
        flow = run.flow()
        assert run.userinfo(flow.access_token)["sub"] == flow.claims["sub"]

    def test_oidcc_userinfo_post_header(self, plan: Plan) -> None:
        run = plan.run()
        flow = run.flow()
        headers = {"Authorization": f"Bearer {flow.access_token}"}
        for kind in ({}, {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}):
            answer = plan.world.lane.knock("POST", USERINFO, headers={**headers, **kind})
            assert answer.json["sub"] == flow.claims["sub"]

    def test_oidcc_userinfo_post_body(self, plan: Plan) -> None:
        flow = plan.run().flow()
        answer = plan.world.lane.post(USERINFO, {"access_token": flow.access_token})
        assert answer.json["sub"] == flow.claims["sub"]

    def test_oidcc_scope_profile(self, plan: Plan) -> None:
        run = plan.run()
        told = run.userinfo(run.flow(scope="openid profile").access_token)
        assert (told["name"], told["given_name"]) == (ADA.name, ADA.given_name)
        assert told["preferred_username"] == "ada"
        assert isinstance(told["updated_at"], int)

    def test_oidcc_scope_email(self, plan: Plan) -> None:
        run = plan.run()
        told = run.userinfo(run.flow(scope="openid email").access_token)
        assert (told["email"], told["email_verified"]) == (ADA.email, True)

    def test_oidcc_ensure_other_scope_order_succeeds(self, plan: Plan) -> None:
        run = plan.run()
        told = run.userinfo(run.flow(scope="email openid").access_token)
        assert told["email"] == ADA.email

    def test_oidcc_scope_address_phone_and_all_skipped(self, plan: Plan) -> None:
        assert not {"address", "phone"} & set(metadata(plan.world)["scopes_supported"])

    def test_oidcc_codereuse(self, plan: Plan) -> None:
        run = plan.run()
        check_invalid_grant(run.redeem(run.flow().code))

    def test_oidcc_codereuse_30seconds(self, plan: Plan) -> None:
        run = plan.run()
        flow = run.flow()
        plan.world.clock.advance(30)
        check_invalid_grant(run.redeem(flow.code))
        plan.world.installation.poll()
        assert run.asked(flow.access_token).status == 401

    def test_oidcc_refresh_token(self, plan: Plan) -> None:
        assert "refresh_token" in metadata(plan.world)["grant_types_supported"]
        assert "offline_access" in metadata(plan.world)["scopes_supported"]
        run, other = plan.run(), plan.run(plan.client2)
        other.nonce = other.nonce.ljust(43, "n")
        for each, scope in ((run, OFFLINE), (other, "")):
            first = each.flow(scope=OFFLINE, prompt="consent")
            plan.world.clock.advance(1)
            answer = each.refresh(first.told["refresh_token"], scope=scope)
            assert answer.status == 200, answer.body
            assert answer.headers["cache-control"] == "no-store"
            told = dict(answer.json)
            assert told["access_token"] != first.access_token
            second = id_token_claims(plan.world, told, each.client.client_id, None)
            for name in ("iss", "sub", "aud", "auth_time", "azp"):
                assert second.get(name) == first.claims.get(name), name
            assert second["iat"] > first.claims["iat"]
            each.userinfo(told["access_token"])
        check_invalid_grant(run.refresh(told["refresh_token"]))
        check_invalid_grant(run.refresh(told["refresh_token"], scope=OFFLINE))
