"""Looking after a registration (RFC 7592), and what becomes of unused ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.clients import ClientStatus
from authserver.wiring_housekeeping import SYSTEM, Housekeeping
from tests.instances import basic
from tests.people.cast import App
from tests.rfc.registering import CALLBACK, OPEN, Registrar, initial_token

if TYPE_CHECKING:
    from tests.conftest import MakeWorld
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation

DAY = 86_400


@pytest.fixture
def installation(make_installation: MakeInstallation) -> Installation:
    return make_installation(**OPEN)


@pytest.fixture
def registrar(installation: Installation) -> Registrar:
    return Registrar(installation.lane, initial_token(installation))


@pytest.fixture
def told(registrar: Registrar) -> dict[str, Any]:
    """A registered client, as it was told."""
    return registrar.registered(client_name="An app", logo_uri="https://app.example.test/l.png")


def restated(told: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What a client states anew: what it was told, without what is not its to state."""
    ours = {
        "registration_access_token",
        "registration_client_uri",
        "client_secret_expires_at",
        "client_id_issued_at",
    }
    return {name: value for name, value in told.items() if name not in ours} | changes


def test_a_client_reads_its_registration(registrar: Registrar, told: dict[str, Any]) -> None:
    answer = registrar.manage("GET", told)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    shown = {name: value for name, value in told.items() if name != "client_secret"}
    assert answer.json == shown


def test_a_client_states_its_registration_anew(
    installation: Installation, registrar: Registrar, told: dict[str, Any]
) -> None:
    other = "https://app.example.test/other"
    changed = restated(told, redirect_uris=[other], client_name="New", logo_uri=None)
    answer = registrar.manage("PUT", told, **changed)
    assert answer.status == 200, answer.body
    assert answer.json["redirect_uris"] == [other]
    assert answer.json["client_secret"] == told["client_secret"]
    assert "logo_uri" not in answer.json
    client = installation.container.clients.get(told["client_id"])
    assert (client.name, client.profile.redirect_uris) == ("New", (other,))
    assert client.profile.is_dynamic
    assert str(client.profile.consent) == "always"


def test_what_is_not_stated_again_is_as_by_default(
    registrar: Registrar, told: dict[str, Any]
) -> None:
    answer = registrar.manage("PUT", told, client_id=told["client_id"], redirect_uris=[CALLBACK])
    assert answer.json["client_name"] == told["client_id"]
    assert "logo_uri" not in answer.json
    assert answer.json["token_endpoint_auth_method"] == "client_secret_basic"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "another"}, "invalid_client_metadata"),
        ({"client_id": None}, "invalid_client_metadata"),
        ({"client_secret": "asv_cs_another"}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "none"}, "invalid_client_metadata"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:x"]}, "invalid_redirect_uri"),
        ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata"),
        ({"subject_type": "pairwise"}, "invalid_client_metadata"),
    ],
)
def test_a_bad_statement_changes_nothing(
    installation: Installation,
    registrar: Registrar,
    told: dict[str, Any],
    changes: dict[str, Any],
    error: str,
) -> None:
    before = installation.container.clients.get(told["client_id"])
    answer = registrar.manage("PUT", told, **restated(told, **changes))
    assert answer.error == (400, error)
    assert installation.container.clients.get(told["client_id"]) == before


def test_a_client_does_not_grow_beyond_its_initial_token(
    installation: Installation, registrar: Registrar, told: dict[str, Any]
) -> None:
    installation.site("jira")
    wider = {"scope": "openid READ", "grant_types": ["authorization_code", "client_credentials"]}
    answer = registrar.manage("PUT", told, **restated(told, **wider))
    assert (answer.json["scope"], answer.json["grant_types"]) == ("openid", ["authorization_code"])


def test_without_its_initial_token_a_client_stays_within_what_it_is(
    installation: Installation, registrar: Registrar
) -> None:
    told = registrar.registered(scope="openid")
    installation.clock.set_now(installation.clock.now() + 800 * DAY)
    installation.container.sweeper.sweep(lambda: True)
    assert installation.container.initial_access_tokens.list() == []
    answer = registrar.manage("PUT", told, **restated(told, scope="openid email"))
    assert answer.json["scope"] == "openid"


def test_a_client_ends_its_registration_for_ever(
    installation: Installation, registrar: Registrar, told: dict[str, Any]
) -> None:
    answer = registrar.manage("DELETE", told)
    assert (answer.status, answer.body) == (204, b"")
    assert installation.container.clients.list() == []
    assert registrar.manage("GET", told).error == (401, "invalid_token")
    assert registrar.manage("DELETE", told).error == (401, "invalid_token")
    form = {"grant_type": "authorization_code", "code": "x"}
    authorization = basic(told["client_id"], told["client_secret"])
    assert installation.lane.post("/oauth2/token", form, authorization).error == (
        401,
        "invalid_client",
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_the_token_of_the_registration_opens_it(
    registrar: Registrar, told: dict[str, Any], method: str
) -> None:
    other = registrar.registered()
    body = restated(told) if method == "PUT" else {}
    for token in (other["registration_access_token"], registrar.token, told["client_secret"], "x"):
        answer = registrar.manage(method, told, token=token, **body)
        assert answer.error == (401, "invalid_token")
        assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert registrar.manage("GET", told).status == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_client_is_answered_like_a_wrong_token(
    registrar: Registrar, told: dict[str, Any], method: str
) -> None:
    body = restated(told) if method == "PUT" else {}
    wrong = registrar.manage(method, told, token="wrong", **body)
    unknown = registrar.manage(method, told, query="client_id=c-nobody", **body)
    assert (wrong.status, wrong.body) == (unknown.status, unknown.body)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_client_that_was_stopped_may_not_look_after_itself(
    installation: Installation, registrar: Registrar, told: dict[str, Any], method: str
) -> None:
    container = installation.container
    container.clients.disable(told["client_id"], container.operator)
    body = restated(told) if method == "PUT" else {}
    assert registrar.manage(method, told, **body).error == (403, "access_denied")
    assert container.clients.get(told["client_id"]).status is ClientStatus.DISABLED


def test_a_client_of_an_administrator_has_no_registration(
    installation: Installation, registrar: Registrar, told: dict[str, Any]
) -> None:
    caller = installation.caller("reader", installation.site("jira"), "READ")
    answer = registrar.manage("GET", told, query=f"client_id={caller.client_id}")
    assert answer.error == (401, "invalid_token")


@pytest.mark.parametrize(
    "query",
    [
        "x=y",
        "client_id=",
        "client_id=a&client_id=b",
        "client_id=abc&x=y",
        "client_id=%",
        "client_id=" + "x" * 300,
        "client_id=\xff",
    ],
)
def test_a_registration_is_named_once_and_by_nothing_else(
    registrar: Registrar, told: dict[str, Any], query: str
) -> None:
    assert registrar.manage("GET", told, query=query).error == (400, "invalid_request")


def test_acts_of_clients_on_themselves_are_on_record(
    installation: Installation, registrar: Registrar, told: dict[str, Any]
) -> None:
    registrar.manage("PUT", told, **restated(told, client_name="New"))
    registrar.manage("DELETE", told)
    registrar.manage("GET", told)
    recorded = [
        each for each in installation.records() if each["object"]["id"] == told["client_id"]
    ]
    assert [each["action"] for each in recorded] == [
        "client.created",
        "client.updated",
        "client.deleted",
    ]
    assert {each["actor"]["kind"] for each in recorded} == {"client"}
    assert "registration.authentication_failed" in {
        each["action"] for each in installation.records()
    }


def test_clients_that_nobody_uses_are_removed(
    installation: Installation, registrar: Registrar, told: dict[str, Any]
) -> None:
    container = installation.container
    used = registrar.registered(client_name="Used")
    start = installation.clock.now()
    installation.clock.set_now(start + 50 * DAY)
    form = {"grant_type": "authorization_code", "code": "x"}
    authorization = basic(used["client_id"], used["client_secret"])
    installation.lane.post("/oauth2/token", form, authorization)
    container.uses.flush(container.database)
    installation.clock.set_now(start + 100 * DAY)
    before = installation.clock.now() - 90 * DAY
    assert container.unused_registrations.remove(before, SYSTEM) == 1
    assert [each.client_id for each in container.clients.list()] == [used["client_id"]]
    assert container.unused_registrations.remove(before, SYSTEM) == 0
    assert registrar.manage("GET", told).error == (401, "invalid_token")
    assert registrar.manage("GET", used).status == 200


def test_the_chore_goes_by_the_setting(make_installation: MakeInstallation) -> None:
    installation = make_installation(**OPEN, AUTHSERVER_REGISTRATION_UNUSED_DAYS="3")
    Registrar(installation.lane, initial_token(installation)).registered()
    housekeeping = Housekeeping(installation.container)
    start = installation.clock.now()
    installation.clock.set_now(start + 3 * DAY)
    housekeeping._remove_unused()
    assert len(installation.container.clients.list()) == 1
    installation.clock.set_now(start + 3 * DAY + 1)
    housekeeping._remove_unused()
    assert installation.container.clients.list() == []
    records = installation.records("client.deleted")
    assert [each["actor"]["kind"] for each in records] == ["system"]


def test_a_registration_of_a_deleted_client_is_forgotten(
    installation: Installation, registrar: Registrar, told: dict[str, Any]
) -> None:
    container = installation.container
    container.clients.delete(told["client_id"], container.operator)
    assert registrar.manage("GET", told).error == (401, "invalid_token")
    after = installation.clock.now() + 1
    assert container.unused_registrations.remove(after, SYSTEM) == 0
    with container.database.reading() as stores:
        assert stores.registrations.get(told["client_id"]) is None


@pytest.mark.trap(10)
def test_a_client_that_gets_tokens_is_in_use(make_world: MakeWorld) -> None:
    world = make_world(**OPEN)
    installation, container = world.installation, world.container
    token = initial_token(installation, scopes=["openid"])
    told = Registrar(installation.lane, token).registered(token_endpoint_auth_method="none")
    app = App(told["client_id"], "", CALLBACK, ("openid",), "")
    start = world.clock.now()
    world.clock.set_now(start + 50 * DAY)
    tokens = world.tokens(app, scope="openid")
    assert "access_token" in tokens
    with container.database.reading() as stores:
        registration = stores.registrations.get(app.client_id)
    assert registration is not None
    assert 0 <= world.clock.now() - registration.last_used_at < DAY
    assert container.unused_registrations.remove(world.clock.now() - 2 * DAY, SYSTEM) == 0
