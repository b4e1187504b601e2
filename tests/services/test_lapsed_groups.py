"""What groups gave ends with the time in which their provider wants to see its people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.audit_records import AuditQuery
from authserver.domain.authority import ChangeKind
from authserver.domain.group_rules import GroupEffect
from authserver.domain.groups import Group
from authserver.services.administrators import may_administer
from authserver.services.audit_searches import every_record
from authserver.services.external_checks import CHECKED_SECONDS
from authserver.services.group_effects import GroupEffects
from tests.doubles import EPOCH
from tests.services.grouped import rule
from tests.services.upstream_office import DAY, UpstreamOffice

if TYPE_CHECKING:
    from authserver.domain.audit_records import AuditRecord
    from authserver.domain.identities import Identity
    from authserver.domain.users import User
    from authserver.storage.database import SqlDatabase

OPS: Final = ("Ops",)


@pytest.fixture
def office(database: SqlDatabase) -> UpstreamOffice:
    office = UpstreamOffice(database)
    for name in ("okta", "entra"):
        office.add_provider(name)
    with database.writing() as stores:
        stores.groups.add(Group("ops", "", frozenset(), office.now))
        stores.groups.add(Group("by-hand", "", frozenset(), office.now))
        for each in (
            rule("Ops", GroupEffect.LOCAL_GROUP, "ops", "okta"),
            rule("Ops", GroupEffect.ADMINISTRATOR, "", "okta"),
            rule("Ops", GroupEffect.SCOPES, "READ", "okta"),
        ):
            stores.providers.add_rule(each)
    return office


@pytest.fixture
def ada(office: UpstreamOffice) -> User:
    """Somebody with a password who is connected at both, and in a group at the first."""
    user = office.local_user("ada")
    session = office.sign_in(user)
    office.link(session, provider="okta", groups=OPS)
    office.link(session, provider="entra")
    with office.database.writing() as stores:
        stores.groups.join("by-hand", user.subject)
    assert rights(office, user) == (["by-hand", "ops"], True)
    return user


def rights(office: UpstreamOffice, user: User) -> tuple[list[str], bool]:
    """The local groups, and whether the user may administer."""
    with office.database.reading() as stores:
        return list(stores.groups.of(user.subject)), may_administer(stores, user)


def check(office: UpstreamOffice, **stated: Any) -> None:
    """Write to the identity at the first provider what a sign-in did not."""
    with office.database.writing() as stores:
        identity = stores.identities.find("okta", "ada")
        assert identity is not None
        stores.identities.save(replace(identity, **stated))


def lapses(database: SqlDatabase) -> list[AuditRecord]:
    """Records of groups that changed after the first sign-ins, oldest first."""
    query = AuditQuery(action="identity.groups_changed", since=EPOCH + 1)
    return list(reversed(list(every_record(database, query))))


def denials(office: UpstreamOffice) -> list[float | None]:
    return [each.issued_until for each in office.changes(ChangeKind.SUBJECT)]


def test_a_sign_in_at_one_provider_leaves_the_identity_at_another_as_it_is(
    office: UpstreamOffice, ada: User
) -> None:
    began = office.now
    for day in range(1, 31):
        office.clock.advance(DAY)
        office.arrive(provider="entra")
        left = office.identity("ada", "okta")
        assert left.last_checked_at == left.last_sign_in_at == began, day
    office.living.put_to_sleep_due()
    assert rights(office, ada) == (["by-hand", "ops"], True)
    office.clock.advance(1)
    slept_at = office.now
    assert office.living.put_to_sleep_due() == 1
    assert rights(office, ada) == (["by-hand"], False)
    # The user goes on by the other provider; nothing lifts the limit of scopes.
    assert not office.is_asleep(ada.subject)
    lapsed = office.identity("ada", "okta")
    assert (lapsed.is_administrator, lapsed.ceiling) == (False, frozenset({"READ"}))
    assert lapsed.asleep_since == slept_at
    assert denials(office) == [slept_at]
    assert ada.subject in {each.value for each in office.changes(ChangeKind.USER)}
    office.arrive(provider="entra")
    assert office.identity("ada", "okta") == lapsed
    assert rights(office, ada) == (["by-hand"], False)


def test_what_lapsed_is_on_record_and_comes_back_with_a_sign_in_at_the_provider(
    office: UpstreamOffice, database: SqlDatabase, ada: User
) -> None:
    office.clock.advance(30 * DAY + 1)
    office.living.put_to_sleep_due()
    (taken,) = lapses(database)
    assert (taken.actor, taken.object_id) == ("provider:okta", ada.subject)
    assert taken.details["provider"] == "okta"
    assert taken.details["before"] == {"groups": ["ops"], "is_administrator": True}
    assert taken.details["after"] == {"groups": [], "is_administrator": False}
    office.arrive(groups=OPS)
    assert rights(office, ada) == (["by-hand", "ops"], True)
    assert len(lapses(database)) == 2
    # And who is in the group no more gets nothing back.
    office.clock.advance(30 * DAY + 1)
    office.living.put_to_sleep_due()
    office.arrive()
    assert rights(office, ada) == (["by-hand"], False)


def test_a_user_whose_every_identity_sleeps_is_denied_once(
    office: UpstreamOffice, ada: User
) -> None:
    office.clock.advance(30 * DAY + 1)
    assert office.living.put_to_sleep_due() == 2
    assert office.is_asleep(ada.subject)
    # For the groups that were taken and for the rest of the user: it is the same denial.
    assert denials(office) == [office.now]
    assert rights(office, ada) == (["by-hand"], False)


@pytest.mark.parametrize("is_asleep", [False, True])
def test_a_local_password_wakes_all_and_keeps_no_groups_of_a_provider_that_saw_nobody(
    office: UpstreamOffice, ada: User, database: SqlDatabase, *, is_asleep: bool
) -> None:
    for _ in range(3):
        office.clock.advance(10 * DAY)
        office.sign_in(ada)
        assert rights(office, ada) == (["by-hand", "ops"], True)
    office.clock.advance(1)
    if is_asleep:
        check(office, last_checked_at=office.now - 31 * DAY)
        assert office.living.put_to_sleep_due() == 1
    office.sign_in(ada)
    assert rights(office, ada) == (["by-hand"], False)
    kept = office.identity("ada", "okta")
    assert (kept.asleep_since, kept.ceiling) == (None, frozenset({"READ"}))
    assert len(denials(office)) == len(lapses(database)) == 1
    office.sign_in(ada)
    assert len(denials(office)) == 1


def test_the_time_of_a_provider_that_wants_to_see_nobody_is_never_over(
    office: UpstreamOffice, ada: User
) -> None:
    with office.database.writing() as stores:
        provider = stores.providers.get("okta")
        assert provider is not None
        stores.providers.save(replace(provider, living_seconds=0))
    office.clock.advance(1000 * DAY)
    office.sign_in(ada)
    assert rights(office, ada) == (["by-hand", "ops"], True)


def test_tokens_of_the_provider_keep_an_identity_awake_and_a_password_asks_for_more(
    office: UpstreamOffice, ada: User
) -> None:
    office.clock.advance(31 * DAY)
    check(office, last_checked_at=office.now - CHECKED_SECONDS)
    office.living.put_to_sleep_due()
    assert rights(office, ada) == (["by-hand", "ops"], True)
    office.sign_in(ada)
    assert rights(office, ada) == (["by-hand"], False)


def test_an_identity_by_which_nobody_ever_signed_in_counts_from_when_it_was_made(
    office: UpstreamOffice, ada: User
) -> None:
    check(office, last_sign_in_at=None)
    office.clock.advance(30 * DAY)
    office.sign_in(ada)
    assert rights(office, ada) == (["by-hand", "ops"], True)
    office.clock.advance(1)
    office.sign_in(ada)
    assert rights(office, ada) == (["by-hand"], False)


@pytest.mark.parametrize("wakes", [False, True])
def test_a_new_rule_gives_nothing_to_who_has_lapsed(
    office: UpstreamOffice, ada: User, *, wakes: bool
) -> None:
    office.clock.advance(30 * DAY + 1)
    office.living.put_to_sleep_due()
    if wakes:
        office.sign_in(ada)
    with office.database.writing() as stores:
        stores.providers.add_rule(rule("Ops", GroupEffect.LOCAL_GROUP, "by-hand", "okta"))
        stores.providers.add_rule(rule("Others", GroupEffect.SCOPES, "WRITE", "okta"))
        provider = stores.providers.get("okta")
        assert provider is not None
        GroupEffects().rules_changed_in(stores, provider, office.call())
    with office.database.reading() as stores:
        assert stores.identities.groups_by("okta", ada.subject) == frozenset()
    assert rights(office, ada) == (["by-hand"], False)
    assert office.identity("ada", "okta").ceiling == frozenset({"READ"})


def test_tokens_of_a_session_count_that_began_when_something_was_taken(
    office: UpstreamOffice, ada: User
) -> None:
    office.clock.advance(31 * DAY)
    with office.database.writing() as stores:
        stores.users.get(ada.subject)
        started = office.sessions.begin(
            stores,
            ada,
            acr="",
            amr=(),
            previous=None,
            call=office.call(),
            user_agent="",
        )
    denied_at = office.now
    assert started.lost_at == denied_at
    office.sessions.wait_out(started)
    assert int(office.now) > int(denied_at)
    assert denials(office) == [denied_at]


def test_nothing_is_told_of_who_has_nothing_to_lose(
    office: UpstreamOffice, database: SqlDatabase
) -> None:
    user: User = office.local_user("eve")
    office.link(office.sign_in(user), "eve", "okta")
    office.clock.advance(31 * DAY)
    office.sign_in(user)
    before: Identity = office.identity("eve", "okta")
    assert lapses(database) == []
    assert denials(office) == []
    assert before.last_checked_at == office.now
