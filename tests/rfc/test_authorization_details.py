"""Authorization details (RFC 9396): clients ask for less than their scopes say, and get no more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.rfc.authorizing import assert_told
from tests.rfc.tokens import claims_of

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.people.world import PeopleWorld
    from tests.rfc.lanes import Lane

AB = {"type": "atlassian_api", "projects": ["AB"]}
READING = {"type": "atlassian_api", "operations": ["read"], "projects": ["AB", "CD"]}
REFUSED = [
    "",
    "{}",
    "[]",
    "nonsense",
    json.dumps([{"type": "payment_initiation"}]),
    json.dumps([{**AB, "amount": 3}]),
    json.dumps([{**AB, "locations": ["https://elsewhere.example"]}]),
    json.dumps([{**AB, "projects": []}]),
    json.dumps([{**AB, "projects": ["A B"]}]),
    json.dumps([{**AB, "projects": "AB"}]),
    json.dumps([{**AB, "operations": ["getNothing"]}]),
    '[{"type":"atlassian_api","projects":["AB"],"projects":["CD"]}]',
    json.dumps([AB] * 11),
    "[" * 5000,
    '[{"type":"atlassian_api","projects":["\\ud800"]}]',
    *(
        json.dumps([{**AB, "operations": [f"GET /rest/api/2/issue/{{{each}}}"]}])
        for each in ("\ud800", "\x00", "\u202e")
    ),
]


def said(*details: dict[str, Any]) -> str:
    return json.dumps(list(details))


def located(site: Site, detail: dict[str, Any]) -> dict[str, Any]:
    return {"type": "atlassian_api", "locations": [site.identifier], **detail}


def test_a_token_for_the_client_itself_says_its_limits_everywhere(
    lane: Lane, jira: Site, reader: Caller
) -> None:
    answer = lane.ask(reader, authorization_details=said(AB))
    assert answer.json["authorization_details"] == [located(jira, AB)]
    token = answer.json["access_token"]
    assert claims_of(token)["authorization_details"] == [located(jira, AB)]
    assert lane.introspect(jira, token)["authorization_details"] == [located(jira, AB)]


def test_a_token_without_limits_says_nothing_of_them(
    lane: Lane, jira: Site, reader: Caller
) -> None:
    answer = lane.ask(reader)
    assert "authorization_details" not in answer.json
    token = answer.json["access_token"]
    assert "authorization_details" not in claims_of(token)
    assert "authorization_details" not in lane.introspect(jira, token)


@pytest.mark.parametrize("value", [each for each in REFUSED if each])
def test_details_that_cannot_be_kept_are_refused(lane: Lane, reader: Caller, value: str) -> None:
    answer = lane.ask(reader, authorization_details=value)
    assert answer.status == 400
    assert answer.json["error"] == "invalid_authorization_details"
    assert "authorization_details" in answer.json["error_description"]


def test_where_limits_have_no_place_they_are_refused_and_not_ignored(world: PeopleWorld) -> None:
    app = world.web_app
    for grant_type, field in (
        ("urn:ietf:params:oauth:grant-type:device_code", "device_code"),
        ("urn:ietf:params:oauth:grant-type:token-exchange", "subject_token"),
    ):
        form = {
            "grant_type": grant_type,
            field: "x",
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "authorization_details": said(AB),
        }
        answer = world.lane.post("/oauth2/token", form, app.authorization)
        assert answer.json["error"] == "invalid_authorization_details", answer.body
    form = {"scope": "READ", "authorization_details": said(AB)}
    answer = world.lane.post("/oauth2/device_authorization", form, app.authorization)
    assert answer.json["error"] == "invalid_authorization_details", answer.body


def test_an_authorization_request_that_asks_for_nonsense_is_told_so(world: PeopleWorld) -> None:
    browser = world.signed_in()
    page = world.authorize(browser, world.web_app, authorization_details=said({"type": "x"}))
    assert_told(page, "invalid_authorization_details", redirect_uri=world.web_app.redirect_uri)
    page = world.authorize(browser, world.web_app, scope="openid", authorization_details=said(AB))
    assert_told(page, "invalid_authorization_details", redirect_uri=world.web_app.redirect_uri)


def test_the_user_reads_the_limits_and_is_asked_about_wider_ones_anew(world: PeopleWorld) -> None:
    browser = world.signed_in()
    page = world.authorize(browser, world.web_app, authorization_details=said(READING))
    assert page.path == "/consent"
    assert "AB, CD" in page.text
    assert "read" in page.texts["limits"]
    browser.click("allow")
    page = world.authorize(browser, world.web_app)
    assert page.path == "/consent", "what was allowed within limits was taken for everything"
    browser.click("allow")
    page = world.authorize(browser, world.web_app, authorization_details=said(READING))
    assert "code" in page.answer, "who allowed everything was asked about less"


def test_what_was_allowed_within_limits_can_be_taken_back(world: PeopleWorld) -> None:
    browser = world.signed_in()
    scope = "openid offline_access READ"
    tokens = world.tokens(world.web_app, browser, scope=scope, authorization_details=said(AB))
    (line,) = world.container.consents.list(world.ada.subject)
    assert line.client_id == world.web_app.client_id
    page = browser.get("/account/authorizations")
    assert world.web_app.client_id in page.text
    assert world.refresh(world.web_app, tokens["refresh_token"]).status == 200


def test_each_refresh_gives_what_was_allowed_or_less(world: PeopleWorld) -> None:
    jira = world.jira
    tokens = world.tokens(
        world.web_app,
        scope="openid offline_access READ",
        authorization_details=said(
            READING, {"type": "atlassian_api", "operations": ["write"], "projects": ["EF"]}
        ),
    )
    assert len(tokens["authorization_details"]) == 2

    def refreshed(*details: dict[str, Any]) -> Any:
        form = {"authorization_details": said(*details)} if details else {}
        answer = world.refresh(world.web_app, tokens["refresh_token"], **form)
        if answer.status == 200:
            tokens["refresh_token"] = answer.json["refresh_token"]
        return answer.json

    narrow = {"type": "atlassian_api", "operations": ["getIssue"], "projects": ["ab"]}
    answer = refreshed(narrow)
    assert answer["authorization_details"] == [located(jira, narrow)]
    assert len(refreshed()["authorization_details"]) == 2, "a narrow token narrowed its grant"
    for wider in (
        {"type": "atlassian_api"},
        {"type": "atlassian_api", "operations": ["read"]},
        {"type": "atlassian_api", "projects": ["AB"]},
        {"type": "atlassian_api", "operations": ["write"], "projects": ["AB"]},
        {"type": "atlassian_api", "operations": ["read"], "projects": ["AB", "EF"]},
        {"type": "atlassian_api", "operations": ["read"], "projects": ["GH"]},
    ):
        assert refreshed(wider)["error"] == "invalid_authorization_details", wider
        assert refreshed(narrow, wider)["error"] == "invalid_authorization_details", wider


def test_a_code_can_be_redeemed_for_less(world: PeopleWorld) -> None:
    browser = world.signed_in()
    code = world.code(browser, world.web_app, authorization_details=said(READING))
    answer = world.redeem(
        world.web_app, code, authorization_details=said({**READING, "projects": ["AB"]})
    )
    assert answer.json["authorization_details"][0]["projects"] == ["AB"]


def test_metadata_announces_the_one_type(lane: Lane) -> None:
    document = lane.get("/.well-known/oauth-authorization-server").json
    assert document["authorization_details_types_supported"] == ["atlassian_api"]
