"""Saying how allowed calls are handed over to a site."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import Conflict, InvalidField, NotFound, StorageUnavailable
from authserver.domain.hand_over import HandOver, HandOverKind
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS
from authserver.services.hand_over_view import HandOverView
from tests.doubles import EPOCH
from tests.services.world import ADMIN, World, details

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN: Final = "NjY2MDEz-personal-access-token"
TOLD: Final = [Change(ChangeKind.HAND_OVER, "jira-main", 0.0)]


@pytest.fixture
def world(world: World) -> World:
    world.add_resource()
    world.add_resource("cloud", kind="jira-cloud", url="https://example.atlassian.net")
    world.database.audit.clear()
    return world


def set_credential(world: World, resource: str = "jira-main", **stated: Any) -> HandOver:
    values = {"credential_type": "bearer", "secret": TOKEN, "account": "svc-gateway", "user": ""}
    return world.hand_overs.set_credential(resource, ADMIN, **(values | stated))


def sent(world: World, resource: str = "jira-main") -> str:
    """The value of Authorization that a site gets."""
    view = HandOverView(world.database, world.worker.view, world.sealer)
    opened = view.of(resource)
    assert opened is not None
    return opened.authorization


def told(world: World) -> list[Change]:
    return [
        each.change
        for each in world.database.state.changes
        if each.change.kind is ChangeKind.HAND_OVER
    ]


def test_a_bearer_credential_is_what_the_site_gets(world: World) -> None:
    stored = set_credential(world)
    assert sent(world) == f"Bearer {TOKEN}"
    assert stored == world.hand_overs.get("jira-main")
    assert (stored.kind, stored.account, stored.header, stored.changed_at) == (
        HandOverKind.SERVICE_CREDENTIAL,
        "svc-gateway",
        "",
        EPOCH,
    )


@pytest.mark.parametrize(
    ("user", "secret"),
    [
        ("svc", "plain"),
        ("bot@example.com", "ATATT3x+/=%20 with: colon"),
        ("bücher", "pässwörd ☃"),
        ("svc", "%41"),
    ],
)
def test_a_basic_credential_is_user_and_secret_in_utf_8_as_they_are(
    world: World, user: str, secret: str
) -> None:
    set_credential(world, credential_type="basic", user=user, secret=secret)
    assert sent(world) == "Basic " + b64encode(f"{user}:{secret}".encode()).decode()


def test_the_credential_is_in_clear_nowhere(world: World) -> None:
    stored = set_credential(world)
    basic = set_credential(world, "cloud", credential_type="basic", user="u", secret=TOKEN)
    pair = b64encode(f"u:{TOKEN}".encode()).decode()
    shown = repr((stored, basic, world.database.state, world.hand_overs.get("cloud")))
    assert TOKEN not in shown
    assert pair not in shown
    for each in (stored, basic):
        assert TOKEN.encode() not in each.sealed
        assert pair.encode() not in each.sealed


def test_a_credential_opens_at_its_own_site_only(world: World) -> None:
    set_credential(world)
    state = world.database.state
    state.hand_overs["cloud"] = state.hand_overs["jira-main"]
    with pytest.raises(StorageUnavailable, match="belongs elsewhere"):
        HandOverView(world.database, world.worker.view, _Elsewhere(world)).of("cloud")


class _Elsewhere:
    """Opens as a row would that was copied to the site cloud."""

    def __init__(self, world: World) -> None:
        self._sealer = world.sealer

    def seal(self, secret: bytes, *, purpose: str, context: str) -> bytes:
        return self._sealer.seal(secret, purpose=purpose, context=context)

    def open(self, sealed: bytes, *, purpose: str, context: str) -> bytes:
        assert context == "jira-main"
        return self._sealer.open(sealed, purpose=purpose, context="cloud")

    def key_id(self, sealed: bytes) -> str:
        return self._sealer.key_id(sealed)


def test_an_identity_header_has_a_usual_name_and_may_have_another(world: World) -> None:
    usual = world.hand_overs.set_plain("jira-main", ADMIN, kind="identity-header")
    assert (usual.kind, usual.header, usual.sealed) == (
        HandOverKind.IDENTITY_HEADER,
        "X-Remote-User",
        b"",
    )
    other = world.hand_overs.set_plain(
        "jira-main", ADMIN, kind="identity-header", header="X-Acme-User"
    )
    assert other.header == "X-Acme-User"


def test_an_assertion_needs_no_header(world: World) -> None:
    stored = world.hand_overs.set_plain("jira-main", ADMIN, kind="assertion")
    assert (stored.kind, stored.header) == (HandOverKind.ASSERTION, "")
    with pytest.raises(InvalidField, match="header: for identity-header only"):
        world.hand_overs.set_plain("jira-main", ADMIN, kind="assertion", header="X-Remote-User")


@pytest.mark.parametrize("kind", ["identity-header", "assertion"])
def test_nothing_but_a_credential_is_believed_in_the_cloud(world: World, kind: str) -> None:
    with pytest.raises(InvalidField, match=f"kind: {kind} is for Data Center only"):
        world.hand_overs.set_plain("cloud", ADMIN, kind=kind)


@pytest.mark.parametrize("kind", ["service-credential", "", "header"])
def test_other_kinds_cannot_be_set_without_a_credential(world: World, kind: str) -> None:
    with pytest.raises(InvalidField, match="kind: one of identity-header, assertion"):
        world.hand_overs.set_plain("jira-main", ADMIN, kind=kind)


def test_what_is_unset_is_gone_with_its_credential(world: World) -> None:
    set_credential(world)
    world.hand_overs.unset("jira-main", ADMIN)
    assert world.hand_overs.get("jira-main") is None
    with pytest.raises(Conflict, match="jira-main has no hand-over"):
        world.hand_overs.unset("jira-main", ADMIN)


def test_a_header_takes_the_place_of_a_credential(world: World) -> None:
    set_credential(world)
    world.hand_overs.set_plain("jira-main", ADMIN, kind="identity-header")
    stored = world.hand_overs.get("jira-main")
    assert stored is not None
    assert (stored.sealed, stored.account) == (b"", "")


ACTS: Final[list[Callable[[World, str], object]]] = [
    set_credential,
    lambda world, name: world.hand_overs.set_plain(name, ADMIN, kind="assertion"),
    lambda world, name: world.hand_overs.unset(name, ADMIN),
    lambda world, name: world.hand_overs.get(name),
]


@pytest.mark.parametrize("act", ACTS)
def test_without_the_resource_there_is_no_hand_over(
    world: World, act: Callable[[World, str], object]
) -> None:
    set_credential(world)
    world.resources.delete("jira-main", ADMIN)
    before = world.database.state
    for name in ("jira-main", "nowhere", "\ud800"):
        with pytest.raises(NotFound):
            act(world, name)
    assert world.database.state is before


def test_a_deleted_resource_leaves_no_credential_behind(world: World) -> None:
    set_credential(world)
    count = len(told(world))
    world.resources.disable("jira-main", ADMIN)
    assert sent(world)
    assert len(told(world)) == count
    world.resources.delete("jira-main", ADMIN)
    assert world.database.state.hand_overs == {}
    assert len(told(world)) == count + 1


def test_every_change_is_told_and_waited_for(world: World) -> None:
    for number, act in enumerate(ACTS[:3], start=1):
        act(world, "jira-main")
        assert told(world) == TOLD * number
        assert world.clock.slept == pytest.approx([REVOKER_WAIT_SECONDS] * number)


def test_every_change_is_on_record_without_the_credential(world: World) -> None:
    world.hand_overs.set_plain("jira-main", ADMIN, kind="identity-header")
    set_credential(world)
    set_credential(world, secret="another")
    world.hand_overs.unset("jira-main", ADMIN)
    by_header = {"kind": "identity-header", "account": "", "header": "X-Remote-User"}
    by_credential = {"kind": "service-credential", "account": "svc-gateway", "header": ""}
    assert [
        (event.action, event.object_kind, event.object_id, event.resource, details(event))
        for event in world.database.audit
    ] == [
        (action, "resource", "jira-main", "jira-main", change)
        for action, change in (
            (
                "resource.hand_over_set",
                {"before": None, "after": by_header, "credential_changed": False},
            ),
            (
                "resource.hand_over_set",
                {"before": by_header, "after": by_credential, "credential_changed": True},
            ),
            (
                "resource.hand_over_set",
                {"before": by_credential, "after": by_credential, "credential_changed": True},
            ),
            ("resource.hand_over_removed", {"before": by_credential, "after": None}),
        )
    ]
    assert {event.actor for event in world.database.audit} == {ADMIN.actor}


@pytest.mark.parametrize("act", ACTS[:3])
def test_what_cannot_be_recorded_is_not_done(
    world: World, act: Callable[[World, str], object]
) -> None:
    set_credential(world)
    before = world.database.state
    world.database.failing.add("audit.add")
    with pytest.raises(StorageUnavailable):
        act(world, "jira-main")
    assert world.database.state is before
