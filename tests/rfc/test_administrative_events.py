"""Every administrative act is on record: who, what, when, with what before and after (AU-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.keys import KeyState
from authserver.domain.providers import SECRET_PURPOSE
from authserver.services.account_rows import ImportRow
from authserver.services.administration import Act
from authserver.services.clients import ClientDraft, ClientUpdate
from authserver.services.resources import ResourceDraft
from tests.rfc.tokens import header_of
from tests.rfc.watch import Watch
from tests.storage.provider_examples import provider, provider_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.instances import Caller, Site
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

ADMIN: Final = Act(Actor(ActorKind.ADMINISTRATOR, "alice"), "request-of-alice", "192.0.2.1")
ALICE: Final = {"kind": "administrator", "id": "alice"}


@pytest.fixture
def watch(installation: Installation, reader: Caller, jira: Site) -> Watch:
    return Watch(installation)


@pytest.mark.rule("AU-03")
def test_every_administrative_act_is_recorded_with_before_and_after(
    installation: Installation, watch: Watch
) -> None:
    clients, resources = installation.container.clients, installation.container.resources
    new_client = ClientDraft("CI", client_id="ci-1", scopes=("READ",), resources=("jira",))
    new_site = ResourceDraft("wiki", "confluence-dc", "https://wiki.example.org")
    deeds: tuple[tuple[str, str, Callable[[], object]], ...] = (
        ("client.created", "ci-1", lambda: clients.create(new_client, ADMIN)),
        ("client.updated", "ci-1", lambda: clients.update("ci-1", ClientUpdate(name="B"), ADMIN)),
        ("client.secret_rotated", "ci-1", lambda: clients.rotate_secret("ci-1", ADMIN)),
        ("client.disabled", "ci-1", lambda: clients.disable("ci-1", ADMIN)),
        ("client.enabled", "ci-1", lambda: clients.enable("ci-1", ADMIN)),
        ("client.deleted", "ci-1", lambda: clients.delete("ci-1", ADMIN)),
        ("resource.created", "wiki", lambda: resources.create(new_site, ADMIN)),
        (
            "resource.updated",
            "wiki",
            lambda: resources.update("wiki", ADMIN, context_path="/wiki"),
        ),
        (
            "resource.credential_rotated",
            "wiki",
            lambda: resources.rotate_credential("wiki", "introspection", ADMIN),
        ),
        ("resource.disabled", "wiki", lambda: resources.disable("wiki", ADMIN)),
        ("resource.enabled", "wiki", lambda: resources.enable("wiki", ADMIN)),
        ("resource.deleted", "wiki", lambda: resources.delete("wiki", ADMIN)),
    )
    details: dict[str, Any] = {}
    for action, name, deed in deeds:
        deed()
        record = watch.one(
            action,
            actor=ALICE,
            outcome="success",
            object={"kind": action.partition(".")[0], "id": name},
            request_id=ADMIN.request_id,
            peer=ADMIN.peer,
        )
        details[action] = record["details"]
    assert details["client.created"]["after"]["scopes"] == ["READ"]
    assert details["client.updated"] == {"before": {"name": "CI"}, "after": {"name": "B"}}
    assert details["client.disabled"] == {"before": "enabled", "after": "disabled"}
    assert details["client.deleted"]["after"] == "deleted"
    assert details["resource.updated"] == {
        "before": {"context_path": ""},
        "after": {"context_path": "/wiki"},
    }
    assert details["resource.credential_rotated"]["purpose"] == "introspection"


@pytest.mark.rule("AU-03")
def test_the_life_of_a_gateway_is_recorded_with_before_and_after(
    installation: Installation, watch: Watch
) -> None:
    gateways = installation.container.gateways
    deeds: tuple[tuple[str, Callable[[], object]], ...] = (
        ("gateway.created", lambda: gateways.add("edge", "jira", ADMIN)),
        ("gateway.updated", lambda: gateways.update("edge", ADMIN, session_cookies="observe")),
        ("gateway.key_rotated", lambda: gateways.rotate_key("edge", ADMIN, overlap_seconds=60)),
        ("gateway.removed", lambda: gateways.remove("edge", ADMIN)),
    )
    details: dict[str, Any] = {}
    for action, deed in deeds:
        deed()
        record = watch.one(
            action,
            actor=ALICE,
            outcome="success",
            object={"kind": "gateway", "id": "edge"},
            resource="jira",
            request_id=ADMIN.request_id,
            peer=ADMIN.peer,
        )
        details[action] = record["details"]
    made = details["gateway.created"]["after"]
    assert (made["resource"], made["session_cookies"]) == ("jira", "block")
    assert details["gateway.updated"] == {
        "before": {"session_cookies": "block"},
        "after": {"session_cookies": "observe"},
    }
    rotated = details["gateway.key_rotated"]
    assert (rotated["old_keys"], rotated["overlap_seconds"]) == (1, 60)
    before = details["gateway.removed"]["before"]
    assert before["session_cookies"] == "observe"
    assert [key["secret_id"] for key in before["keys"]] == [
        made["keys"][0]["secret_id"],
        rotated["secret_id"],
    ]


@pytest.mark.rule("AU-03")
def test_hand_over_and_accounts_are_recorded_with_before_and_after(
    installation: Installation, watch: Watch
) -> None:
    hand_overs = installation.container.hand_overs
    accounts = installation.container.subject_accounts
    site = {"kind": "resource", "id": "jira"}
    caller = {"kind": "account", "id": "client:reader"}
    deeds: tuple[tuple[str, dict[str, str], Callable[[], object]], ...] = (
        (
            "resource.hand_over_set",
            site,
            lambda: hand_overs.set_credential(
                "jira", ADMIN, credential_type="bearer", secret="abc", account="svc", user=""
            ),
        ),
        ("resource.hand_over_removed", site, lambda: hand_overs.unset("jira", ADMIN)),
        ("account.mapped", caller, lambda: accounts.map("jira", "client:reader", "bot", ADMIN)),
        (
            "account.imported",
            {"kind": "account", "id": "jira"},
            lambda: accounts.import_rows("jira", [ImportRow(2, "user:ada", "ada")], ADMIN),
        ),
        ("account.unmapped", caller, lambda: accounts.unmap("jira", "client:reader", ADMIN)),
    )
    details: dict[str, Any] = {}
    for action, thing, deed in deeds:
        deed()
        record = watch.one(
            action,
            actor=ALICE,
            outcome="success",
            object=thing,
            resource="jira",
            request_id=ADMIN.request_id,
            peer=ADMIN.peer,
        )
        details[action] = record["details"]
    set_to = {"kind": "service-credential", "account": "svc", "header": ""}
    assert details == {
        "resource.hand_over_set": {"before": None, "after": set_to, "credential_changed": True},
        "resource.hand_over_removed": {"before": set_to, "after": None},
        "account.mapped": {"before": None, "after": "bot"},
        "account.imported": {"added": 1, "changed": 0, "unchanged": 0},
        "account.unmapped": {"before": "bot", "after": None},
    }


@pytest.mark.rule("AU-03")
def test_the_life_of_keys_users_and_the_record_itself_is_recorded(
    installation: Installation, lane: Lane, reader: Caller, watch: Watch
) -> None:
    container, keys = installation.container, installation.container.signing_keys
    installation.clock.advance(installation.settings.keys.use_days * 86_400)
    keys.maintain("test", ADMIN)
    rotated = watch.new()
    assert {record["action"] for record in rotated} == {"key.made", "key.active", "key.retiring"}
    assert all(record["actor"] == ALICE for record in rotated)
    states = {key.kid: str(key.state) for key in keys.list()}
    for record in rotated:
        if record["action"] != "key.made":
            assert states[record["object"]["id"]] == record["details"]["after"]
    installation.clock.advance(installation.settings.keys.keep_seconds)
    keys.maintain("test", ADMIN)
    assert {record["action"] for record in watch.new()} == {"key.gone"}
    kid = header_of(lane.token(reader))["kid"]
    watch.new()
    keys.revoke(kid, ADMIN)
    (revoked, *successors) = watch.new()
    assert (revoked["action"], revoked["object"]["id"]) == ("key.revoked", kid)
    assert revoked["details"]["before"] == str(KeyState.ACTIVE)
    assert {record["action"] for record in successors} == {"key.made", "key.active"}
    container.users.ensure_administrator("bob", ADMIN)
    (made,) = watch.new()
    assert (made["action"], made["actor"]) == ("user.created", ALICE)
    assert made["details"] == {"after": {"username": "bob"}}
    container.audit.seal_now()
    installation.clock.advance(1)
    lane.token(reader)
    installation.records()
    container.audit.seal_now()
    container.audit.prune(installation.clock.now(), ADMIN.actor)
    pruned = installation.records("audit.pruned")
    assert [(record["actor"], record["outcome"]) for record in pruned] == [(ALICE, "success")]


@pytest.mark.rule("AU-03")
def test_changing_the_key_encryption_key_is_recorded_and_no_token_notices(
    installation: Installation, lane: Lane, jira: Site, reader: Caller, watch: Watch
) -> None:
    token = lane.token(reader)
    installation.container.hand_overs.set_credential(
        "jira", ADMIN, credential_type="bearer", secret="abc", account="svc", user=""
    )
    sealer = installation.container.sealer
    sealed = sealer.seal(b"client", purpose=SECRET_PURPOSE, context="okta/s1")
    with installation.container.database.writing() as stores:
        stores.providers.add(provider(secrets=(provider_secret("s1", sealed=sealed),)))
    watch.new()
    assert installation.container.resealing.add_key_file(ADMIN) == "kek-2.key"
    watch.one(
        "key_file.made", actor=ALICE, object={"kind": "key_file", "id": "kek-2.key"}, details={}
    )
    # A process that knows both files seals anew; one that knows the new file only opens.
    resealed = installation.start_worker().container.resealing.reseal(ADMIN)
    records = watch.new()
    told = {(record["action"], record["object"]["id"]) for record in records}
    assert told == {("key.resealed", key.kid) for key in resealed.keys} | {
        ("resource.credential_resealed", "jira"),
        ("provider.secret_resealed", "okta"),
    }
    change = {"before": {"key_file": "kek-1.key"}, "after": {"key_file": "kek-2.key"}}
    for record in records:
        which = {"secret": "s1"} if record["action"] == "provider.secret_resealed" else {}
        assert record["details"] == {**which, **change}
    (installation.settings.keys.directory / "kek-1.key").unlink()
    later = installation.start_worker()
    opened = later.container.hand_over_view.of("jira")
    assert opened is not None
    assert opened.authorization == "Bearer abc"
    started_later = later.lane
    for each in (lane, started_later):
        assert each.is_active(jira, token)
        assert started_later.is_active(jira, each.token(reader))
