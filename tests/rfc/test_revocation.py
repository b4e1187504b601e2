"""Taking tokens back, and what it is worth when it was answered (group A7, IN-05)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

import pytest

from authserver.services.clients import ClientUpdate
from tests.instances import Caller, basic
from tests.rfc.changes import database_file
from tests.rfc.forger import Forger
from tests.rfc.lanes import INACTIVE, REVOKE, assert_invalid_client, seen_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.instances import Site
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

HINTS: Final = ("access_token", "refresh_token", "bogus", "id_token", "ü", "")


@pytest.mark.rule("RV-01")
def test_unknown_and_foreign_tokens_get_the_answer_of_a_revoked_one(
    installation: Installation, lane: Lane, reader: Caller, jira: Site
) -> None:
    other = installation.caller("other", jira, "READ")
    own, foreign = lane.token(reader), lane.token(other)
    expired = Forger(installation).token(iat=1_700_000_000, exp=1_700_000_600)
    done = lane.revoke(reader, own)
    for token in (foreign, own, expired, "x", "asv_rt_" + "a" * 43, "eyJ9.e30.AA", "a" * 16_384):
        assert seen_of(lane.revoke(reader, token)) == seen_of(done)
    assert (done.status, done.body) == (200, b"{}\n")
    assert lane.is_active(jira, foreign)
    assert not lane.is_active(jira, own)
    revoked = [record["client_id"] for record in installation.records("token.revoked")]
    assert set(revoked) == {"reader"}


@pytest.mark.rule("RV-02")
def test_a_token_is_revoked_whatever_the_hint_says(lane: Lane, reader: Caller, jira: Site) -> None:
    for hint in HINTS:
        token = lane.token(reader)
        assert lane.revoke(reader, token, token_type_hint=hint).status == 200
        assert not lane.is_active(jira, token), hint


@pytest.mark.rule("RV-03")
@pytest.mark.rule("IN-05")
def test_a_revoked_token_is_dead_on_every_worker_at_once(
    installation: Installation, reader: Caller, jira: Site
) -> None:
    lanes = [installation.lane, *(installation.start_worker().lane for _ in range(3))]
    for first in lanes:
        token, kept = first.token(reader), first.token(reader)
        assert all(lane.is_active(jira, token) for lane in lanes)
        assert first.revoke(reader, token).status == 200
        assert not any(lane.is_active(jira, token) for lane in lanes)
        assert all(lane.is_active(jira, kept) for lane in lanes)


@pytest.mark.rule("RV-03")
def test_revocation_outlives_the_workers(
    installation: Installation, reader: Caller, jira: Site
) -> None:
    token = installation.lane.token(reader)
    installation.lane.revoke(reader, token)
    installation.close()
    assert not installation.start_worker().lane.is_active(jira, token)


@pytest.mark.rule("IN-05")
def test_every_loss_of_power_shows_on_every_worker_at_once(
    installation: Installation, reader: Caller, jira: Site, wiki: Site
) -> None:
    act, clients = installation.container.operator, installation.container.clients
    losses: dict[str, tuple[Callable[[], object], Callable[[], object], int]] = {
        "disabled": (
            lambda: clients.disable("reader", act),
            lambda: clients.enable("reader", act),
            401,
        ),
        "a scope taken": (
            lambda: clients.update("reader", ClientUpdate(scopes=["READ"]), act),
            lambda: clients.update("reader", ClientUpdate(scopes=["READ", "WRITE"]), act),
            200,
        ),
        "the grant taken": (
            lambda: clients.update("reader", ClientUpdate(grant_types=[]), act),
            lambda: clients.update("reader", ClientUpdate(grant_types=["client_credentials"]), act),
            400,
        ),
        "the site taken": (
            lambda: clients.update("reader", ClientUpdate(resources=["wiki"]), act),
            lambda: clients.update("reader", ClientUpdate(resources=["jira"]), act),
            200,
        ),
        "deleted": (lambda: clients.delete("reader", act), lambda: None, 401),
    }
    lanes = [installation.lane, installation.start_worker().lane]
    token = lanes[0].token(reader, scope="READ WRITE")
    for name, (take, give_back, status) in losses.items():
        assert all(lane.is_active(jira, token) for lane in lanes), name
        take()
        assert not any(lane.is_active(jira, token) for lane in lanes), name
        assert [lane.ask(reader).status for lane in lanes] == [status] * 2, name
        give_back()
        installation.clock.advance(1)  # nobody waits for power that is given


@pytest.mark.rule("IN-05")
def test_a_disabled_site_can_neither_ask_nor_be_asked_for(
    installation: Installation, reader: Caller, jira: Site
) -> None:
    lanes = [installation.lane, installation.start_worker().lane]
    for lane in lanes:
        assert lane.is_active(jira, lane.token(reader))
    installation.container.resources.disable("jira", installation.container.operator)
    for lane in lanes:
        assert_invalid_client(lane.asked(jira, "x"))
        assert lane.ask(reader).error == (400, "invalid_target")


@pytest.mark.rule("RV-04")
def test_a_revocation_that_cannot_be_stored_is_never_answered_200(
    make_installation: MakeInstallation,
) -> None:
    installation = make_installation(AUTHSERVER_DATABASE_STATEMENT_TIMEOUT_SECONDS="1")
    lane = installation.lane
    jira = installation.site("jira")
    reader = installation.caller("reader", jira, "READ")
    token = lane.token(reader)
    with closing(sqlite3.connect(database_file(installation), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused = lane.revoke(reader, token)
        assert refused.error == (503, "temporarily_unavailable")
        assert int(refused.headers["retry-after"]) >= 1
        assert lane.is_active(jira, token)
        other.execute("ROLLBACK")
    assert lane.revoke(reader, token).status == 200
    assert not lane.is_active(jira, token)


@pytest.mark.rule("RV-04")
def test_a_revocation_that_was_answered_is_on_the_disk(
    installation: Installation, lane: Lane, reader: Caller, jira: Site
) -> None:
    token = lane.token(reader)
    assert lane.revoke(reader, token).status == 200
    # What another process finds without our caches is what would be left after kill -9.
    with closing(sqlite3.connect(database_file(installation))) as other:
        mode = other.execute("PRAGMA journal_mode").fetchone()
        kinds = other.execute("SELECT kind FROM authority_changes WHERE kind = 'token'").fetchall()
        acts = other.execute(
            "SELECT action FROM audit_records WHERE action = 'token.revoked'"
        ).fetchall()
    assert (mode, kinds, acts) == (("wal",), [("token",)], [("token.revoked",)])
    with installation.container.database.connection_for_writing() as connection:
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    assert synchronous == 2


@pytest.mark.rule("RV-05")
def test_only_an_authenticated_client_revokes(lane: Lane, reader: Caller, jira: Site) -> None:
    token = lane.token(reader)
    for authorization in (
        None,
        f"Bearer {token}",
        basic("reader", "wrong"),
        basic("nobody", reader.secret),
        jira.authorization,
    ):
        assert_invalid_client(lane.post(REVOKE, {"token": token}, authorization))
    assert_invalid_client(lane.post(REVOKE, {"token": token, "client_id": "reader"}))
    for method in ("GET", "HEAD", "DELETE"):
        headers = {"Authorization": reader.authorization}
        answer = lane.knock(method, REVOKE, query=f"token={token}", headers=headers)
        assert answer.status == 405
    assert lane.is_active(jira, token)


@pytest.mark.rule("RV-05")
def test_a_callback_parameter_does_nothing(lane: Lane, reader: Caller, jira: Site) -> None:
    token = lane.token(reader)
    answer = lane.revoke(reader, token, callback="package.myCallback")
    assert (answer.status, answer.body) == (200, b"{}\n")
    assert answer.headers["content-type"] == "application/json"
    assert lane.asked(jira, token).body == INACTIVE
