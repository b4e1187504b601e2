"""What a worker remembers of users, and when it looks again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.groups import Group
from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.policy_documents import DEFAULT_DOCUMENT, PolicyVersion
from authserver.domain.providers import ProviderKind, ProviderStatus
from authserver.domain.users import PersonalData, User, UserStatus
from authserver.services.authority import AuthorityView
from authserver.services.groups import Groups
from authserver.services.living import Living
from authserver.services.people_view import PeopleView, Person
from authserver.services.provider_view import ProviderView
from authserver.services.scope_ceilings import ceiling_of
from authserver.services.users import UserUpdate
from tests.services.foreign_claims import provider_of
from tests.services.house import House
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from typing import Any

DAY: Final = 86_400.0


class Watch:
    """A worker that looks at the people of a house."""

    def __init__(self) -> None:
        self.house = House()
        self.database = self.house.database
        self.authority = AuthorityView(self.database, self.house.clock)
        self.people = PeopleView(
            self.database, self.authority, ProviderView(self.database, self.authority)
        )
        self.groups = Groups(administration=self.house.world.administration)
        self.groups.create("developers", "", ADMIN)

    def ada(self) -> Person:
        """As the worker sees her once its lease is renewed."""
        self.authority.poll()
        person = self.people.person(self.house.ada.subject)
        assert person is not None
        return person

    def add_provider(self, name: str, **changes: Any) -> None:
        provider = replace(provider_of(ProviderKind.OKTA), name=name, **changes)
        with self.database.writing() as stores:
            stores.providers.add(provider)
            stores.authority.advance([Change(ChangeKind.PROVIDER, name, 0.0)])

    def link(self, provider: str, **changes: Any) -> Identity:
        subject = self.house.ada.subject
        identity = Identity(provider, "00u1", subject, "Ada", IdentityStatus.LINKED, 0.0, None, 0.0)
        identity = replace(identity, **changes)
        with self.database.writing() as stores:
            stores.identities.add(identity)
            stores.authority.advance([Change(ChangeKind.USER, subject, 0.0)])
        return identity


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_a_person_comes_with_groups_and_domain_and_without_the_password(watch: Watch) -> None:
    watch.groups.add("developers", "ada", ADMIN)
    person = watch.ada()
    assert person == Person(
        user=replace(watch.house.ada, password_hash=b""),
        groups=frozenset({"developers"}),
        email_domain="example.org",
    )
    assert person.may_speak


def test_nobody_is_no_person(watch: Watch) -> None:
    watch.authority.poll()
    for subject in ("", "client:ci-reader", "ada", "user:\x00"):
        assert watch.people.person(subject) is None


@pytest.mark.parametrize("address", ["", "ada", "@", "ada@localhost", "ada@", "ada@a_b.example"])
def test_without_a_proper_address_there_is_no_domain(watch: Watch, address: str) -> None:
    user = watch.house.user("eve", data=PersonalData(email=address))
    watch.authority.poll()
    person = watch.people.person(user.subject)
    assert person is not None
    assert person.email_domain == ""


def test_a_person_is_read_once(watch: Watch) -> None:
    first = watch.ada()
    reads = watch.database.calls["users.get"]
    assert watch.ada() is first
    assert watch.database.calls["users.get"] == reads


@pytest.mark.parametrize(
    "changes",
    [
        {"status": UserStatus.DISABLED},
        {"status": UserStatus.DELETED},
        {"credentials_disabled_at": 1.0},
    ],
)
def test_no_token_speaks_for_a_stopped_user(watch: Watch, changes: dict[str, Any]) -> None:
    with watch.database.writing() as stores:
        stores.users.save(replace(watch.house.ada, **changes))
    assert not watch.ada().may_speak


def test_who_leaves_a_group_has_left_it_everywhere_when_that_is_answered(watch: Watch) -> None:
    watch.groups.add("developers", "ada", ADMIN)
    assert watch.ada().groups == {"developers"}
    before = watch.house.clock.monotonic()
    watch.groups.remove("developers", "ada", ADMIN)
    # No worker's lease that began before is left.
    assert watch.house.clock.monotonic() >= before + 0.3
    assert watch.ada().groups == frozenset()


def test_who_joins_a_group_is_seen_without_anybody_waiting(watch: Watch) -> None:
    watch.ada()
    before = watch.house.clock.monotonic()
    watch.groups.add("developers", "ada", ADMIN)
    assert watch.house.clock.monotonic() == before
    assert watch.ada().groups == {"developers"}


@pytest.mark.parametrize("way", ["group add", "user update"])
def test_who_joins_a_group_that_a_policy_names_is_in_it_everywhere_when_that_is_answered(
    watch: Watch, way: str
) -> None:
    text = '[[deny]]\nname = "left"\ngroups = ["developers"]\nreason = "left"\n'
    with watch.database.writing() as stores:
        stores.policies.add(PolicyVersion(DEFAULT_DOCUMENT, 1, text, 0.0, "test", ""))
    watch.ada()
    before = watch.house.clock.monotonic()
    if way == "group add":
        watch.groups.add("developers", "ada", ADMIN)
    else:
        watch.house.world.users.update("ada", UserUpdate(add_groups=["developers"]), ADMIN)
    assert watch.house.clock.monotonic() >= before + 0.3
    assert watch.ada().groups == {"developers"}


def test_a_deleted_group_has_no_member_anywhere_when_that_is_answered(watch: Watch) -> None:
    watch.groups.add("developers", "ada", ADMIN)
    watch.ada()
    before = watch.house.clock.monotonic()
    watch.groups.delete("developers", ADMIN)
    assert watch.house.clock.monotonic() >= before + 0.3
    assert watch.ada().groups == frozenset()


def test_an_update_of_the_user_that_takes_a_group_waits_too(watch: Watch) -> None:
    watch.house.world.users.update("ada", UserUpdate(add_groups=["developers"]), ADMIN)
    assert watch.ada().groups == {"developers"}
    before = watch.house.clock.monotonic()
    watch.house.world.users.update("ada", UserUpdate(remove_groups=["developers"]), ADMIN)
    assert watch.house.clock.monotonic() >= before + 0.3
    assert watch.ada().groups == frozenset()


def test_groups_by_a_provider_count_like_those_by_hand(watch: Watch) -> None:
    watch.add_provider("okta")
    watch.link("okta")
    with watch.database.writing() as stores:
        stores.groups.add(Group("ops", "", frozenset(), 0.0))
        stores.identities.set_groups("okta", watch.house.ada.subject, frozenset({"ops"}))
    assert watch.ada().groups == {"ops"}


@pytest.mark.parametrize("status", list(ProviderStatus))
@pytest.mark.parametrize("asleep_since", [None, DAY])
@pytest.mark.parametrize("living_seconds", [0, 30 * DAY])
def test_who_sleeps_and_how_far_groups_reach_is_what_the_database_says(
    watch: Watch, status: ProviderStatus, asleep_since: float | None, living_seconds: float
) -> None:
    watch.add_provider("okta", status=status, living_seconds=living_seconds)
    watch.add_provider("entra", status=ProviderStatus.DISABLED)
    watch.link("okta", asleep_since=asleep_since, ceiling=frozenset({"READ"}))
    watch.link("entra", ceiling=frozenset({"WRITE"}))
    person = watch.ada()
    with watch.database.reading() as stores:
        subject = watch.house.ada.subject
        assert person.is_asleep is Living.is_asleep(stores, subject)
        assert person.ceiling == ceiling_of(stores, subject)
    assert person.may_speak is not person.is_asleep


def test_a_stopped_provider_lets_nobody_sleep_from_the_next_look_on(watch: Watch) -> None:
    watch.add_provider("okta", living_seconds=30 * DAY)
    watch.link("okta", asleep_since=DAY)
    assert watch.ada().is_asleep
    with watch.database.writing() as stores:
        provider = stores.providers.get("okta")
        assert provider is not None
        stores.providers.save(replace(provider, status=ProviderStatus.DISABLED))
        stores.authority.advance([Change(ChangeKind.PROVIDER, "okta", 0.0)])
    assert not watch.ada().is_asleep


def test_without_a_database_nobody_is_known(watch: Watch) -> None:
    user: User = watch.house.ada
    watch.authority.poll()
    watch.database.down = True
    with pytest.raises(Exception, match="out of order"):
        watch.people.person(user.subject)


@pytest.mark.parametrize("password_hash", [b"", b"$2b$"])
def test_who_can_sign_in_nowhere_any_more_rests(watch: Watch, password_hash: bytes) -> None:
    with watch.database.writing() as stores:
        stores.users.save(replace(watch.house.ada, password_hash=password_hash))
        stores.authority.advance([Change(ChangeKind.USER, watch.house.ada.subject, 0.0)])
    watch.add_provider("okta")
    watch.link("okta")
    assert watch.ada().may_speak
    with watch.database.writing() as stores:
        provider = stores.providers.get("okta")
        assert provider is not None
        stores.providers.save(replace(provider, status=ProviderStatus.DISABLED))
        stores.authority.advance([Change(ChangeKind.PROVIDER, "okta", 0.0)])
    assert watch.ada().may_speak is bool(password_hash)
