"""Reports of leaked secrets: what has leaked is stopped, and nobody learns whose it was."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from authserver.domain.api_tokens import ApiTokenStatus
from authserver.services.leak_throttling import MOST, WINDOW_SECONDS
from authserver.services.token_notices import stop_notice
from tests.people.cast import ADA
from tests.rfc.api_tokens import change_token, put_token
from tests.rfc.granted import Granter, add_person
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.machine.doors import Answer
    from tests.people.cast import Person
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

PEER: Final = "203.0.113.7"
ANONYMOUS: Final = {"kind": "anonymous", "id": ""}


@pytest.fixture
def ada(installation: Installation) -> Person:
    return add_person(installation, "ada", ADA)


def post(lane: Lane, body: object, *, peer: str | None = PEER, **changes: Any) -> Answer:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **changes.pop("headers", {})}
    return lane.knock("POST", "/leaks", text, headers=headers, peer=peer, **changes)


def label(lane: Lane, value: str) -> str:
    answer = post(lane, {"token": value}, peer=None)
    assert answer.status == 200, answer.body
    return str(answer.json["label"])


@pytest.mark.rule("AK-07")
def test_a_leaked_api_token_is_dead_when_the_report_is_answered(
    installation: Installation, lane: Lane, jira: Site, ada: Person
) -> None:
    value, other = (put_token(installation, ada, jira, name) for name in ("t1", "t2"))
    assert lane.is_active(jira, value)
    answer = post(lane, {"token": value})
    assert answer.json == {
        "token_hash": b64encode(sha256(value.encode()).digest()).decode(),
        "token_type": "",
        "label": "true_positive",
    }
    installation.poll()
    assert not lane.is_active(jira, value)
    assert lane.is_active(jira, other)
    token = installation.container.api_tokens.get("t1")
    assert (token.status, token.reason) == (ApiTokenStatus.REVOKED, "leaked")
    assert token.exposed_at is not None
    # Again, and of what is over: it is one of ours, and nothing more happens.
    assert label(lane, value) == "true_positive"


def test_the_list_of_a_secret_scanner_is_answered_one_by_one(
    installation: Installation, lane: Lane, jira: Site, ada: Person
) -> None:
    value = put_token(installation, ada, jira)
    unknown = installation.container.secret_maker.secret("pat")
    found = [
        {"token": unknown, "type": "authserver_token", "url": "https://x.example", "source": "a"},
        {"token": value, "type": "authserver_token", "url": None, "source": "content", "more": 1},
        {"token": "hunter2"},
    ]
    answer = post(lane, found)
    assert answer.headers["cache-control"] == "no-store"
    assert [each["label"] for each in answer.json] == [
        "false_positive",
        "true_positive",
        "false_positive",
    ]
    assert answer.json[0]["token_type"] == "authserver_token"
    for secret in (value, unknown, ada.subject, "BI export"):
        assert secret.encode() not in answer.body


def test_every_kind_of_secret_is_known(
    installation: Installation, lane: Lane, jira: Site, reader: Caller, ada: Person
) -> None:
    granter = Granter(installation, ada)
    app = granter.app(jira)
    granted = granter.allow(app, scopes=frozenset({"READ", "offline_access"}), site=jira)
    access = lane.token(reader)
    operator = installation.container.operator
    gateway = installation.container.gateways.add("edge", "jira", operator).key.value
    assert lane.is_active(jira, access)
    watch = Watch(installation)
    results = {}
    for value in (access, granted.refresh_token, reader.secret, jira.secret, gateway):
        assert label(lane, value) == "true_positive"
        (record,) = (each for each in watch.new() if each["action"] == "leak.reported")
        results[record["object"]["kind"]] = (record["object"]["id"], record["details"]["result"])
    assert {kind: result for kind, (_, result) in results.items()} == {
        "access-token": "revoked",
        "refresh-token": "revoked",
        "client-secret": "alerted",
        "site-secret": "alerted",
        "gateway-key": "alerted",
    }
    assert [results[kind][0] for kind in ("client-secret", "site-secret", "gateway-key")] == [
        "reader",
        "jira",
        "edge",
    ]
    installation.poll()
    assert not lane.is_active(jira, access)
    assert not lane.is_active(jira, granted.access_token)
    assert lane.ask(reader).status == 200
    assert label(lane, granted.refresh_token) == "true_positive"


def test_what_is_over_is_one_of_ours_all_the_same(
    installation: Installation, lane: Lane, jira: Site, reader: Caller, ada: Person
) -> None:
    token, access = put_token(installation, ada, jira), lane.token(reader)
    change_token(installation, status=ApiTokenStatus.DISABLED)
    watch = Watch(installation)
    assert label(lane, token) == "true_positive"
    assert "token.revoked" in [record["action"] for record in watch.new()]
    installation.clock.advance(100 * 86_400)
    watch.new()
    for value in (token, access):
        assert label(lane, value) == "true_positive"
        (record,) = watch.new()
        assert record["details"]["result"] == "over"


def test_the_record_says_where_it_was_found_and_never_the_secret(
    installation: Installation, lane: Lane, jira: Site, ada: Person
) -> None:
    value = put_token(installation, ada, jira)
    other = installation.container.secret_maker.secret("cs")
    watch = Watch(installation)
    url = f"https://bob:pw@git.example/{value}/raw?key={value}#{value}"
    answer = post(lane, {"token": value, "url": url, "source": f"x\x1b[2J {other}", "type": "t"})
    assert answer.json["label"] == "true_positive"
    records = {record["action"]: record for record in watch.new()}
    record = records["leak.reported"]
    assert record["actor"] == ANONYMOUS
    assert record["peer"] == PEER
    assert record["object"] == {"kind": "api-token", "id": "t1"}
    details = record["details"]
    assert details["url"] == "https://git.example/…/raw"
    assert details["source"] == "x\\x1b[2J …"
    assert details["owner"] == details["subject"] == ada.subject
    assert records["token.revoked"]["reason"] == "leaked"
    assert value not in json.dumps(list(records.values()))
    assert other not in json.dumps(list(records.values()))


def test_owners_of_leaked_tokens_are_told(
    installation: Installation, lane: Lane, jira: Site, ada: Person
) -> None:
    value = put_token(installation, ada, jira)
    label(lane, value)
    # Housekeeping tells of whatever was stopped.
    notice = stop_notice(installation.container.api_tokens.get("t1"))
    assert notice is not None
    assert notice.words["reason"] == "leaked"


def test_what_is_no_report_is_refused_by_name(installation: Installation, lane: Lane) -> None:
    watch = Watch(installation)
    for body, said in (
        (b"", "body: "),
        (b"[]", "body: 1 to 100 secrets"),
        (b"7", "body: an object with a member token"),
        (b'["asv_pat_x"]', "body: an object with a member token"),
        (b"[[]]", "body: an object with a member token"),
        (b"{}", "token: required"),
        (b'{"token": ""}', "token: required"),
        (b'{"token": 7}', "token: a text of at most"),
        (b'{"token": "a", "token": "b"}', "body: "),
        (b'{"token": "a", "url": {}}', "url: a text of at most"),
        (json.dumps({"token": "a" * 16_385}).encode(), "token: a text of at most"),
        (json.dumps([{"token": "a"}] * 101).encode(), "body: 1 to 100 secrets"),
    ):
        answer = post(lane, body)
        assert answer.status == 400, answer.body
        assert said in answer.json["error_description"]
    assert watch.new() == []


def test_secrets_belong_in_a_json_body_and_nowhere_else(lane: Lane) -> None:
    assert post(lane, {"token": "a"}, query="token=a").status == 400
    assert post(lane, {"token": "a"}, headers={"Content-Type": "text/plain"}).status == 415
    assert lane.get("/leaks").status == 405
    assert post(lane, b'{"token": "' + b"a" * 70_000 + b'"}').status == 413


def test_a_network_that_reports_nothing_of_ours_waits(
    installation: Installation, lane: Lane, jira: Site, ada: Person
) -> None:
    value = put_token(installation, ada, jira)
    watch = Watch(installation)
    for _ in range(MOST):
        assert post(lane, {"token": "hunter2"}).json["label"] == "false_positive"
    watch.one("leak.throttled", actor=ANONYMOUS, outcome="refused", peer=PEER)
    answer = post(lane, {"token": value})
    assert answer.status == 429
    assert 0 < int(answer.headers["retry-after"]) <= WINDOW_SECONDS
    assert watch.new() == []
    assert lane.is_active(jira, value)
    assert post(lane, {"token": "hunter2"}, peer="203.0.113.8").status == 200
    installation.clock.advance(WINDOW_SECONDS)
    assert post(lane, {"token": value}).json["label"] == "true_positive"


def test_a_network_that_reports_a_dead_secret_again_and_again_waits(
    installation: Installation, lane: Lane, jira: Site, ada: Person
) -> None:
    value, other = (put_token(installation, ada, jira, name) for name in ("t1", "t2"))
    assert post(lane, {"token": value}).status == 200
    watch = Watch(installation)
    answers = [post(lane, [{"token": value}] * 5) for _ in range(MOST + 1)]
    assert [each["label"] for each in answers[0].json] == ["true_positive"] * 5
    assert [each.status for each in answers] == [200] * MOST + [429]
    actions = [record["action"] for record in watch.new()]
    assert (actions.count("leak.reported"), actions.count("leak.throttled")) == (MOST, 1)
    assert post(lane, {"token": other}, peer="203.0.113.8").status == 200


def test_a_denied_access_token_that_is_reported_again_changes_nothing(
    installation: Installation, lane: Lane, jira: Site, reader: Caller
) -> None:
    value = lane.token(reader)
    assert post(lane, {"token": value}).status == 200
    database, watch = installation.container.database, Watch(installation)
    with database.reading() as stores:
        before = stores.authority.position()
    slept = len(installation.clock.slept)
    answers = [post(lane, [{"token": value}] * 5) for _ in range(MOST + 1)]
    assert [each["label"] for each in answers[0].json] == ["true_positive"] * 5
    assert [each.status for each in answers] == [200] * MOST + [429]
    assert [record["action"] for record in watch.new()] == ["leak.throttled"]
    with database.reading() as stores:
        assert stores.authority.position() == before
    assert len(installation.clock.slept) == slept


def test_what_a_report_asks_of_the_database_does_not_grow_with_clients_and_sites(
    installation: Installation, lane: Lane, jira: Site, reader: Caller
) -> None:
    def lists(secrets: list[str]) -> int:
        asked: list[str] = []

        def note(*stated: Any) -> None:
            asked.append(str(stated[2]))

        event.listen(Engine, "before_cursor_execute", note)
        try:
            answer = post(lane, [{"token": each} for each in secrets])
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        assert {each["label"] for each in answer.json[:-2]} == {"false_positive"}
        assert {each["label"] for each in answer.json[-2:]} == {"true_positive"}
        return sum("FROM clients" in each or "FROM resources" in each for each in asked)

    make = installation.container.secret_maker.secret
    many = [make(prefix) for prefix in ("cs", "rs") for _ in range(40)]
    ours = [reader.secret, jira.secret]
    assert lists([*many, *ours]) == lists([many[0], *ours])
