"""Authorization codes at the token endpoint (groups A2, A3)."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from authserver.domain.codes import CODE_SECONDS
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientUpdate
from tests.people.cast import VERIFIER
from tests.rfc.changes import database_file
from tests.rfc.codes import Codes
from tests.rfc.lanes import TOKEN, assert_invalid_client, assert_invalid_request, seen_of
from tests.rfc.tokens import claims_of

if TYPE_CHECKING:
    from tests.machine.doors import Answer
    from tests.people.cast import App
    from tests.people.world import PeopleWorld

OTHER_VERIFIER = "another-transaction-has-another-verifier-43-or-more"


@pytest.fixture
def codes(world: PeopleWorld) -> Codes:
    return Codes(world.container, world.ada.subject)


def assert_invalid_grant(answer: Answer) -> None:
    """400 `invalid_grant` with the one text for every cause."""
    assert answer.error == (400, "invalid_grant"), answer.body
    assert answer.description == "it is unknown, over, used, or not for this client"


def userinfo(world: PeopleWorld, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return world.lane.get("/oauth2/userinfo", headers=headers).status


@pytest.mark.rule("TK-09")
@pytest.mark.rule("TK-11")
@pytest.mark.parametrize("who", ["web_app", "spa", "native"])
def test_a_code_yields_tokens_with_their_true_life_and_scope(
    world: PeopleWorld, codes: Codes, who: str
) -> None:
    app: App = getattr(world, who)
    answer = world.redeem(app, codes.code(app))
    assert answer.status == 200, answer.body
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json
    assert set(body) == {
        "access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token",
    }  # fmt: skip
    claims = claims_of(body["access_token"])
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
    assert claims["exp"] - claims["iat"] == body["expires_in"]
    assert body["scope"] == claims["scope"] == "READ WRITE offline_access openid"
    assert (claims["sub"], claims["client_id"]) == (world.ada.subject, app.client_id)
    assert world.lane.is_active(world.jira, body["access_token"])
    again = world.refresh(app, body["refresh_token"]).json
    claims = claims_of(again["access_token"])
    assert claims["exp"] - claims["iat"] == again["expires_in"] == 600


@pytest.mark.rule("PK-03")
@pytest.mark.rule("PK-04")
@pytest.mark.parametrize(
    "verifier",
    [
        None,
        "",
        OTHER_VERIFIER,
        VERIFIER[:42],
        VERIFIER + "a" * 65,
        VERIFIER + "=",
        VERIFIER.replace("-", " "),
        "ü" * 43,
        VERIFIER.upper(),
        "a" * 1025,
    ],
)
def test_a_missing_or_wrong_verifier_burns_the_code(
    world: PeopleWorld, codes: Codes, verifier: str | None
) -> None:
    code = codes.code(world.spa)
    answer = world.redeem(world.spa, code, code_verifier=verifier)
    if verifier is not None and len(verifier) > 1024:
        assert_invalid_request(answer)
        return
    assert_invalid_grant(answer)
    assert_invalid_grant(world.redeem(world.spa, code))


@pytest.mark.rule("PK-04")
def test_a_verifier_of_another_transaction_fits_no_code(world: PeopleWorld, codes: Codes) -> None:
    first = codes.code(world.web_app)
    codes.code(world.web_app, verifier=OTHER_VERIFIER)
    assert_invalid_grant(world.redeem(world.web_app, first, code_verifier=OTHER_VERIFIER))
    assert_invalid_grant(world.redeem(world.web_app, first))


@pytest.mark.rule("PK-05")
def test_a_verifier_though_there_was_no_challenge_is_refused(
    world: PeopleWorld, codes: Codes
) -> None:
    exempt = world.app(
        "exempt", "https://exempt.example.test/cb", profile=ProfileChanges(require_pkce=False)
    )
    code = codes.code(exempt, verifier="")
    assert_invalid_grant(world.redeem(exempt, code))
    assert_invalid_grant(world.redeem(exempt, code, code_verifier=None))
    answer = world.redeem(exempt, codes.code(exempt, verifier=""), code_verifier=None)
    assert answer.status == 200


@pytest.mark.rule("TK-05")
@pytest.mark.parametrize("thief", ["web_app", "spa", "native"])
def test_a_code_is_for_the_client_that_asked(world: PeopleWorld, codes: Codes, thief: str) -> None:
    owner = world.app("owner", "https://owner.example.test/cb")
    code = codes.code(owner)
    stranger: App = getattr(world, thief)
    assert_invalid_grant(world.redeem(stranger, code, redirect_uri=owner.redirect_uri))
    assert_invalid_grant(world.redeem(owner, code))
    assert world.installation.records("token.issued") == []


@pytest.mark.rule("TK-05")
@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://app.example.test/callback/",
        "https://app.example.test/callback?x=1",
        "https://app.example.test/Callback",
        "https://app.example.test:443/callback",
        "https://evil.example.test/callback",
        "javascript:alert(1)",
        "x",
    ],
)
def test_a_code_is_for_its_redirect_uri(
    world: PeopleWorld, codes: Codes, redirect_uri: str
) -> None:
    code = codes.code(world.web_app)
    assert_invalid_grant(world.redeem(world.web_app, code, redirect_uri=redirect_uri))
    assert_invalid_grant(world.redeem(world.web_app, code))


@pytest.mark.rule("TK-05")
def test_a_code_is_for_its_resource(world: PeopleWorld, codes: Codes) -> None:
    for resource in ("https://elsewhere.example.org", "https://jira-main.example.org/", "x"):
        answer = world.redeem(world.web_app, codes.code(world.web_app), resource=resource)
        assert answer.error == (400, "invalid_target"), answer.body
    code = codes.code(world.web_app)
    assert world.redeem(world.web_app, code, resource=world.jira.identifier).status == 200


@pytest.mark.rule("TK-06")
def test_a_code_presented_twice_takes_back_all_that_it_gave(
    world: PeopleWorld, codes: Codes
) -> None:
    code = codes.code(world.web_app)
    tokens = world.redeem(world.web_app, code).json
    later = world.refresh(world.web_app, tokens["refresh_token"]).json
    elsewhere = world.installation.start_worker().lane
    for token in (tokens["access_token"], later["access_token"]):
        assert elsewhere.is_active(world.jira, token)
        assert userinfo(world, token) == 200
    assert_invalid_grant(world.redeem(world.web_app, code))
    for token in (tokens["access_token"], later["access_token"]):
        assert not elsewhere.is_active(world.jira, token)
        assert userinfo(world, token) == 401
    assert_invalid_grant(world.refresh(world.web_app, later["refresh_token"]))
    assert [record["client_id"] for record in world.installation.records("code.reused")] == [
        "web-app"
    ]


@pytest.mark.rule("TK-08")
def test_bad_codes_cannot_be_told_apart(world: PeopleWorld, codes: Codes) -> None:
    app = world.web_app
    spent, foreign, expired = codes.code(app), codes.code(world.spa), codes.code(app)
    assert world.redeem(app, spent).status == 200
    unknown = spent[:-8] + "AAAAAAAA"
    answers = [world.redeem(app, code) for code in (spent, foreign, unknown, "x", "a" * 9000)]
    answers.append(world.redeem(app, codes.code(app), code_verifier=OTHER_VERIFIER))
    answers.append(world.redeem(app, codes.code(app), redirect_uri="https://other.example.test"))
    world.clock.advance(CODE_SECONDS)
    answers.append(world.redeem(app, expired))
    assert len({str(seen_of(answer)) for answer in answers}) == 1
    assert_invalid_grant(answers[0])


@pytest.mark.rule("TK-04")
def test_a_client_redeems_codes_only_with_the_grant_type(world: PeopleWorld, codes: Codes) -> None:
    code = codes.code(world.web_app)
    tokens = world.redeem(world.web_app, codes.code(world.web_app)).json
    clients, operator = world.container.clients, world.container.operator
    update = ClientUpdate(grant_types=("client_credentials",), scopes=("READ",))
    clients.update(world.web_app.client_id, update, operator)
    for answer in (
        world.redeem(world.web_app, code),
        world.refresh(world.web_app, tokens["refresh_token"]),
    ):
        assert answer.error == (400, "unauthorized_client"), answer.body
    assert not world.lane.is_active(world.jira, tokens["access_token"])


@pytest.mark.rule("TK-10")
def test_a_public_client_gets_nothing_for_itself(world: PeopleWorld) -> None:
    form = {"grant_type": "client_credentials", "client_id": "spa"}
    answer = world.lane.post(TOKEN, form)
    assert answer.error == (400, "unauthorized_client"), answer.body


@pytest.mark.rule("TK-03")
@pytest.mark.parametrize("name", ["code", "redirect_uri", "code_verifier", "grant_type"])
def test_nothing_may_come_twice(world: PeopleWorld, codes: Codes, name: str) -> None:
    code = codes.code(world.spa)
    form = [
        ("grant_type", "authorization_code"),
        ("client_id", "spa"),
        ("code", code),
        ("redirect_uri", world.spa.redirect_uri),
        ("code_verifier", VERIFIER),
    ]
    doubled = [*form, *(pair for pair in form if pair[0] == name)]
    assert_invalid_request(world.lane.post(TOKEN, doubled))
    assert_invalid_request(world.lane.post(TOKEN, form[:1], query=f"code={code}"))
    assert world.lane.post(TOKEN, form).status == 200


@pytest.mark.rule("TK-01")
@pytest.mark.rule("TK-02")
def test_a_code_travels_in_the_form_of_a_post_alone(world: PeopleWorld, codes: Codes) -> None:
    code = codes.code(world.spa)
    form = {
        "grant_type": "authorization_code",
        "client_id": "spa",
        "code": code,
        "redirect_uri": world.spa.redirect_uri,
        "code_verifier": VERIFIER,
    }
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        answer = world.lane.knock(method, TOKEN, query=urlencode(form))
        assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert_invalid_request(world.lane.post(TOKEN, {}, query=urlencode(form)))
    json_type = {"Content-Type": "application/json"}
    body = json.dumps(form).encode()
    assert world.lane.knock("POST", TOKEN, body, headers=json_type).status == 415
    assert world.lane.post(TOKEN, form).status == 200


@pytest.mark.rule("TK-03")
def test_an_empty_code_is_no_code(world: PeopleWorld) -> None:
    for form in ({"code": ""}, {}):
        sent = {"grant_type": "authorization_code", "client_id": "spa", **form}
        assert_invalid_request(world.lane.post(TOKEN, sent))
    sent = {"grant_type": "refresh_token", "client_id": "spa"}
    assert_invalid_request(world.lane.post(TOKEN, sent))


@pytest.mark.rule("CA-07")
@pytest.mark.rule("CA-01")
def test_a_public_client_has_no_secret_and_a_confidential_one_needs_its_own(
    world: PeopleWorld, codes: Codes
) -> None:
    code = codes.code(world.spa)
    for sent in ({"client_secret": "anything"}, {"client_secret": world.web_app.secret}):
        form = {"grant_type": "authorization_code", "code": code, "client_id": "spa", **sent}
        assert_invalid_client(world.lane.post(TOKEN, form))
    confidential = codes.code(world.web_app)
    form = {
        "grant_type": "authorization_code",
        "client_id": "web-app",
        "code": confidential,
        "redirect_uri": world.web_app.redirect_uri,
        "code_verifier": VERIFIER,
    }
    assert_invalid_client(world.lane.post(TOKEN, form))
    assert_invalid_client(world.lane.post(TOKEN, {**form, "client_id": "nobody"}))
    assert world.redeem(world.spa, code).status == 200
    assert world.redeem(world.web_app, confidential).status == 200


@pytest.mark.rule("AZ-12")
def test_codes_are_long_lots_and_nowhere_in_clear(world: PeopleWorld, codes: Codes) -> None:
    grant = codes.grant(world.spa)
    values = {codes.code(world.spa, grant) for _ in range(300)}
    assert len(values) == 300
    assert all(len(value) > 49 for value in values)
    with closing(sqlite3.connect(database_file(world.installation))) as connection:
        dump = "\n".join(connection.iterdump())
    assert not any(value in dump or value[7:30] in dump for value in values)
