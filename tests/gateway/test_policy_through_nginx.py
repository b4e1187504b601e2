"""Through nginx, server and stand-in: API tokens in a password's place, what policies refuse."""

from __future__ import annotations

import time
from typing import Final

import pytest
import requests

from authserver.domain.access_details import AccessDetail
from authserver.domain.api_tokens import ApiTokenFilter, Presentation
from tests.connect.signing import APP, SECRET, by_secret, claims
from tests.gateway.policed import ISSUE, REVOKED, Policed, basic, bearer

COMMENT: Final = f"{ISSUE}/comment"
OAUTH: Final = {"Authorization": 'OAuth oauth_token="x", oauth_signature="y"'}
COOKIE: Final = {"Cookie": "JSESSIONID=session-of-tokafor"}
NO_PASSWORDS: Final = '[legacy]\nbasic = "block"\nreason = "Passwords end this year"\n'
ORIGIN: Final = "https://app.example.com"


@pytest.fixture
def site(policed_site: Policed) -> Policed:
    return policed_site


@pytest.mark.parametrize("user", ["alice", "ALICE", "alice@example.com"])
@pytest.mark.feature(2)
@pytest.mark.feature(3)
def test_a_token_takes_the_place_of_a_password_and_goes_as_bearer_too(
    site: Policed, user: str
) -> None:
    site.policy("")
    value = site.token(site.alice)
    for headers in (basic(user, value), bearer(value)):
        with site.bed.watching() as seen:
            answer = site.call(headers)
        assert (answer.status_code, seen.one.account) == (200, "jira-alice")
        assert value not in str(seen.one)


@pytest.mark.feature(2)
@pytest.mark.trap(4)
def test_beside_bobs_name_alices_token_is_worth_nothing(site: Policed) -> None:
    site.policy("")
    value = site.token(site.alice)
    with site.bed.watching() as seen:
        for headers in (basic("bob", value), basic("alice", site.token(site.bob))):
            answer = site.call(headers)
            assert answer.status_code == 401
            assert answer.json()["reason"] == "api-token-invalid"
            assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert seen.notes == ()


@pytest.mark.rule("AK-04")
@pytest.mark.feature(2)
@pytest.mark.feature(46)
@pytest.mark.trap(3)
def test_a_password_is_refused_and_a_dead_token_is_never_tried_as_one(site: Policed) -> None:
    site.policy(NO_PASSWORDS)
    with site.bed.watching() as seen:
        answer = site.call(basic("alice", "open sesame"))
        site.policy('[legacy]\nbasic = "allow"\nreason = "For now"\n')
        dead = site.call(basic("alice", site.token(site.alice, status=REVOKED)))
    assert (answer.status_code, dead.status_code, seen.notes) == (403, 401, ())
    told = answer.json()
    assert (told["reason"], told["rule"]) == ("basic-blocked", "legacy.basic")
    assert "Passwords end this year" in told["error_description"]
    assert "API token" in told["error_description"]
    record = site.bed.record(told["decision_id"])
    assert record["details"]["rule"] == "legacy.basic"
    assert f"{site.bed.name}@" in record["details"]["policy"]
    with site.bed.watching() as seen:
        observed = site.call(basic("alice", "open sesame"))
    assert seen.one.headers["authorization"] == basic("alice", "open sesame")["Authorization"]
    assert observed.status_code == seen.one.status


@pytest.mark.parametrize(
    ("allowed", "refused"), [(Presentation.BASIC, "Bearer"), (Presentation.BEARER, "Basic")]
)
@pytest.mark.feature(3)
def test_a_token_for_one_way_names_it_in_the_other(
    site: Policed, allowed: Presentation, refused: str
) -> None:
    site.policy("")
    value = site.token(site.alice, presentations=frozenset({allowed}))
    ways = {"Bearer": bearer(value), "Basic": basic("alice", value)}
    answer = site.call(ways.pop(refused))
    assert answer.status_code == 401
    assert f"as {allowed.capitalize()}" in answer.json()["error_description"]
    (other,) = ways.values()
    assert site.call(other).status_code == 200


@pytest.mark.feature(47)
@pytest.mark.feature(48)
def test_oauth_1_and_sessions_that_no_page_uses_are_refused(site: Policed) -> None:
    site.policy("")
    for headers, reason in ((OAUTH, "oauth1-blocked"), (COOKIE, "session-blocked")):
        answer = site.call(headers)
        assert (answer.status_code, answer.json()["reason"]) == (403, reason)
    page = {**COOKIE, "Sec-Fetch-Site": "same-origin"}
    assert site.call(page).status_code == 200
    posted = site.call(page, "POST", "/rest/auth/1/session", json={"username": "a"})
    assert (posted.status_code, posted.json()["reason"]) == (403, "sign-in-blocked")
    assert site.call(COOKIE, path="/secure/Dashboard.jspa").status_code == 200


@pytest.mark.feature(45)
@pytest.mark.feature(71)
def test_anonymous_calls_pass_where_an_exception_names_them_and_nowhere_else(
    site: Policed,
) -> None:
    site.policy(
        '[legacy]\nreason = "Everybody signs in"\n'
        '[[legacy.exception]]\nname = "status-page"\nway = "anonymous"\neffect = "allow"\n'
        'until = 2999-01-01\npaths = ["/rest/api/2/serverInfo", "/rest/api/2/unheard-of"]\n'
        'reason = "Shown on the status page"\n'
    )
    with site.bed.watching() as seen:
        passed = site.call({}, path="/rest/api/2/serverInfo")
        refused = site.call({}, path="/rest/api/2/dashboard")
        unknown = site.call({}, path="/rest/api/2/unheard-of")
    assert "authorization" not in seen.one.headers
    assert passed.status_code == seen.one.status
    assert (refused.status_code, refused.json()["rule"]) == (401, "legacy.anonymous")
    assert (unknown.status_code, unknown.json()["reason"]) == (403, "unknown-path")


@pytest.mark.rule("FA-08")
@pytest.mark.feature(38)
@pytest.mark.trap(7)
def test_no_header_moves_a_caller_into_another_network(site: Policed) -> None:
    value = site.token(site.alice)
    forged = {"X-Forwarded-For": "10.0.0.1", "X-Real-IP": "10.0.0.1", "Forwarded": "for=10.0.0.1"}
    site.policy('[[network]]\nname = "office"\nallow = ["10.0.0.0/8"]\nreason = "Inside"\n')
    answer = site.call(bearer(value) | forged)
    assert (answer.status_code, answer.json()["reason"]) == (403, "network-not-allowed")
    assert answer.json()["rule"] == "network.office"
    site.policy('[[network]]\nname = "here"\nallow = ["127.0.0.0/8"]\nreason = "Inside"\n')
    assert site.call(bearer(value) | forged).status_code == 200


@pytest.mark.feature(39)
def test_pages_from_elsewhere_call_only_where_the_policy_names_them(site: Policed) -> None:
    site.policy(f'[browsers]\norigins = ["{ORIGIN}"]\nreason = "Our own pages"\n')
    caller = bearer(site.token(site.alice))
    answer = site.call(caller | {"Origin": "https://evil.example"})
    assert (answer.status_code, answer.json()["rule"]) == (403, "browsers.origins")
    assert "Access-Control-Allow-Origin" not in answer.headers
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}
    with site.bed.watching() as seen:
        question = site.call(asked, "OPTIONS")
    assert (question.status_code, question.content, seen.notes) == (204, b"", ())
    for told in (question, site.call(caller | {"Origin": ORIGIN})):
        assert told.headers["Access-Control-Allow-Origin"] == ORIGIN
    elsewhere = site.call(asked | {"Origin": "https://evil.example"}, "OPTIONS")
    assert elsewhere.status_code == 401
    assert "Access-Control-Allow-Origin" not in elsewhere.headers


@pytest.mark.feature(37)
@pytest.mark.trap(2)
def test_who_may_only_read_searches_by_post_and_deletes_nothing(site: Policed) -> None:
    site.bed.command("group", "create", "guests")
    site.bed.command("group", "add", "guests", "bob")
    site.policy('[access]\nread_only_groups = ["guests"]\nreason = "Guests only read"\n')
    guest, other = (
        bearer(site.token(each, scopes=frozenset({"WRITE"}))) for each in (site.bob, site.alice)
    )
    search = site.call(guest, "POST", "/rest/api/2/search", json={"jql": "project = DEMO"})
    assert search.status_code == 200
    written_by_get = "/rest/api/2/email-templates"
    for refused in (site.call(guest, "DELETE"), site.call(guest, path=written_by_get)):
        assert (refused.status_code, refused.json()["reason"]) == (403, "read-only")
    assert site.call(other, "DELETE").status_code < 400


@pytest.mark.feature(41)
def test_a_token_for_one_operation_calls_no_other(site: Policed) -> None:
    site.policy("")
    only = ("POST /rest/api/2/issue/{issueIdOrKey}/comment",)
    details = (AccessDetail(site.bed.site.identifier, only, None),)
    caller = bearer(site.token(site.alice, scopes=frozenset({"WRITE"}), details=details))
    assert site.call(caller, "POST", COMMENT, json={"body": "a"}).status_code == 201
    answer = site.call(caller, "PUT", f"{COMMENT}/10000", json={"body": "b"})
    assert (answer.status_code, answer.json()["reason"]) == (403, "operation-not-allowed")


@pytest.mark.feature(49)
def test_a_token_that_came_over_plain_http_is_refused_and_marked(site: Policed) -> None:
    site.policy("")
    value = site.token(site.alice, purpose="seen in the clear")
    key = site.bed.key_file.read_text().split('"')[1]
    asked = {
        "X-Gateway-Authorization": key,
        "X-Original-Method": "GET",
        "X-Original-URI": ISSUE,
        "X-Original-Scheme": "http",
    }
    told = requests.get(
        f"{site.bed.server.url}/gateway/auth-request", headers=asked | bearer(value), timeout=10
    ).headers
    assert (told["X-Deny-Status"], told["X-Deny-Reason"]) == ("400", "plain-http")
    with site.bed.server.container() as container, container.database.reading() as stores:
        tokens = stores.api_tokens.page(ApiTokenFilter(purpose="seen in the clear"))
    assert [each.exposed_at is not None for each in tokens] == [True]
    assert site.call(bearer(value)).status_code == 200


@pytest.mark.feature(31)
def test_the_jwt_of_a_connect_app_counts_in_the_query_and_reaches_neither_site_nor_log(
    site: Policed,
) -> None:
    site.policy("")
    bed = site.bed
    client = bed.caller("READ").client_id
    file = bed.folder / "shared-secret"
    file.write_text(SECRET)
    file.chmod(0o600)
    bed.command(
        *("connect", "add", bed.name, APP, "--client", client, "--scope", "READ"),
        *("--secret-file", str(file)),
    )
    now = time.time()  # noqa: TID251 - the server has the same clock
    jwt = by_secret(claims("GET", f"{ISSUE}?fields=summary", at=now))
    with bed.watching() as seen:
        answer = site.call({}, path=f"{ISSUE}?fields=summary&jwt={jwt}")
        beside = site.call(bearer("x"), path=f"{ISSUE}?jwt={jwt}")
    assert (answer.status_code, seen.one.target) == (200, f"{ISSUE}?fields=summary")
    assert (beside.status_code, beside.json()["reason"]) == (400, "several-credentials")
    assert jwt.rpartition(".")[2] not in "".join(
        each.read_text() for each in (bed.folder / "nginx").glob("*.log")
    )
