"""What the token endpoint answers (group A3)."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.errors import InvalidField
from tests.instances import Caller, basic
from tests.rfc.changes import change_row
from tests.rfc.installations import ISSUER
from tests.rfc.lanes import FORM_PATHS, REVOKE, TOKEN, assert_invalid_client
from tests.rfc.tokens import claims_of, published, verified

if TYPE_CHECKING:
    from tests.instances import Site
    from tests.machine.doors import Answer
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

CLIENT_CREDENTIALS: Final = {"grant_type": "client_credentials"}
ERROR_TEXT: Final = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+\Z")
"""The characters of `error` and `error_description` (RFC 6749 section 5.2)."""
USER_SCOPES: Final = ("openid", "profile", "email", "offline_access", "address", "phone", "groups")
TEN_DAYS: Final = 864_000


def assert_clean(answer: Answer) -> None:
    """JSON that nobody may keep."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"
    assert isinstance(answer.json, dict)


def assert_clean_error(answer: Answer) -> None:
    """An error as RFC 6749 section 5.2 has it, whatever the status."""
    assert_clean(answer)
    assert ERROR_TEXT.match(answer.json["error"])
    assert ERROR_TEXT.match(answer.json["error_description"])
    assert "access_token" not in answer.json


@pytest.mark.rule("TK-09")
def test_a_token_answer_has_its_members_and_is_kept_by_nobody(lane: Lane, reader: Caller) -> None:
    answer = lane.ask(reader, scope="READ")
    assert_clean(answer)
    assert answer.json.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (answer.json["token_type"], answer.json["scope"]) == ("Bearer", "READ")
    assert type(answer.json["expires_in"]) is int


@pytest.mark.rule("TK-09")
def test_every_error_answer_is_clean_json_that_nobody_keeps(
    make_installation: MakeInstallation,
) -> None:
    installation = make_installation(AUTHSERVER_THROTTLING_FAILURES="3")
    lane = installation.lane
    reader = installation.caller("reader", installation.site("jira"), "READ")
    good = reader.authorization
    hostile = ('"', "\\", "ü", "\u2028", "<script>", "a\r\nSet-Cookie: x=y", "\0", "x" * 9000)
    answers = [
        lane.post(path, {name: text}, good)
        for path in FORM_PATHS
        for name in ("grant_type", "unknown")
        for text in hostile
    ]
    answers += [lane.ask(reader, scope=text, resource="https://a") for text in hostile]
    answers += [lane.ask(reader, resource=text) for text in hostile]
    answers += [lane.ask(reader, scope=f"READ {text}") for text in hostile]
    answers += [lane.post(TOKEN, f"{text}=1&{text}=2", good) for text in hostile]
    answers += [lane.post(TOKEN, CLIENT_CREDENTIALS, text) for text in ("Bearer x", "Basic", "ü")]
    answers += [lane.post(TOKEN, b"\xff\xfe=%zz", good), lane.post(TOKEN, "a=" + "x" * 70_000)]
    answers += [lane.knock(method, TOKEN) for method in ("GET", "PUT", "TRACE", "OPTIONS")]
    answers += [lane.post(TOKEN, CLIENT_CREDENTIALS, good, headers={"Content-Type": "text/plain"})]
    answers += [lane.ask(Caller("reader", "wrong"), peer="192.0.2.1") for _ in range(5)]
    shutil.rmtree(installation.settings.journal_directory)
    installation.settings.journal_directory.write_text("not a folder")
    answers.append(installation.start_worker().lane.ask(reader))
    for answer in answers:
        assert_clean_error(answer)
    assert {answer.status for answer in answers} == {400, 401, 405, 413, 415, 429, 503}
    assert all(answer.headers["retry-after"] for answer in answers if answer.status in {429, 503})


@pytest.mark.rule("TK-10")
def test_only_a_confidential_client_gets_a_token_for_itself(
    installation: Installation, lane: Lane, jira: Site, reader: Caller
) -> None:
    with pytest.raises(InvalidField, match="grant_types"):
        installation.caller("public", jira, "READ", auth_method="none")
    change_row(installation, "clients", "auth_method = 'none'", "client_id = 'reader'")
    named = {**CLIENT_CREDENTIALS, "client_id": reader.client_id}
    answer = lane.post(TOKEN, named)
    assert answer.error == (400, "unauthorized_client"), answer.body
    assert_invalid_client(lane.post(TOKEN, CLIENT_CREDENTIALS, reader.authorization))
    assert_invalid_client(lane.post(TOKEN, {**named, "client_secret": reader.secret}))
    assert installation.records("token.issued") == []


@pytest.mark.rule("TK-10")
def test_scopes_of_users_are_refused_to_a_client_alone(
    installation: Installation, lane: Lane, jira: Site, reader: Caller
) -> None:
    for scope in USER_SCOPES:
        for asked in (scope, f"READ {scope}"):
            answer = lane.ask(reader, scope=asked)
            assert answer.error == (400, "invalid_scope"), asked
            assert scope in answer.description
        with pytest.raises(InvalidField, match="scopes"):
            installation.caller("wider", jira, "READ", scope)
    assert installation.records("token.issued") == []


@pytest.mark.rule("TK-10")
def test_a_client_never_has_the_subject_of_a_user(
    installation: Installation, lane: Lane, jira: Site, reader: Caller
) -> None:
    installation.container.users.ensure_administrator("reader", installation.container.operator)
    (created,) = installation.records("user.created")
    subject = claims_of(lane.token(reader))["sub"]
    assert subject == "client:reader"
    assert created["object"]["id"].startswith("user:")
    with pytest.raises(InvalidField, match="client_id"):
        installation.caller(created["object"]["id"], jira, "READ")


@pytest.mark.rule("TK-11")
def test_tokens_are_short_lived_and_say_so_truthfully(
    installation: Installation, lane: Lane, jira: Site, reader: Caller
) -> None:
    brief = installation.caller("brief", jira, "READ", access_token_seconds=30)
    longest = installation.caller("longest", jira, "READ", access_token_seconds=3600)
    for caller, seconds in ((reader, 600), (brief, 30), (longest, 3600)):
        answer = lane.ask(caller).json
        claims = verified(
            answer["access_token"],
            published(lane.get("/oauth2/jwks").body),
            audience=jira.identifier,
            issuer=ISSUER,
            now=installation.clock.now(),
        )
        assert answer["expires_in"] == claims["exp"] - claims["iat"] == seconds
        assert claims["iat"] == int(installation.clock.now())
    token = lane.token(brief)
    installation.clock.advance(29)
    assert lane.is_active(jira, token)
    installation.clock.advance(1)
    assert not lane.is_active(jira, token)


@pytest.mark.rule("TK-11")
def test_no_client_gets_longer_tokens_than_the_hard_maximum(
    make_installation: MakeInstallation,
) -> None:
    installation = make_installation()
    jira = installation.site("jira")
    for seconds in (3601, TEN_DAYS, 29, 0, -1):
        with pytest.raises(InvalidField, match="access_token_seconds"):
            installation.caller("greedy", jira, "READ", access_token_seconds=seconds)
    greedy = installation.caller("greedy", jira, "READ")
    change_row(
        installation, "clients", f"access_token_seconds = {TEN_DAYS}", "client_id = 'greedy'"
    )
    assert installation.lane.ask(greedy).json["expires_in"] == 3600


@pytest.mark.rule("TK-11")
def test_a_lower_maximum_in_the_settings_counts_for_every_client(
    make_installation: MakeInstallation,
) -> None:
    installation = make_installation(
        AUTHSERVER_TOKENS_ACCESS_TOKEN_MAX_SECONDS="300",
        AUTHSERVER_TOKENS_ACCESS_TOKEN_SECONDS="300",
    )
    jira = installation.site("jira")
    with pytest.raises(InvalidField, match="access_token_seconds"):
        installation.caller("long", jira, "READ", access_token_seconds=301)
    old = installation.caller("old", jira, "READ", access_token_seconds=300)
    change_row(installation, "clients", "access_token_seconds = 600", "client_id = 'old'")
    assert installation.lane.ask(old).json["expires_in"] == 300


@pytest.mark.rule("TK-09")
def test_the_answer_to_a_revocation_is_kept_by_nobody(lane: Lane, reader: Caller) -> None:
    assert_clean(lane.post(REVOKE, {"token": "x"}, basic(reader.client_id, reader.secret)))
