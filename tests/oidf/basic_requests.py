"""Modules of the basic plans that look at what a request may say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jwt

from authserver.domain.sessions import PASSWORD_ACR
from tests.oidf.clients import CALLBACK
from tests.oidf.op import INTERACTIVE, check_error, check_shows_error, metadata
from tests.people.cast import ADA, VERIFIER, challenge

if TYPE_CHECKING:
    from tests.oidf.plan import Plan
    from tests.oidf.run import Run


def unsigned(run: Run, **members: str) -> str:
    """A request object without a signature, with the whole request in it."""
    return jwt.encode({**run.request(), **members}, "", "none")


class RequestModules:
    """Each test is one module, for whichever response mode `plan` has."""

    def test_oidcc_response_type_missing(self, plan: Plan) -> None:
        run = plan.run()
        run.go(response_type=None)
        assert check_error(run.answer(), run.state) == "invalid_request"

    def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(self, plan: Plan) -> None:
        run = plan.run()
        run.go(nonce=None)
        run.finish()
        run.taken(run.code(), nonce=None)

    def test_oidcc_display_page(self, plan: Plan) -> None:
        plan.run().flow(display="page")

    def test_oidcc_display_popup(self, plan: Plan) -> None:
        plan.run().flow(display="popup")

    def test_oidcc_prompt_login(self, plan: Plan) -> None:
        run = plan.run()
        first = run.flow()
        plan.world.clock.advance(2)
        assert run.go(prompt="login").path == "/login"
        run.finish()
        second = run.taken(run.code())
        assert second.claims["auth_time"] > first.claims["auth_time"]
        assert second.claims["sub"] == first.claims["sub"]

    def test_oidcc_prompt_none_not_logged_in(self, plan: Plan) -> None:
        run = plan.run()
        run.go(prompt="none")
        assert check_error(run.answer(), run.state) in INTERACTIVE

    def test_oidcc_prompt_none_logged_in(self, plan: Plan) -> None:
        run = plan.run()
        check_same(run.flow().claims, run.silently().claims)

    def test_oidcc_max_age_1(self, plan: Plan) -> None:
        run = plan.run()
        first = run.flow()
        plan.world.clock.advance(2)
        assert run.go(max_age="1").path == "/login"
        run.finish()
        second = run.taken(run.code())
        assert second.claims["auth_time"] > first.claims["auth_time"]
        assert abs(second.claims["auth_time"] - plan.world.clock.now()) <= 5

    def test_oidcc_max_age_10000(self, plan: Plan) -> None:
        run = plan.run()
        first = run.flow()
        plan.world.clock.advance(1)
        run.go(max_age="10000")
        check_same(first.claims, run.taken(run.code()).claims)

    def test_oidcc_ensure_request_with_unknown_parameter_succeeds(self, plan: Plan) -> None:
        plan.run().flow(extra="foobar")

    def test_oidcc_id_token_hint(self, plan: Plan) -> None:
        run = plan.run()
        first = run.flow()
        second = run.silently(id_token_hint=str(first.told["id_token"]))
        check_same(first.claims, second.claims)

    def test_oidcc_login_hint(self, plan: Plan) -> None:
        plan.run().flow(login_hint="buffy@auth.example.test")

    def test_oidcc_ui_locales(self, plan: Plan) -> None:
        plan.run().flow(ui_locales="se fr-CA fr en")

    def test_oidcc_claims_locales(self, plan: Plan) -> None:
        plan.run().flow(claims_locales="se")

    def test_oidcc_ensure_request_with_acr_values_succeeds(self, plan: Plan) -> None:
        offered = " ".join(metadata(plan.world)["acr_values_supported"])
        flow = plan.run().flow(acr_values=offered)
        assert flow.claims["acr"] == PASSWORD_ACR
        plan.run().flow(acr_values="1 2")

    def test_oidcc_ensure_registered_redirect_uri(self, plan: Plan) -> None:
        check_shows_error(plan.run().go(redirect_uri=f"{CALLBACK}/3kJ9xq"))

    def test_oidcc_ensure_post_request_succeeds(self, plan: Plan) -> None:
        run = plan.run()
        run.post()
        run.finish()
        run.taken(run.code())

    def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
        self, plan: Plan
    ) -> None:
        run = plan.run()
        run.go(request_uri=f"{CALLBACK}/request-object", state=None)
        assert check_error(run.answer(), None) == "request_uri_not_supported"

    def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
        self, plan: Plan
    ) -> None:
        run = plan.run()
        run.go(request=unsigned(run), state=None, nonce=None)
        assert check_error(run.answer(), None) == "request_not_supported"

    def test_oidcc_ensure_request_object_with_redirect_uri(self, plan: Plan) -> None:
        run = plan.run()
        check_shows_error(run.go(request=unsigned(run), redirect_uri=f"{CALLBACK}/wrong"))

    def test_oidcc_claims_essential(self, plan: Plan) -> None:
        wanted = json.dumps({"userinfo": {"name": {"essential": True}}})
        run = plan.run()
        flow = run.flow(claims=wanted)
        assert run.userinfo(flow.access_token)["name"] == ADA.name
        assert "name" not in flow.claims

    def test_oidcc_ensure_request_with_valid_pkce_succeeds(self, plan: Plan) -> None:
        run = plan.run()
        run.go(code_challenge=challenge(VERIFIER), code_challenge_method="S256")
        run.finish()
        run.taken(run.code(), code_verifier=VERIFIER)


def check_same(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Two ID tokens of one authentication."""
    assert (first["sub"], first["auth_time"]) == (second["sub"], second["auth_time"])
