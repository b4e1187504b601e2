"""Who may administer: by hand, or by a group at a provider that counts now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authserver.domain.errors import Conflict, Forbidden
from authserver.domain.group_rules import SnapshotState
from authserver.domain.providers import ProviderStatus
from authserver.domain.roles import PERMISSIONS, ROLES_WRITE
from authserver.domain.users import User, UserStatus
from authserver.services.administrators import guard_user, may_administer
from authserver.services.group_effects import lapse_in
from tests.doubles import EPOCH
from tests.services.club import OIDC, Club
from tests.services.grouped import identity_of, snapshot
from tests.services.world import ADMIN


@pytest.fixture
def club() -> Club:
    return Club()


def may(club: Club, user: User | None = None) -> bool:
    with club.database.reading() as stores:
        return may_administer(stores, user or club.ada)


def test_nobody_administers_by_default(club: Club) -> None:
    assert not may(club)


def test_the_flag_that_an_administrator_set_is_enough(club: Club) -> None:
    assert may(club, replace(club.ada, is_administrator=True))


def test_a_group_at_a_provider_is_enough_while_it_is_there(club: Club) -> None:
    club.signs_in(snapshot("Ops"))
    assert may(club)
    club.signs_in(snapshot("Devs"))
    assert not may(club)


def test_an_outage_does_not_demote_administrators(club: Club) -> None:
    club.signs_in(snapshot("Ops"))
    club.signs_in(snapshot(state=SnapshotState.UNKNOWN, is_outage=True))
    assert may(club)


@pytest.mark.parametrize("status", [ProviderStatus.DISABLED, ProviderStatus.REMOVED])
def test_groups_of_a_provider_that_is_stopped_give_nothing(
    club: Club, status: ProviderStatus
) -> None:
    club.signs_in(snapshot("Ops"))
    with club.database.writing() as stores:
        stores.providers.save(replace(OIDC, status=status))
    assert not may(club)


def test_an_identity_that_is_unlinked_gives_nothing(club: Club) -> None:
    identity = club.signs_in(snapshot("Ops"))
    with club.database.writing() as stores:
        assert stores.identities.unlink("oidc", identity.subject_key, EPOCH)
    assert not may(club)
    assert club.groups == []


def test_an_identity_that_sleeps_gives_nothing(club: Club) -> None:
    identity = club.signs_in(snapshot("Ops"))
    with club.database.writing() as stores:
        stores.identities.save(replace(identity, asleep_since=EPOCH))
    assert not may(club)


@pytest.mark.parametrize("status", [UserStatus.DISABLED, UserStatus.DELETED])
def test_whoever_is_stopped_administers_nothing(club: Club, status: UserStatus) -> None:
    club.signs_in(snapshot("Ops"))
    assert not may(club, replace(club.ada, status=status, is_administrator=True))


def test_one_of_several_identities_is_enough(club: Club) -> None:
    with club.database.writing() as stores:
        stores.identities.add(identity_of(club.ada.subject, "other"))
    club.signs_in(snapshot("Ops"))
    club.signs_in(snapshot("Ops"), provider="other")
    assert may(club)


def test_no_change_at_a_provider_locks_out_the_last_administrator(club: Club) -> None:
    """The local account with the flag is the way in when a provider says nonsense."""
    root = club.user("root", is_administrator=True)
    with club.database.writing() as stores:
        stores.identities.add(identity_of(root.subject))
    for state in SnapshotState:
        for is_outage in (False, True):
            club.signs_in(snapshot("Ops"), user=root)
            club.signs_in(snapshot(state=state, is_outage=is_outage), user=root)
            with club.database.reading() as stores:
                assert stores.users.get(root.subject) == root
            assert may(club, root)


def test_whoever_administers_by_a_group_does_not_replace_the_last_local_administrator(
    club: Club,
) -> None:
    club.user("root", is_administrator=True)
    club.signs_in(snapshot("Ops"))
    assert may(club)
    with pytest.raises(Conflict):
        club.world.users.disable("root", ADMIN)


@pytest.mark.rule("AD-04")
def test_whoever_administers_again_after_a_sign_in_is_touched_by_nobody_else(club: Club) -> None:
    """A password set meanwhile would open an administrator's account after it."""
    club.signs_in(snapshot("Ops"))
    with club.database.writing() as stores:
        lapse_in(stores, club.identity(), club.world.call())
    assert not may(club)
    bound = replace(ADMIN, powers=PERMISSIONS - {ROLES_WRITE})
    with pytest.raises(Forbidden):
        club.world.users.reset_password("ada", bound)
    club.signs_in(snapshot("Devs"))
    with club.database.reading() as stores:
        guard_user(stores, bound, club.ada)
