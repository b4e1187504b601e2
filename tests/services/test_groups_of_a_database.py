"""What groups at a provider give, on the databases that there are."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.calls import Call
from authserver.domain.group_rules import GROUPS_MAX, GroupEffect, GroupSnapshot, SnapshotState
from authserver.domain.groups import Group
from authserver.domain.providers import ProviderKind
from authserver.domain.users import User, UserStatus
from authserver.services.administrators import may_administer
from authserver.services.group_effects import GroupEffects
from authserver.services.group_verdicts import verdict
from authserver.services.scope_ceilings import ceiling_of
from tests.doubles import EPOCH
from tests.services.grouped import identity_of, provider_of, rule, snapshot

if TYPE_CHECKING:
    from authserver.domain.identities import Identity
    from authserver.storage.database import SqlDatabase

OIDC: Final = provider_of(ProviderKind.OIDC)
CALL: Final = Call(EPOCH + 60, "r-1", "192.0.2.1")
ADA: Final = "user:ada"


def user(subject: str) -> User:
    return User(
        subject=subject,
        username=subject.partition(":")[2],
        is_administrator=False,
        status=UserStatus.ENABLED,
        password_hash=b"",
        must_change_password=False,
        created_at=EPOCH,
    )


@pytest.fixture
def kept(database: SqlDatabase) -> SqlDatabase:
    """A database with a group, a provider with rules, and ada."""
    with database.writing() as stores:
        stores.groups.add(Group("team", "", frozenset(), EPOCH))
        stores.providers.add(OIDC)
        for each in (
            rule("Devs", GroupEffect.LOCAL_GROUP, "team"),
            rule("Devs", GroupEffect.LOCAL_GROUP, "nowhere"),
            rule("Ops", GroupEffect.ADMINISTRATOR),
            rule("Devs", GroupEffect.SCOPES, "READ"),
        ):
            stores.providers.add_rule(each)
        stores.users.add(user(ADA))
        stores.identities.add(identity_of(ADA))
    return database


def apply(database: SqlDatabase, known: GroupSnapshot, subject: str = ADA) -> Identity:
    with database.writing() as stores:
        identity = stores.identities.find("oidc", f"key-of-{subject}")
        assert identity is not None
        judged = verdict(stores.providers.rules("oidc"), known, CALL.at)
        return GroupEffects().apply_in(stores, OIDC, identity, known, judged, CALL)


def test_what_was_applied_is_what_is_read(kept: SqlDatabase) -> None:
    given = apply(kept, snapshot("Devs", "Ops", "Ünïcode \U0001f600 'quotes\" \\"))
    with kept.reading() as stores:
        assert list(stores.identities.of(ADA)) == [given]
        assert list(stores.groups.of(ADA)) == ["team"]
        assert may_administer(stores, user(ADA))
        assert ceiling_of(stores, ADA) == frozenset({"READ"})
    taken = apply(kept, snapshot(state=SnapshotState.OVERAGE))
    with kept.reading() as stores:
        assert list(stores.identities.of(ADA)) == [taken]
        assert list(stores.groups.of(ADA)) == []
        assert not may_administer(stores, user(ADA))
        assert ceiling_of(stores, ADA) == frozenset()


def test_ten_thousand_long_names_are_kept_in_bounded_time(kept: SqlDatabase) -> None:
    names = (*(f"{number:0>250}" for number in range(GROUPS_MAX - 1)), "Devs")
    began = time.thread_time()
    given = apply(kept, snapshot(*names))
    with kept.reading() as stores:
        (read,) = stores.identities.of(ADA)
    assert time.thread_time() - began < 3
    assert read == given
    assert read.snapshot is not None
    assert read.snapshot.values == names


def test_a_rule_that_goes_is_felt_by_everybody_in_bounded_time(kept: SqlDatabase) -> None:
    people = [f"user:{number}" for number in range(300)]
    with kept.writing() as stores:
        for subject in people:
            stores.users.add(user(subject))
            stores.identities.add(identity_of(subject, snapshot=snapshot("Others")))
    for subject in people[:3]:
        apply(kept, snapshot("Ops", "Devs"), subject)
    began = time.thread_time()
    with kept.writing() as stores:
        (removed,) = [
            each
            for each in stores.providers.rules("oidc")
            if each.effect is GroupEffect.ADMINISTRATOR
        ]
        stores.providers.remove_rule("oidc", removed.rule_id)
        GroupEffects().rules_changed_in(stores, OIDC, CALL)
    assert time.thread_time() - began < 3
    with kept.reading() as stores:
        found = {each.subject: each for each in stores.identities.list("oidc")}
        assert not any(each.is_administrator for each in found.values())
        assert [list(stores.groups.of(subject)) for subject in people[:3]] == [["team"]] * 3
