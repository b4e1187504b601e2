"""Group rules: one that means nothing is refused, and one that goes takes with it what it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import AlreadyExists, Conflict, InvalidField, NotFound
from authserver.domain.group_rules import GroupEffect, GroupSnapshot, SnapshotState
from authserver.domain.groups import Group
from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.providers import ProviderKind
from authserver.services.provider_drafts import ProviderChanges
from authserver.services.users import UserDraft
from tests.services.provider_office import ProviderOffice
from tests.services.world import ADMIN, World

if TYPE_CHECKING:
    from collections.abc import Sequence

LOCAL, ADMINISTRATOR = GroupEffect.LOCAL_GROUP, GroupEffect.ADMINISTRATOR
SCOPES, DENY = GroupEffect.SCOPES, GroupEffect.DENY
GUID = "0f0ce6a1-8c1c-4b0c-9f8c-aaaaaaaaaaaa"


@pytest.fixture
def office(world: World) -> ProviderOffice:
    office = ProviderOffice(world)
    office.added()
    with world.database.writing() as stores:
        stores.groups.add(Group("staff", "", frozenset(), world.clock.now()))
    return office


def link(office: ProviderOffice, groups: Sequence[str], provider: str = "oidc") -> str:
    """A user with an identity whose groups are known; its subject."""
    world = office.world
    subject = world.users.create(UserDraft("ada"), ADMIN).known.user.subject
    now = world.clock.now()
    snapshot = GroupSnapshot(tuple(groups), SnapshotState.COMPLETE, "id token", now)
    with world.database.writing() as stores:
        stores.identities.add(
            Identity(
                provider,
                "ada-there",
                subject,
                "ada",
                IdentityStatus.LINKED,
                now,
                now,
                now,
                snapshot=snapshot,
            )
        )
    return subject


def identity(office: ProviderOffice) -> Identity:
    with office.world.database.reading() as stores:
        (found,) = stores.identities.list("oidc")
    return found


def told(office: ProviderOffice) -> set[tuple[str, str]]:
    """What workers were told."""
    changes = office.world.database.state.changes
    return {(str(each.change.kind), each.change.value) for each in changes}


def test_a_rule_says_one_thing_of_one_group(office: ProviderOffice) -> None:
    add = office.rules.add
    add("oidc", "Everyone", LOCAL, ADMIN, value="staff")
    add("oidc", "Admins", ADMINISTRATOR, ADMIN, label="The admins")
    add("oidc", "Readers", SCOPES, ADMIN, value="WRITE READ  READ")
    add("oidc", "Interns", DENY, ADMIN)
    assert {(each.external, each.effect, each.value) for each in office.rules.list("oidc")} == {
        ("Everyone", LOCAL, "staff"),
        ("Admins", ADMINISTRATOR, ""),
        ("Readers", SCOPES, "READ WRITE"),
        ("Interns", DENY, ""),
    }
    with pytest.raises(AlreadyExists):
        add("oidc", "Interns", DENY, ADMIN)


@pytest.mark.parametrize(
    ("external", "effect", "stated", "told"),
    [
        ("", DENY, {}, "external: a group exactly"),
        (" a", DENY, {}, "external: a group exactly"),
        ("a\n", DENY, {}, "external: a group exactly"),
        ("a" * 257, DENY, {}, "external: a group exactly"),
        ("a", "allow", {}, "effect: one of group, administrator, role, scopes, deny"),
        ("a", DENY, {"value": "x"}, "value: none, for deny"),
        ("a", ADMINISTRATOR, {"value": "yes"}, "value: none, for administrator"),
        ("a", SCOPES, {"value": " "}, "value: one scope or more"),
        ("a", SCOPES, {"value": "READ openid"}, "value: scopes of sites only"),
        ("a", SCOPES, {"value": "everything"}, "value: scopes that this server knows"),
        ("a", DENY, {"label": "x" * 101}, "label: at most 100"),
    ],
)
def test_a_bad_rule_is_refused_and_not_skipped(
    office: ProviderOffice, external: str, effect: str, stated: dict[str, str], told: str
) -> None:
    state = office.world.database.state
    with pytest.raises(InvalidField) as refused:
        office.rules.add("oidc", external, effect, ADMIN, **stated)
    assert str(refused.value).startswith(told)
    assert office.world.database.state is state


def test_a_local_group_must_exist(office: ProviderOffice) -> None:
    with pytest.raises(NotFound, match="no group named 'nowhere'"):
        office.rules.add("oidc", "a", LOCAL, ADMIN, value="nowhere")


def test_entras_groups_are_written_as_entra_writes_them(office: ProviderOffice) -> None:
    office.added(ProviderKind.ENTRA)
    with pytest.raises(InvalidField, match="a GUID in lower case"):
        office.rules.add("entra", GUID.upper(), DENY, ADMIN)
    office.rules.add("entra", GUID, DENY, ADMIN)
    office.rules.add("entra", "By Name", DENY, ADMIN)


def test_where_no_groups_are_read_there_are_no_rules(office: ProviderOffice) -> None:
    office.providers.update("oidc", ProviderChanges(groups_source="none"), ADMIN)
    with pytest.raises(Conflict, match="reads no groups"):
        office.rules.add("oidc", "a", DENY, ADMIN)


def test_rules_have_an_end(office: ProviderOffice) -> None:
    for number in range(200):
        office.rules.add("oidc", f"g{number}", DENY, ADMIN)
    with pytest.raises(Conflict, match="200 rules, the most"):
        office.rules.add("oidc", "one more", DENY, ADMIN)


@pytest.mark.rule("FE-10")
def test_a_rule_is_about_groups_of_its_own_provider(office: ProviderOffice) -> None:
    """Another provider's group of the same name makes nobody an administrator."""
    office.added(ProviderKind.OKTA)
    link(office, ["Admins"])
    assert office.rules.add("okta", "Admins", ADMINISTRATOR, ADMIN).people == 0
    assert not identity(office).is_administrator
    assert office.rules.add("oidc", "Admins", ADMINISTRATOR, ADMIN).people == 1
    assert identity(office).is_administrator


@pytest.mark.rule("FE-10")
def test_without_a_rule_no_group_makes_an_administrator(office: ProviderOffice) -> None:
    link(office, ["Admins", "administrator", "authserver-admin"])
    office.rules.add("oidc", "Admins", LOCAL, ADMIN, value="staff")
    assert not identity(office).is_administrator


def test_a_rule_that_goes_takes_what_it_gave_at_once(office: ProviderOffice) -> None:
    subject = link(office, ["Everyone"])
    added = office.rules.add("oidc", "Everyone", LOCAL, ADMIN, value="staff")
    with office.world.database.reading() as stores:
        assert stores.groups.of(subject) == ["staff"]
    removed = office.rules.remove("oidc", added.rule.rule_id, ADMIN)
    assert removed.people == 1
    with office.world.database.reading() as stores:
        assert stores.groups.of(subject) == []
    actions = [each.action for each in office.world.database.audit[-2:]]
    assert actions == ["provider.rule_removed", "identity.groups_changed"]
    with pytest.raises(NotFound, match="no group rule named"):
        office.rules.remove("oidc", added.rule.rule_id, ADMIN)


def test_a_disabled_provider_gives_no_group_until_it_is_enabled_again(
    office: ProviderOffice,
) -> None:
    subject = link(office, ["Everyone", "Crew"])
    rule = office.rules.add("oidc", "Everyone", LOCAL, ADMIN, value="staff").rule
    office.providers.disable("oidc", ADMIN)
    with office.world.database.reading() as stores:
        assert stores.groups.of(subject) == []
    assert ("user", subject) in told(office)
    # Rules that come and go meanwhile give nothing before it counts again.
    assert office.rules.add("oidc", "Crew", ADMINISTRATOR, ADMIN).people == 0
    office.providers.enable("oidc", ADMIN)
    with office.world.database.reading() as stores:
        assert stores.groups.of(subject) == ["staff"]
    assert identity(office).is_administrator
    office.rules.remove("oidc", rule.rule_id, ADMIN)
    with office.world.database.reading() as stores:
        assert stores.groups.of(subject) == []


def test_rules_of_one_provider_are_not_removed_by_way_of_another(office: ProviderOffice) -> None:
    office.added(ProviderKind.OKTA)
    rule = office.rules.add("okta", "a", DENY, ADMIN).rule
    with pytest.raises(NotFound):
        office.rules.remove("oidc", rule.rule_id, ADMIN)
    assert office.rules.list("okta") == [rule]
