"""Scopes of sites end where the groups of a provider say so."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from authserver.domain.group_rules import GroupEffect
from authserver.domain.providers import ProviderStatus
from authserver.services.scope_ceilings import ceiling_of, leaves_nothing, lost, within
from tests.services.club import OIDC, Club
from tests.services.grouped import identity_of, rule, snapshot

READ: Final = frozenset({"READ"})
BOTH: Final = frozenset({"READ", "WRITE"})
ABOUT_ME: Final = frozenset({"openid", "email", "groups", "offline_access"})


@pytest.fixture
def club() -> Club:
    return Club()


def ceiling(club: Club) -> frozenset[str] | None:
    with club.database.reading() as stores:
        return ceiling_of(stores, club.ada.subject)


def test_without_rules_about_scopes_nothing_is_limited(club: Club) -> None:
    assert ceiling(club) is None
    assert within(None, BOTH) == BOTH
    assert lost(None, BOTH) == frozenset()
    assert not leaves_nothing(None, BOTH)


def test_groups_that_give_no_scope_leave_none(club: Club) -> None:
    club.signs_in(snapshot("Strangers"))
    assert ceiling(club) == frozenset()
    assert within(ceiling(club), BOTH | ABOUT_ME) == ABOUT_ME
    assert leaves_nothing(ceiling(club), READ | ABOUT_ME)
    assert not leaves_nothing(ceiling(club), ABOUT_ME)


def test_what_lies_within_a_scope_that_is_given_is_given() -> None:
    assert within(frozenset({"WRITE"}), READ) == READ
    assert within(READ, frozenset({"WRITE"})) == READ
    assert lost(READ, BOTH) == {"WRITE"}
    assert not leaves_nothing(READ, frozenset({"WRITE"}))


def test_another_provider_without_a_limit_lifts_none(club: Club) -> None:
    with club.database.writing() as stores:
        stores.identities.add(identity_of(club.ada.subject, "other"))
    club.signs_in(snapshot("Devs"))
    club.signs_in(snapshot("Anything"), provider="other")
    assert ceiling(club) == READ


def test_several_providers_give_together(club: Club) -> None:
    with club.database.writing() as stores:
        stores.identities.add(identity_of(club.ada.subject, "other"))
        stores.providers.add_rule(rule("Writers", GroupEffect.SCOPES, "WRITE", "other"))
    club.signs_in(snapshot("Devs"))
    club.signs_in(snapshot("Writers"), provider="other")
    assert ceiling(club) == BOTH
    with club.database.writing() as stores:
        stores.providers.save(replace(OIDC, status=ProviderStatus.DISABLED))
    assert ceiling(club) == frozenset({"WRITE"})


def test_stopping_a_provider_does_not_lift_its_limit(club: Club) -> None:
    club.signs_in(snapshot("Devs"))
    for status in (ProviderStatus.DISABLED, ProviderStatus.REMOVED):
        with club.database.writing() as stores:
            stores.providers.save(replace(OIDC, status=status))
        assert ceiling(club) == READ


def test_an_unlinked_identity_limits_nobody(club: Club) -> None:
    identity = club.signs_in(snapshot("Devs"))
    with club.database.writing() as stores:
        stores.identities.unlink("oidc", identity.subject_key, club.clock.now())
    assert ceiling(club) is None
