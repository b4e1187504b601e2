"""Looking after Connect keys: who may sign, for whom, and what becomes of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.connect_keys import CONNECT_PURPOSE, ConnectKeyKind
from authserver.domain.errors import (
    AlreadyExists,
    Conflict,
    InvalidField,
    NotFound,
    StorageUnavailable,
)
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS
from authserver.services.connect_key_rules import SigningMaterial, described
from tests.connect.signing import APP, OTHER_SECRET, SECRET, RsaSigner
from tests.connect.sites import CLIENT, ConnectSite
from tests.services.world import ADMIN, World, details

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.connect_keys import ConnectKey

TOLD = [Change(ChangeKind.CONNECT_KEY, "jira-main", 0.0)]
OTHER = SigningMaterial(secret=OTHER_SECRET)


@pytest.fixture
def site(world: World) -> ConnectSite:
    site = ConnectSite(world)
    world.database.audit.clear()
    return site


@pytest.fixture(scope="module")
def signer() -> RsaSigner:
    return RsaSigner()


def opened(site: ConnectSite, sealed: bytes, key: ConnectKey) -> str:
    return site.world.sealer.open(sealed, purpose=CONNECT_PURPOSE, context=key.context).decode()


def told(site: ConnectSite) -> list[Change]:
    changes = [each.change for each in site.world.database.state.changes]
    return [each for each in changes if each.kind is ChangeKind.CONNECT_KEY]


def records(site: ConnectSite) -> list[tuple[str, str, str, str, Any]]:
    return [
        (each.action, each.object_id, each.client_id, each.resource, details(each))
        for each in site.world.database.audit
    ]


def test_a_secret_is_kept_sealed_for_its_site_and_issuer(site: ConnectSite) -> None:
    key = site.keys.get("jira-main", APP)
    assert key.kind is ConnectKeyKind.SHARED_SECRET
    assert opened(site, key.sealed, key) == SECRET
    assert SECRET not in repr((key, site.world.database.state))
    assert SECRET.encode() not in key.sealed
    with pytest.raises(Conflict):
        site.world.sealer.open(key.sealed, purpose=CONNECT_PURPOSE, context="other " + APP)


def test_a_key_set_is_kept_as_its_public_members(site: ConnectSite, signer: RsaSigner) -> None:
    key = site.add(issuer="ci", material=SigningMaterial(jwks=signer.jwks()))
    assert (key.kind, key.sealed) == (ConnectKeyKind.KEY_SET, b"")
    assert [each["kid"] for each in json.loads(key.jwks)["keys"]] == ["k1"]
    assert site.keys.get("jira-main", "ci") == key


def test_keys_are_listed_by_site_and_issuer(site: ConnectSite) -> None:
    site.world.add_resource("below")
    site.world.add_client("elsewhere", resources=("below",))
    site.add(issuer="a-first")
    site.add(resource="below", issuer="z-last", client_id="elsewhere")
    every = [(each.resource, each.issuer) for each in site.keys.list()]
    assert every == [("below", "z-last"), ("jira-main", "a-first"), ("jira-main", APP)]
    assert [each.issuer for each in site.keys.list("below")] == ["z-last"]
    with pytest.raises(NotFound):
        site.keys.list("nowhere")


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        ({"issuer": ""}, "issuer"),
        ({"issuer": "a b"}, "issuer"),
        ({"issuer": "ü"}, "issuer"),
        ({"issuer": "x" * 256}, "issuer"),
        ({"audience": "a\nb"}, "audience"),
        ({"client_id": "nobody"}, "client_id"),
        ({"client_id": "elsewhere"}, "client_id"),
        ({"client_id": "for-users"}, "client_id"),
        ({"client_id": "stopped"}, "client_id"),
        ({"scopes": ()}, "scopes"),
        ({"scopes": ("ADMIN",)}, "scopes"),
        ({"scopes": ("READ", "SYSTEM_ADMIN")}, "scopes"),
        ({"scopes": ("read:jira-work",)}, "scopes"),
        ({"scopes": (), "descriptor_scopes": ("ACT_AS_USER",)}, "descriptor_scopes"),
        ({"scopes": (), "descriptor_scopes": ("EVERYTHING",)}, "descriptor_scopes"),
        ({"material": SigningMaterial(secret="short")}, "secret"),
        ({"material": SigningMaterial(secret="x" * 31)}, "secret"),
        ({"material": SigningMaterial(secret="x" * 1025)}, "secret"),
        ({"material": SigningMaterial(secret=f"{SECRET}\n")}, "secret"),
        ({"material": SigningMaterial(secret="")}, "secret"),
        ({"material": SigningMaterial(jwks="{}")}, "jwks"),
        ({"material": SigningMaterial(jwks="")}, "jwks"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_changed(
    site: ConnectSite, stated: dict[str, Any], field: str
) -> None:
    site.world.add_resource("other")
    site.world.add_client("elsewhere", resources=("other",))
    site.world.add_client("stopped")
    site.world.clients.disable("stopped", ADMIN)
    site.world.add_client("for-users", grant_types=())
    before = site.world.database.state
    with pytest.raises(InvalidField) as refused:
        site.add(**({"issuer": "new"} | stated))
    assert refused.value.field == field
    assert SECRET not in str(refused.value)
    assert site.world.database.state is before


def test_material_is_one_of_two() -> None:
    for both_or_none in ({}, {"secret": SECRET, "jwks": "{}"}):
        with pytest.raises(InvalidField):
            SigningMaterial(**both_or_none)
    assert SECRET not in repr(SigningMaterial(secret=SECRET))


def test_an_issuer_has_one_key_at_a_site(site: ConnectSite) -> None:
    with pytest.raises(AlreadyExists):
        site.add(material=OTHER)
    with pytest.raises(NotFound):
        site.add(resource="nowhere")


@pytest.mark.feature(31)
def test_the_descriptors_scopes_reach_as_far_as_the_clients(site: ConnectSite) -> None:
    """`ci-reader` has READ and WRITE; of Data Center's chain WRITE lies within ADMIN."""
    reach = {
        "READ": {"READ"},
        "WRITE": {"WRITE"},
        "DELETE": {"WRITE"},
        "PROJECT_ADMIN": {"WRITE"},
        "ADMIN": {"WRITE"},
    }
    for name, expected in reach.items():
        key = site.add(issuer=f"app-{name}", scopes=(), descriptor_scopes=(name,))
        assert expected <= key.scopes <= {"READ", "WRITE"}, name


def test_every_act_is_on_record_without_the_secret(site: ConnectSite, signer: RsaSigner) -> None:
    key = site.add(issuer="ci", audience="jira:1")
    now = site.world.clock.now()
    site.keys.rotate("jira-main", "ci", OTHER, ADMIN, overlap_seconds=60)
    assert site.keys.set_enabled("jira-main", "ci", ADMIN, enabled=False)
    assert site.keys.set_enabled("jira-main", "ci", ADMIN, enabled=True)
    assert not site.keys.set_enabled("jira-main", "ci", ADMIN, enabled=True)
    before = site.keys.get("jira-main", "ci")
    site.keys.remove("jira-main", "ci", ADMIN)
    until = before.before_until
    assert until > now
    party = ("ci", CLIENT, "jira-main")
    assert records(site) == [
        ("connect_key.added", *party, {"after": described(key)}),
        ("connect_key.rotated", *party, {"kind": "shared-secret", "before_until_at": until}),
        ("connect_key.disabled", *party, {}),
        ("connect_key.enabled", *party, {}),
        ("connect_key.removed", *party, {"before": described(before)}),
    ]
    shown = repr(site.world.database.audit)
    assert SECRET not in shown
    assert OTHER_SECRET not in shown


@pytest.mark.parametrize(
    "act",
    [
        lambda site: site.add(issuer="new"),
        lambda site: site.keys.rotate("jira-main", APP, OTHER, ADMIN, overlap_seconds=0),
        lambda site: site.keys.set_enabled("jira-main", APP, ADMIN, enabled=False),
        lambda site: site.keys.remove("jira-main", APP, ADMIN),
    ],
)
def test_every_act_returns_when_every_worker_knows(
    site: ConnectSite, act: Callable[[ConnectSite], object]
) -> None:
    site.world.clock.slept.clear()
    count = len(told(site))
    act(site)
    assert told(site)[count:] == TOLD
    assert sum(site.world.clock.slept) == pytest.approx(REVOKER_WAIT_SECONDS)


def test_rotating_keeps_the_last_secret_only(site: ConnectSite) -> None:
    first = site.keys.get("jira-main", APP)
    second = site.keys.rotate("jira-main", APP, OTHER, ADMIN, overlap_seconds=60)
    assert second.sealed_before == first.sealed
    assert second.before_until == second.changed_at + 60
    third = SigningMaterial(secret="third" * 8)
    after = site.keys.rotate("jira-main", APP, third, ADMIN, overlap_seconds=60)
    assert opened(site, after.sealed_before, after) == OTHER_SECRET
    ended = site.keys.rotate("jira-main", APP, OTHER, ADMIN, overlap_seconds=0)
    assert (ended.sealed_before, ended.before_until) == (b"", 0.0)


def test_rotating_to_the_same_secret_is_a_mistake(site: ConnectSite) -> None:
    with pytest.raises(Conflict, match="the secret that the key has"):
        site.keys.rotate(
            "jira-main", APP, SigningMaterial(secret=SECRET), ADMIN, overlap_seconds=60
        )


def test_a_key_stays_of_its_kind(site: ConnectSite, signer: RsaSigner) -> None:
    before = site.world.database.state
    with pytest.raises(Conflict, match="remove the key"):
        site.keys.rotate(
            "jira-main", APP, SigningMaterial(jwks=signer.jwks()), ADMIN, overlap_seconds=60
        )
    for seconds in (-1, 366 * 86_400 + 1, float("nan")):
        with pytest.raises(InvalidField):
            site.keys.rotate("jira-main", APP, OTHER, ADMIN, overlap_seconds=seconds)
    assert site.world.database.state is before


def test_a_key_set_is_replaced_at_once(site: ConnectSite, signer: RsaSigner) -> None:
    site.add(issuer="ci", material=SigningMaterial(jwks=signer.jwks()))
    later = SigningMaterial(jwks=RsaSigner("k2").jwks())
    key = site.keys.rotate("jira-main", "ci", later, ADMIN, overlap_seconds=60)
    assert [each["kid"] for each in json.loads(key.jwks)["keys"]] == ["k2"]
    assert (key.sealed_before, key.before_until) == (b"", 0.0)


@pytest.mark.parametrize("resource", ["nowhere", "jira-main"])
def test_what_is_not_there_is_not_found(site: ConnectSite, resource: str) -> None:
    keys = site.keys
    acts: tuple[Callable[[], object], ...] = (
        lambda: keys.get(resource, "nobody"),
        lambda: keys.rotate(resource, "nobody", OTHER, ADMIN, overlap_seconds=0),
        lambda: keys.set_enabled(resource, "nobody", ADMIN, enabled=False),
        lambda: keys.remove(resource, "nobody", ADMIN),
    )
    for act in acts:
        with pytest.raises(NotFound):
            act()


def test_what_cannot_be_recorded_is_not_done(site: ConnectSite) -> None:
    site.world.database.failing.add("audit.add")
    before = site.world.database.state
    with pytest.raises(StorageUnavailable):
        site.keys.remove("jira-main", APP, ADMIN)
    assert site.world.database.state is before
