"""Every security event is on record: who, what, when, where, with what result (AU-03)."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

import authserver.services
import authserver.storage
from authserver.domain.audit import Actor, ActorKind
from authserver.domain.keys import KeyState
from authserver.services.administration import Act
from authserver.services.throttling import ThrottleLimits
from tests.crypto.assertions import assertion_claims, make, public_jwk
from tests.instances import Caller, basic
from tests.rfc.audited_actions import KEYS_OF_POLICIES, MATRIX
from tests.rfc.lanes import INTROSPECT, REVOKE, TOKEN
from tests.rfc.tokens import claims_of
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.instances import Site
    from tests.machine.doors import Answer
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

ADMIN: Final = Act(Actor(ActorKind.ADMINISTRATOR, "alice"), "request-of-alice", "192.0.2.1")
PEER: Final = "203.0.113.7"
ASKED: Final = {"grant_type": "client_credentials"}
ACTION: Final = re.compile(r"[a-z_]+\.[a-z_]+\Z")
JOURNAL_MOVES: Final = "journal_moves.py"
"""The one place outside of the services that makes records."""
JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ANONYMOUS: Final = {"kind": "anonymous", "id": ""}
CLIENT: Final = {"kind": "client", "id": "reader"}
ALICE: Final = {"kind": "administrator", "id": "alice"}

ELSEWHERE: Final = (
    "rfc/test_gateway_keys.py",
    "rfc/test_leaks.py",
    "rfc/test_security_notices.py",
    "cli/test_resource_scan.py",
    "gateway/test_call_records.py",
    "storage/test_journal_mover.py",
)
"""What is brought about neither here nor in a `test_*_events.py` beside."""


@pytest.fixture
def watch(installation: Installation, reader: Caller, jira: Site) -> Watch:
    return Watch(installation)


def knock(lane: Lane, path: str, form: Mapping[str, str], authorization: str | None) -> Answer:
    """A request from `PEER`."""
    return lane.post(path, form, authorization, peer=PEER)


def from_here(answer: Answer) -> dict[str, str]:
    """Where a record of the request behind the answer says it came from."""
    return {"peer": PEER, "request_id": answer.headers["x-request-id"]}


@pytest.mark.rule("AU-03")
def test_issuing_and_refusing_tokens_is_recorded(
    installation: Installation, lane: Lane, jira: Site, reader: Caller, watch: Watch
) -> None:
    answer = knock(lane, TOKEN, {**ASKED, "scope": "READ"}, reader.authorization)
    claims = claims_of(answer.json["access_token"])
    record = watch.one("token.issued", actor=CLIENT, outcome="success", **from_here(answer))
    assert record["client_id"] == "reader"
    assert record["resource"] == jira.identifier
    assert record["token_id"] == claims["jti"]
    assert record["object"] == {"kind": "token", "id": claims["jti"]}
    assert record["details"]["scope"] == "READ"
    assert record["details"]["subject"] == "client:reader"
    assert record["details"]["expires_at"] == claims["exp"]
    installation.caller("idle", jira, "READ", grant_types=())
    idle = Caller("idle", installation.container.clients.rotate_secret("idle", ADMIN).value)
    watch.new()
    refusals: tuple[tuple[Caller, dict[str, str], str], ...] = (
        (reader, {"scope": "ADMIN"}, "invalid_scope"),
        (reader, {"scope": "openid"}, "invalid_scope"),
        (reader, {"resource": "https://evil.example"}, "invalid_target"),
        (idle, {}, "unauthorized_client"),
    )
    for caller, form, error in refusals:
        answer = knock(lane, TOKEN, {**ASKED, **form}, caller.authorization)
        assert answer.error == (400, error)
        actor = {"kind": "client", "id": caller.client_id}
        record = watch.one("token.refused", actor=actor, outcome="refused", **from_here(answer))
        assert record["client_id"] == caller.client_id
        assert record["reason"].startswith(f"{error}: ")


@pytest.mark.rule("AU-03")
def test_revoking_a_token_is_recorded(lane: Lane, jira: Site, reader: Caller, watch: Watch) -> None:
    token = lane.token(reader)
    watch.new()
    answer = knock(lane, REVOKE, {"token": token}, reader.authorization)
    watch.one(
        "token.revoked",
        actor=CLIENT,
        outcome="success",
        client_id="reader",
        resource=jira.identifier,
        token_id=claims_of(token)["jti"],
        **from_here(answer),
    )


@pytest.mark.rule("AU-03")
def test_every_failed_authentication_of_a_client_is_recorded_with_its_cause(
    installation: Installation, lane: Lane, jira: Site, reader: Caller, watch: Watch
) -> None:
    jwks = {"keys": [public_jwk("ES256")]}
    installation.caller("ci-job", jira, "READ", auth_method="private_key_jwt", jwks=jwks)
    disabled = installation.caller("disabled", jira, "READ")
    expired = installation.caller("expired", jira, "READ", secret_expires_in=60.0)
    installation.container.clients.disable("disabled", ADMIN)
    installation.clock.advance(60)
    spent = make(assertion_claims(exp=int(installation.clock.now()) + 60))
    proof = {"client_assertion": spent, "client_assertion_type": JWT_BEARER}
    assert knock(lane, TOKEN, {**ASKED, **proof}, None).status == 200
    watch.new()
    secret = {"client_id": "reader", "client_secret": reader.secret}
    causes: tuple[tuple[str, dict[str, str], str | None, str], ...] = (
        ("reader", {}, basic("reader", "wrong"), "no live secret matches"),
        ("expired", {}, expired.authorization, "no live secret matches"),
        ("disabled", {}, disabled.authorization, "the client is disabled"),
        ("reader", secret, None, "registered for client_secret_basic"),
        ("reader", {"client_id": "reader"}, None, "the client did not authenticate"),
        ("", {}, basic("unknown", "wrong"), "no such client"),
        ("ci-job", {**proof, "client_assertion": spent[:-4] + "AAAA"}, None, "does not verify"),
        ("ci-job", proof, None, "the assertion was used before"),
    )
    for path in (TOKEN, REVOKE):
        for client_id, form, authorization, cause in causes:
            answer = knock(lane, path, {**ASKED, "token": "x", **form}, authorization)
            assert answer.status == 401
            record = watch.one(
                "client.authentication_failed",
                actor=ANONYMOUS,
                outcome="refused",
                object={"kind": "client", "id": client_id},
                client_id=client_id,
                **from_here(answer),
            )
            assert cause in record["reason"]


@pytest.mark.rule("AU-03")
def test_every_failed_authentication_of_a_site_is_recorded(
    installation: Installation, lane: Lane, jira: Site, reader: Caller, watch: Watch
) -> None:
    other = installation.site("other")
    watch.new()
    for name, authorization in (
        ("jira", basic("jira", "wrong")),
        ("jira", basic("jira", other.secret)),
        ("", basic("unknown", other.secret)),
        ("", basic("reader", other.secret)),
    ):
        answer = knock(lane, INTROSPECT, {"token": "x"}, authorization)
        watch.one(
            "resource.authentication_failed",
            actor=ANONYMOUS,
            outcome="refused",
            object={"kind": "resource", "id": name},
            resource=name,
            **from_here(answer),
        )


@pytest.mark.rule("AU-03")
def test_the_beginning_of_every_block_is_recorded(
    installation: Installation, lane: Lane, jira: Site, reader: Caller, watch: Watch
) -> None:
    limit = ThrottleLimits().per_caller
    of_another_site = installation.site("wiki").secret
    watch.new()
    seen = []
    for path, name, secret in (
        (TOKEN, "reader", "wrong"),
        (INTROSPECT, "jira", of_another_site),
        (INTROSPECT, "wiki", "wrong"),
        (TOKEN, "unknown", "wrong"),
    ):
        for _ in range(limit + 1):
            answer = knock(lane, path, {**ASKED, "token": "x"}, basic(name, secret))
        assert answer.status == 429
        records = watch.new()
        assert len(records) == limit + 1
        seen.append(records[-1])
    expected = (
        ("client.throttled", "reader"),
        ("resource.throttled", "jira"),
        ("resource.throttled", "wiki"),
        ("client.throttled", ""),
    )
    for record, (action, name) in zip(seen, expected, strict=True):
        assert (record["action"], record["outcome"]) == (action, "refused")
        assert record["actor"] == ANONYMOUS
        assert record["object"] == {"kind": action.partition(".")[0], "id": name}
        assert record["peer"] == PEER
        assert record["details"]["network"] == f"{PEER}/32"


@pytest.mark.rule("AU-03")
def test_the_beginning_of_a_block_of_a_network_is_recorded(
    make_installation: MakeInstallation,
) -> None:
    installation = make_installation(AUTHSERVER_THROTTLING_FAILURES="3")
    limit = 30
    watch = Watch(installation)
    for number in range(limit + 1):
        answer = knock(installation.lane, TOKEN, ASKED, basic(f"unknown-{number}", "wrong"))
    assert answer.status == 429
    records = watch.new()
    assert len(records) == limit + 1
    block = records[-1]
    assert (block["action"], block["outcome"]) == ("network.throttled", "refused")
    assert (block["actor"], block["peer"]) == (ANONYMOUS, PEER)
    assert block["object"] == {"kind": "network", "id": f"{PEER}/32"}


@pytest.mark.rule("AU-03")
def test_the_matrix_knows_every_action_in_the_code() -> None:
    (services,) = map(Path, authserver.services.__path__)
    (storage,) = map(Path, authserver.storage.__path__)
    # Moves of keys are named by the state a key goes to.
    moves = {f"key.{state}" for state in KeyState if state is not KeyState.NEXT}
    written_out = actions_in(*services.glob("*.py"), storage / JOURNAL_MOVES)
    assert (written_out - KEYS_OF_POLICIES) | moves == set(MATRIX)
    assert len(MATRIX) == len(set(MATRIX))


@pytest.mark.rule("AU-03")
def test_every_action_of_the_matrix_is_brought_about() -> None:
    tests = Path(__file__).parent.parent
    families = (tests / "rfc").glob("test_*_events.py")
    written_out = actions_in(*families, *(tests / name for name in ELSEWHERE))
    here = ast.parse(Path(__file__).read_text())
    written_out |= actions_of(node for node in here.body if isinstance(node, ast.FunctionDef))
    assert set(MATRIX) - written_out == set()


def actions_in(*paths: Path) -> set[str]:
    """What looks like an action in these files."""
    return actions_of(ast.parse(path.read_text()) for path in paths)


def actions_of(trees: Iterable[ast.AST]) -> set[str]:
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and ACTION.match(node.value)
    }
