"""What is announced to clients with users works, what is not announced does not (MD-03)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.errors import InvalidField
from authserver.services.client_profiles import ProfileChanges
from tests.people.cast import VERIFIER
from tests.rfc.devices import add_device_app, begin
from tests.rfc.lanes import INTROSPECT, TOKEN
from tests.rfc.registries import (
    CHALLENGE_METHODS,
    PROMPTS,
    RESPONSE_MODES,
    RESPONSE_TYPES,
    SIGNING_ALGORITHMS,
)
from tests.rfc.tokens import claims_of, header_of

if TYPE_CHECKING:
    from tests.conftest import MakeWorld
    from tests.people.world import PeopleWorld

DOCUMENT: Final = "/.well-known/openid-configuration"
CALLBACK: Final = "https://other.example.test/callback"
SIGNED: Final = "application/token-introspection+jwt"
OTHER_CLAIMS: Final = (
    "address",
    "phone_number",
    "phone_number_verified",
    "picture",
    "website",
    "gender",
    "birthdate",
    "nickname",
    "middle_name",
    "profile",
    "roles",
    "c_hash",
    "s_hash",
    "password_hash",
)


@pytest.fixture
def document(world: PeopleWorld) -> dict[str, Any]:
    found: dict[str, Any] = world.lane.get(DOCUMENT).json
    return found


@pytest.mark.rule("MD-03")
def test_every_announced_grant_gives_tokens(world: PeopleWorld, document: dict[str, Any]) -> None:
    worked = set()
    tokens = world.tokens(world.web_app, scope="openid offline_access READ")
    worked.add("authorization_code")
    assert world.refresh(world.web_app, tokens["refresh_token"]).status == 200
    worked.add("refresh_token")
    machine = world.app("machine", CALLBACK, grant_types=("client_credentials",), scopes=("READ",))
    form = {"grant_type": "client_credentials"}
    assert world.lane.post(TOKEN, form, machine.authorization).status == 200
    worked.add("client_credentials")
    device = begin(world, add_device_app(world))
    browser = world.signed_in()
    device.enter(browser)
    browser.click("allow")
    assert device.poll().status == 200
    worked.add("urn:ietf:params:oauth:grant-type:device_code")
    # Needs a provider: `test_token_exchange` has some.
    worked.add("urn:ietf:params:oauth:grant-type:token-exchange")
    assert set(document["grant_types_supported"]) == worked


@pytest.mark.rule("MD-03")
def test_announced_response_types_are_answered_and_no_others(
    world: PeopleWorld, document: dict[str, Any]
) -> None:
    browser = world.signed_in()
    for response_type in RESPONSE_TYPES:
        world.authorize(browser, world.web_app, response_type=response_type)
        if response_type in document["response_types_supported"]:
            assert "code" in world.finish(browser).answer
        else:
            assert browser.page.answer["error"] == "unsupported_response_type", response_type


@pytest.mark.rule("MD-03")
def test_announced_response_modes_are_used_and_no_others(
    world: PeopleWorld, document: dict[str, Any]
) -> None:
    browser = world.browser()
    world.code(browser, world.web_app)
    for mode in RESPONSE_MODES:
        page = world.authorize(browser, world.web_app, response_mode=mode)
        if mode not in document["response_modes_supported"]:
            assert page.answer["error"] == "invalid_request", mode
        elif mode == "query":
            assert "code" in page.answer
        else:
            (form,) = page.forms.values()
            assert form.action == world.web_app.redirect_uri
            assert {"code", "state", "iss"} <= form.fields.keys()
    assert set(document["response_modes_supported"]) <= set(RESPONSE_MODES)


@pytest.mark.rule("MD-03")
def test_announced_prompts_are_known_and_no_others(
    world: PeopleWorld, document: dict[str, Any]
) -> None:
    browser = world.browser()
    world.code(browser, world.web_app)
    for prompt in PROMPTS:
        world.clock.advance(1)
        world.installation.poll()
        page = world.authorize(browser, world.web_app, prompt=prompt)
        if prompt not in document["prompt_values_supported"]:
            assert page.answer["error"] == "invalid_request", prompt
        elif prompt == "none":
            assert "code" in page.answer
        else:
            assert (page.status, page.location) == (200, ""), prompt
    assert set(document["prompt_values_supported"]) <= set(PROMPTS)


@pytest.mark.rule("MD-03")
@pytest.mark.rule("PK-06")
def test_announced_challenge_methods_are_taken_and_no_others(
    world: PeopleWorld, document: dict[str, Any]
) -> None:
    assert document["code_challenge_methods_supported"] == ["S256"]
    browser = world.browser()
    for method in CHALLENGE_METHODS:
        parameters = {"code_challenge_method": method}
        if method == "plain":
            parameters["code_challenge"] = VERIFIER[:43]
        page = world.authorize(browser, world.web_app, **parameters)
        if method in document["code_challenge_methods_supported"]:
            assert "code" in world.finish(browser).answer
        else:
            assert page.answer["error"] == "invalid_request"


@pytest.mark.rule("MD-03")
def test_every_announced_claim_is_told_and_no_other(
    world: PeopleWorld, document: dict[str, Any]
) -> None:
    announced = set(document["claims_supported"])
    wanted = dict.fromkeys([*announced, *OTHER_CLAIMS])
    del wanted["sub"]
    tokens = world.tokens(
        world.web_app,
        scope="openid",
        nonce="n-1",
        claims=json.dumps({"userinfo": wanted, "id_token": wanted}),
    )
    in_token = claims_of(tokens["id_token"]).keys()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = world.lane.knock("GET", "/oauth2/userinfo", headers=headers).json.keys()
    assert in_token == announced
    assert told < announced
    assert "name" in told
    assert document["claims_parameter_supported"] is True
    assert document["claim_types_supported"] == ["normal"]


@pytest.mark.rule("MD-03")
@pytest.mark.rule("OI-02")
def test_announced_signatures_of_userinfo_can_be_had_and_no_others(
    world: PeopleWorld, document: dict[str, Any]
) -> None:
    browser = world.browser()
    for algorithm in SIGNING_ALGORITHMS:
        wanted = ProfileChanges(userinfo_algorithm=algorithm)
        # A client that states none gets plain JSON.
        if algorithm not in (*document["userinfo_signing_alg_values_supported"], "none"):
            with pytest.raises(InvalidField, match="userinfo_algorithm"):
                world.app("odd", CALLBACK, profile=wanted)
            continue
        app = world.app(f"app-{algorithm}", CALLBACK, profile=wanted)
        token = world.tokens(app, browser)["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = world.lane.knock("GET", "/oauth2/userinfo", headers=headers)
        if algorithm == "none":
            assert answer.json == {"sub": world.ada.subject}
        else:
            assert header_of(answer.body.decode())["alg"] == algorithm


@pytest.mark.rule("MD-03")
def test_announced_signatures_of_introspection_can_be_had(
    world: PeopleWorld, document: dict[str, Any]
) -> None:
    seen = set()
    for algorithm in ("ES256", "RS256"):
        site = world.installation.site(f"site-{algorithm.lower()}", signing_algorithm=algorithm)
        headers = {"Accept": SIGNED}
        answer = world.lane.post(INTROSPECT, {"token": "x"}, site.authorization, headers=headers)
        seen.add(header_of(answer.body.decode())["alg"])
    assert seen == set(document["introspection_signing_alg_values_supported"])


@pytest.mark.rule("MD-03")
@pytest.mark.rule("OI-06")
def test_request_objects_are_announced_as_missing_and_are(
    world: PeopleWorld, document: dict[str, Any]
) -> None:
    browser = world.browser()
    for parameter, value in (
        ("request", "eyJhbGciOiJub25lIn0.e30."),
        ("request_uri", "https://other.example.test/request.jwt"),
    ):
        assert document[f"{parameter}_parameter_supported"] is False
        page = world.authorize(browser, world.web_app, **{parameter: value})
        assert page.answer["error"] == f"{parameter}_not_supported"


@pytest.mark.rule("MD-03")
@pytest.mark.rule("AZ-11")
def test_the_issuer_is_announced_to_come_with_answers_and_comes(
    world: PeopleWorld, document: dict[str, Any]
) -> None:
    assert document["authorization_response_iss_parameter_supported"] is True
    browser = world.browser()
    world.authorize(browser, world.web_app)
    assert world.finish(browser).answer["iss"] == document["issuer"]
    refused = world.authorize(browser, world.web_app, response_type="token")
    assert refused.answer["iss"] == document["issuer"]


@pytest.mark.rule("MD-03")
def test_an_announced_class_of_authentication_is_performed_and_no_other(
    world: PeopleWorld, document: dict[str, Any]
) -> None:
    (announced,) = document["acr_values_supported"]
    browser = world.browser()
    for acr, answered in ((announced, True), ("urn:mace:incommon:iap:silver", False)):
        claims = {"id_token": {"acr": {"essential": True, "value": acr}}}
        world.authorize(browser, world.web_app, claims=json.dumps(claims))
        page = world.finish(browser)
        if answered:
            tokens = world.redeem(world.web_app, page.answer["code"]).json
            assert claims_of(tokens["id_token"])["acr"] == acr
        else:
            assert page.answer["error"] == "unmet_authentication_requirements"


@pytest.mark.rule("MD-03")
def test_announced_languages_are_spoken(world: PeopleWorld, document: dict[str, Any]) -> None:
    assert document["ui_locales_supported"] == ["en", "de"]
    for language in document["ui_locales_supported"]:
        page = world.authorize(world.browser(), world.web_app, ui_locales=f"xx {language}")
        assert f'<html lang="{language}"' in page.text


@pytest.mark.rule("MD-03")
def test_registration_is_announced_when_it_is_on(make_world: MakeWorld) -> None:
    world = make_world(AUTHSERVER_REGISTRATION_MODE="token")
    document = world.lane.get(DOCUMENT).json
    assert document["registration_endpoint"] == f"{document['issuer']}/oauth2/register"
    assert world.lane.knock("POST", "/oauth2/register").status == 401
    assert document == world.lane.get("/.well-known/oauth-authorization-server").json


@pytest.mark.rule("MD-03")
def test_what_is_off_is_not_announced(world: PeopleWorld, document: dict[str, Any]) -> None:
    assert "registration_endpoint" not in document
    assert world.lane.knock("POST", "/oauth2/register").status == 404
