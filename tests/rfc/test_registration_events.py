"""Who lets clients register, and what becomes of them, is on record (AU-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.services.throttling import ThrottleLimits
from authserver.wiring_housekeeping import SYSTEM
from tests.rfc.operating import Operator
from tests.rfc.registering import CALLBACK, OPEN, Registrar, initial_token
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from tests.machine.doors import Answer
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation

ANONYMOUS: Final = {"kind": "anonymous", "id": ""}
PEER: Final = "203.0.113.7"
NOBODY: Final = {"kind": "registration", "id": ""}


@pytest.fixture
def installation(make_installation: MakeInstallation) -> Installation:
    return make_installation(**OPEN)


@pytest.fixture
def watch(installation: Installation) -> Watch:
    return Watch(installation)


@pytest.fixture
def registrar(installation: Installation) -> Registrar:
    return Registrar(installation.lane, initial_token(installation))


def client(told: dict[str, Any]) -> dict[str, str]:
    """A registered client, as actor or object of records."""
    return {"kind": "client", "id": told["client_id"]}


def request_of(answer: Answer) -> dict[str, str]:
    return {"request_id": answer.headers["x-request-id"]}


@pytest.mark.rule("AU-03")
def test_what_operators_do_with_initial_access_tokens_is_recorded(
    installation: Installation, watch: Watch
) -> None:
    operator = Operator(installation)
    told = operator.told("registration", "token", "create", "a team", "--quota", "3")
    token_id = told["token"]["token_id"]
    thing = {"kind": "initial_token", "id": token_id}
    common = {"object": thing, "outcome": "success"}
    made = watch.one("initial_token.created", actor=operator.actor, **common)
    assert made["details"]["after"]["label"] == "a team"
    assert made["details"]["after"]["quota"] == 3
    assert told["initial_access_token"] not in str(made)
    operator.told("registration", "token", "revoke", token_id, "--yes")
    watch.one("initial_token.revoked", actor=operator.actor, **common)
    operator.refused("registration", "token", "revoke", token_id, "--yes")
    assert watch.new() == []


@pytest.mark.rule("AU-03")
def test_what_clients_do_with_their_own_registration_is_recorded(
    registrar: Registrar, watch: Watch
) -> None:
    watch.new()
    answer = registrar.post(client_name="One")
    told = answer.json
    common = {"object": client(told), "client_id": told["client_id"], "outcome": "success"}
    made = watch.one("client.created", actor=client(told), **common, **request_of(answer))
    assert made["peer"]
    assert made["details"]["after"]["name"] == "One"
    for secret in ("client_secret", "registration_access_token"):
        assert told[secret] not in str(made)
    assert registrar.manage("GET", told).status == 200
    assert watch.new() == []
    body = {"client_id": told["client_id"], "redirect_uris": [CALLBACK], "client_name": "Two"}
    answer = registrar.manage("PUT", told, **body)
    assert answer.status == 200, answer.body
    changed = watch.one("client.updated", actor=client(told), **common, **request_of(answer))
    assert changed["details"] == {"before": {"name": "One"}, "after": {"name": "Two"}}
    answer = registrar.manage("DELETE", told)
    assert answer.status == 204
    ended = watch.one("client.deleted", actor=client(told), **common, **request_of(answer))
    assert ended["details"] == {"before": "enabled", "after": "deleted"}


@pytest.mark.rule("AU-03")
def test_every_refused_token_is_recorded_with_its_cause(
    registrar: Registrar, installation: Installation, watch: Watch
) -> None:
    told = registrar.registered()
    spent = Registrar(installation.lane, initial_token(installation, quota=1))
    stopped = spent.registered()
    (used_up,) = [
        each for each in installation.container.initial_access_tokens.list() if each.quota == 1
    ]
    installation.container.clients.disable(stopped["client_id"], installation.container.operator)
    watch.new()
    no_initial, no_registration = "no live initial access token", "no registration has this token"
    unauthorized, denied = (401, "invalid_token"), (403, "access_denied")
    deeds = (
        (registrar.post("wrong"), no_initial, unauthorized),
        (registrar.post(told["registration_access_token"]), no_initial, unauthorized),
        (spent.post(), f"the initial access token {used_up.token_id} is used up", unauthorized),
        (registrar.manage("GET", told, token="wrong"), no_registration, unauthorized),
        (registrar.manage("PUT", told, token=registrar.token), no_registration, unauthorized),
        (registrar.manage("DELETE", told, token="wrong"), no_registration, unauthorized),
        *(
            (
                registrar.manage(method, stopped),
                f"the client {stopped['client_id']} is disabled",
                denied,
            )
            for method in ("GET", "PUT", "DELETE")
        ),
    )
    records = watch.new()
    for (answer, cause, error), record in zip(deeds, records, strict=True):
        assert answer.error == error
        assert record["action"] == "registration.authentication_failed"
        assert (record["actor"], record["outcome"]) == (ANONYMOUS, "refused")
        assert (record["object"], record["reason"]) == (NOBODY, cause)
        assert record["request_id"] == answer.headers["x-request-id"]
        assert record["peer"]


@pytest.mark.rule("AU-03")
def test_the_beginning_of_a_block_of_wrong_tokens_is_recorded(
    registrar: Registrar, watch: Watch
) -> None:
    limit = ThrottleLimits().per_caller
    watch.new()
    headers = {"Content-Type": "application/json", "Authorization": "Bearer wrong"}
    for _ in range(limit + 1):
        answer = registrar.lane.knock("POST", "/oauth2/register", b"{}", headers=headers, peer=PEER)
    assert answer.status == 429
    *_, last = watch.new()
    assert last["action"] == "registration.throttled"
    assert (last["actor"], last["object"], last["outcome"]) == (ANONYMOUS, NOBODY, "refused")
    assert last["peer"] == PEER
    assert last["details"]["network"] == f"{PEER}/32"


@pytest.mark.rule("AU-03")
def test_the_end_of_a_registration_that_nobody_uses_is_recorded(
    registrar: Registrar, installation: Installation, watch: Watch
) -> None:
    told = registrar.registered()
    installation.clock.advance(1)
    before = installation.clock.now()
    watch.new()
    assert installation.container.unused_registrations.remove(before, SYSTEM) == 1
    ended = watch.one(
        "client.deleted",
        actor={"kind": "system", "id": "housekeeping"},
        object=client(told),
        client_id=told["client_id"],
        outcome="success",
    )
    assert ended["details"]["unused_since"] == before
