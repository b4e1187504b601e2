"""Acts on Connect keys: on record (AU-03), and true for every worker when they are done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.connect_keys import ConnectAccess, ConnectProblem, UnfitConnect
from authserver.services.administration import Act
from authserver.services.connect_key_rules import ConnectDraft, SigningMaterial
from tests.connect.signing import APP, OTHER_SECRET, SECRET, TARGET, by_secret, claims
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.services.connect_verdicts import Judged
    from authserver.wiring import Container
    from tests.instances import Caller, Site
    from tests.rfc.installations import Installation

ADMIN: Final = Act(Actor(ActorKind.ADMINISTRATOR, "alice"), "request-of-alice", "192.0.2.1")
ALICE: Final = {"kind": "administrator", "id": "alice"}


@pytest.fixture
def watch(installation: Installation, reader: Caller, jira: Site) -> Watch:
    return Watch(installation)


@pytest.mark.rule("AU-03")
def test_the_life_of_a_connect_key_is_recorded_without_its_secret(
    installation: Installation, watch: Watch
) -> None:
    keys = installation.container.connect_keys
    draft = ConnectDraft("jira", APP, "reader", SigningMaterial(secret=SECRET), scopes=("READ",))
    other = SigningMaterial(secret=OTHER_SECRET)
    deeds: tuple[tuple[str, Callable[[], object]], ...] = (
        ("connect_key.added", lambda: keys.add(draft, ADMIN)),
        (
            "connect_key.rotated",
            lambda: keys.rotate("jira", APP, other, ADMIN, overlap_seconds=60),
        ),
        ("connect_key.disabled", lambda: keys.set_enabled("jira", APP, ADMIN, enabled=False)),
        ("connect_key.enabled", lambda: keys.set_enabled("jira", APP, ADMIN, enabled=True)),
        ("connect_key.removed", lambda: keys.remove("jira", APP, ADMIN)),
    )
    details: dict[str, Any] = {}
    for action, deed in deeds:
        deed()
        record = watch.one(
            action,
            actor=ALICE,
            outcome="success",
            object={"kind": "connect_key", "id": APP},
            resource="jira",
            client_id="reader",
            request_id=ADMIN.request_id,
            peer=ADMIN.peer,
        )
        details[action] = record["details"]
    assert details["connect_key.added"]["after"]["scopes"] == ["READ"]
    assert details["connect_key.rotated"]["kind"] == "shared-secret"
    assert details["connect_key.removed"]["before"]["client_id"] == "reader"
    assert SECRET not in repr(details)


@pytest.mark.rule("AU-03")
def test_sealing_a_shared_secret_anew_is_recorded_and_no_app_notices(
    installation: Installation, jira: Site, watch: Watch
) -> None:
    container = installation.container
    draft = ConnectDraft("jira", APP, "reader", SigningMaterial(secret=SECRET), scopes=("READ",))
    container.connect_keys.add(draft, ADMIN)
    container.resealing.add_key_file(ADMIN)
    watch.new()
    (resealed,) = installation.start_worker().container.resealing.reseal(ADMIN).connect_keys
    (record,) = (each for each in watch.new() if each["action"] == "connect_key.secret_resealed")
    assert (record["object"]["id"], record["resource"]) == (APP, "jira")
    assert record["details"] == {
        "before": {"key_files": ["kek-1.key"]},
        "after": {"key_files": ["kek-2.key"]},
    }
    (installation.settings.keys.directory / "kek-1.key").unlink()
    later = installation.start_worker().container
    assert isinstance(judge(later, by_secret(claims(at=later.clock.now()))), ConnectAccess)
    assert resealed.issuer == APP


def test_what_one_worker_took_or_lost_no_other_takes(
    installation: Installation, reader: Caller, jira: Site
) -> None:
    one, other = installation.container, installation.start_worker().container
    draft = ConnectDraft("jira", APP, "reader", SigningMaterial(secret=SECRET), scopes=("READ",))
    one.connect_keys.add(draft, ADMIN)
    now = installation.clock.now()
    once = by_secret(claims(at=now, jti="one"))
    assert isinstance(judge(other, once), ConnectAccess)
    for container in (one, other, installation.start_worker().container):
        judged = judge(container, once)
        assert isinstance(judged, UnfitConnect)
        assert judged.problem is ConnectProblem.REPLAYED
    again = by_secret(claims(at=now))
    assert isinstance(judge(other, again), ConnectAccess)
    one.connect_keys.set_enabled("jira", APP, ADMIN, enabled=False)
    judged = judge(other, again)
    assert isinstance(judged, UnfitConnect)
    assert judged.problem is ConnectProblem.KEY_STOPPED


def judge(container: Container, jwt: str) -> Judged | None:
    site = container.directory.resources.get("jira")
    assert site is not None
    now = container.clock.now()
    return container.connect_verdicts.judge(jwt, site, "GET", TARGET, now, from_query=False)
