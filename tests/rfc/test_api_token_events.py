"""What becomes of API tokens, and of all credentials of a user, is on record (AU-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.api_tokens import ApiTokenStatus, SubjectType
from authserver.domain.audit import Actor, ActorKind
from authserver.services.administration import Act
from authserver.services.api_token_drafts import ApiTokenDraft, Maker
from authserver.services.token_exposures import TokenExposures
from tests.people.cast import ADA
from tests.rfc.granted import add_person
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from authserver.services.api_token_drafts import MadeApiToken
    from tests.instances import Caller, Site
    from tests.people.cast import Person
    from tests.rfc.installations import Installation

pytestmark = pytest.mark.rule("AU-03")

ADMIN: Final = Act(Actor(ActorKind.ADMINISTRATOR, "alice"), "request-of-alice", "192.0.2.1")
ALICE: Final = {"kind": "administrator", "id": "alice"}
FROM_ALICE: Final = {"request_id": "request-of-alice", "peer": "192.0.2.1", "outcome": "success"}
HOUSEKEEPING: Final = {"kind": "system", "id": "housekeeping"}


@pytest.fixture
def ada(installation: Installation) -> Person:
    return add_person(installation, "ada", ADA)


@pytest.fixture
def watch(installation: Installation, ada: Person, jira: Site, reader: Caller) -> Watch:
    return Watch(installation)


def make(installation: Installation, **stated: Any) -> MadeApiToken:
    """A token of the service reader, made by alice for ada."""
    draft = ApiTokenDraft(
        user="ada",
        purpose="BI export",
        scopes=["READ"],
        resources=["jira"],
        subject_type=SubjectType.SERVICE,
        client_id="reader",
        team="data",
        ticket="OPS-1",
        **stated,
    )
    return installation.container.api_tokens.create(draft, ADMIN, Maker())


def whose(record: dict[str, Any], made: MadeApiToken, ada: Person) -> None:
    """Every record of a token names whom it speaks for, who answers for it, and its lineage."""
    said = record["details"]
    assert said["lineage_id"] == made.token.lineage_id
    assert (said["subject"], said["owner"]) == ("client:reader", ada.subject)
    assert (said["purpose"], said["team"], said["ticket"]) == ("BI export", "data", "OPS-1")


@pytest.mark.feature(6)
@pytest.mark.feature(5)
def test_the_life_of_a_token_is_recorded_with_actor_and_subject(
    installation: Installation, watch: Watch, ada: Person
) -> None:
    container = installation.container
    made = make(installation)
    token_id = made.token.token_id
    of_token = {"object": {"kind": "token", "id": token_id}, "token_id": token_id, **FROM_ALICE}
    whose(watch.one("token.created", actor=ALICE, **of_token), made, ada)
    container.api_token_power.disable(token_id, ADMIN, reason="on leave")
    record = watch.one("token.disabled", actor=ALICE, reason="on leave", **of_token)
    whose(record, made, ada)
    container.api_token_power.enable(token_id, ADMIN)
    whose(watch.one("token.enabled", actor=ALICE, **of_token), made, ada)
    after = container.api_tokens.rotate(token_id, ADMIN, Maker(), overlap_seconds=3600.0)
    record = watch.one("token.rotated", actor=ALICE, **of_token)
    assert record["details"]["successor_id"] == after.token.token_id
    whose(record, made, ada)
    container.api_token_power.revoke(after.token.token_id, ADMIN)
    records = watch.new()
    assert [record["action"] for record in records] == ["token.revoked"] * 2
    for record in records:
        whose(record, made, ada)


@pytest.mark.feature(5)
def test_ends_are_recorded_by_housekeeping(
    installation: Installation, watch: Watch, ada: Person
) -> None:
    container = installation.container
    expiring = make(installation, expires_in=60.0)
    rotated = make(installation)
    container.api_tokens.rotate(rotated.token.token_id, ADMIN, Maker(), overlap_seconds=60.0)
    installation.clock.advance(61)
    watch.new()
    assert container.api_token_ends.note(lambda: True) == 2
    records = watch.those("token.expired", "token.retired", actor=HOUSEKEEPING)
    assert records["token.expired"]["token_id"] == expiring.token.token_id
    assert records["token.retired"]["token_id"] == rotated.token.token_id
    whose(records["token.retired"], rotated, ada)


def test_a_token_that_came_in_the_clear_is_marked_and_recorded_once(
    installation: Installation, watch: Watch, ada: Person
) -> None:
    made = make(installation)
    token_id, now = made.token.token_id, installation.clock.now()
    watch.new()
    for _ in range(2):
        exposures = TokenExposures(installation.container.database)
        for _ in range(2):
            exposures.seen_in_the_clear(token_id, "decision-1", "203.0.113.9", now)
    record = watch.one(
        "token.exposed",
        actor={"kind": "system", "id": "gateway"},
        peer="203.0.113.9",
        request_id="decision-1",
        token_id=token_id,
    )
    whose(record, made, ada)
    with installation.container.database.reading() as stores:
        marked = stores.api_tokens.get(token_id)
    assert marked is not None
    assert marked.exposed_at == pytest.approx(now)


def test_one_incident_holds_the_records_of_a_bulk_act_together(
    installation: Installation, watch: Watch, ada: Person
) -> None:
    bulk = installation.container.api_token_bulk
    made = make(installation)
    watch.new()
    plan = bulk.plan("client=reader", ApiTokenStatus.REVOKED)
    done = bulk.act(plan, ADMIN, where="client=reader", reason="broken into")
    records = {record["action"]: record for record in watch.new()}
    assert set(records) == {"token.bulk_changed", "token.revoked"}
    summary = records["token.bulk_changed"]
    assert summary["object"] == {"kind": "incident", "id": done.incident}
    assert summary["actor"] == ALICE
    assert summary["details"]["where"] == "client=reader"
    assert records["token.revoked"]["details"]["incident"] == done.incident
    whose(records["token.revoked"], made, ada)


def test_credentials_of_a_user_that_rest_and_work_again_are_recorded(
    installation: Installation, watch: Watch, ada: Person
) -> None:
    made = make(installation)
    watch.new()
    of_ada = {"object": {"kind": "user", "id": ada.subject}, **FROM_ALICE}
    installation.container.user_credentials.disable("ada", ADMIN)
    record = watch.one("user.credentials_disabled", actor=ALICE, **of_ada)
    assert record["details"]["api_tokens"] == [made.token.token_id]
    installation.container.user_credentials.enable("ada", ADMIN)
    watch.one("user.credentials_enabled", actor=ALICE, **of_ada)


def test_stopping_everything_of_a_user_is_recorded(
    installation: Installation, watch: Watch, ada: Person
) -> None:
    make(installation)
    watch.new()
    installation.container.user_stops.stop("ada", ADMIN)
    of_ada = {"object": {"kind": "user", "id": ada.subject}, **FROM_ALICE}
    record = watch.one("user.stopped", actor=ALICE, **of_ada)
    assert record["details"]["username"] == "ada"
    assert record["details"]["api_tokens"] == 1
