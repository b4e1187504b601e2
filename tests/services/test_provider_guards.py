"""Nobody without admin:roles:write decides who comes in as somebody who administers."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.errors import Conflict, Forbidden
from authserver.domain.external_tokens import DenialKind
from authserver.domain.group_rules import GroupEffect
from authserver.domain.policy_documents import PolicyVersion
from authserver.domain.roles import PERMISSIONS, ROLES_WRITE
from authserver.services.external_denials import ExternalDenials
from authserver.services.group_effects import lapse_in
from authserver.services.provider_domains import ProviderDomains
from authserver.services.provider_guards import guard_domain, guard_provider
from tests.services.club import Club
from tests.services.grouped import identity_of, rule, snapshot
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.domain.ports import Stores
    from authserver.services.administration import Act

pytestmark = pytest.mark.rule("AD-04")

BOUND: Final = replace(ADMIN, powers=PERMISSIONS - {ROLES_WRITE})


@pytest.fixture
def club() -> Club:
    """`ada` owns by the groups of `oidc`, which has nothing to do with `other`."""
    club = Club()
    club.signs_in(snapshot("Ops"))
    return club


def check(club: Club, name: str, act: Act = BOUND) -> None:
    with club.database.reading() as stores:
        guard_provider(stores, act, name)


def test_another_provider_of_whoever_administers_by_groups_is_guarded(club: Club) -> None:
    check(club, "other")
    with club.database.writing() as stores:
        stores.identities.add(identity_of(club.ada.subject, "other"))
    with pytest.raises(Forbidden):
        check(club, "other")
    check(club, "other", ADMIN)


def test_a_provider_is_guarded_whose_person_administers_again_after_a_sign_in(club: Club) -> None:
    with club.database.writing() as stores:
        stores.identities.add(identity_of(club.ada.subject, "other"))
        lapse_in(stores, club.identity(), club.world.call())
    with pytest.raises(Forbidden):
        check(club, "other")


def test_a_provider_is_guarded_that_says_who_is_in_a_group_that_a_policy_names(club: Club) -> None:
    club.add_rule(rule("Devs", GroupEffect.LOCAL_GROUP, "team", provider="other"))
    check(club, "other")
    text = '[[deny]]\nname = "n"\ngroups = ["team"]\nreason = "r"\n'
    with club.database.writing() as stores:
        stores.policies.add(PolicyVersion("default", 1, text, 0.0, "bob", ""))
    with pytest.raises(Forbidden):
        check(club, "other")
    check(club, "other", ADMIN)


def test_a_domain_of_whoever_administers_by_groups_is_guarded(club: Club) -> None:
    with club.database.writing() as stores:
        stores.users.save(replace(club.ada, data=replace(club.ada.data, email="ada@corp.example")))
    with club.database.reading() as stores:
        guard_domain(stores, BOUND, "elsewhere.example")
        with pytest.raises(Forbidden):
            guard_domain(stores, BOUND, "corp.example")


def test_nobody_leads_a_domain_away_from_a_guarded_provider(club: Club) -> None:
    domains = ProviderDomains(administration=club.world.administration)
    domains.set("oidc", "corp.example", "suggest", ADMIN)
    with pytest.raises(Forbidden):
        domains.set("other", "corp.example", "force", BOUND)
    assert [each.provider for each in domains.list()] == ["oidc"]
    domains.set("other", "free.example", "suggest", BOUND)


def test_a_domain_is_guarded_by_where_it_leads_when_it_is_removed(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    domains = ProviderDomains(administration=club.world.administration)
    domains.set("other", "free.example", "suggest", BOUND)
    writing = club.database.writing

    @contextmanager
    def writing_after_it_was_led_elsewhere() -> Iterator[Stores]:
        monkeypatch.setattr(club.database, "writing", writing)
        domains.set("oidc", "free.example", "force", ADMIN)
        with writing() as stores:
            yield stores

    monkeypatch.setattr(club.database, "writing", writing_after_it_was_led_elsewhere)
    with pytest.raises(Conflict):
        domains.remove("free.example", BOUND)
    assert [each.provider for each in domains.list()] == ["oidc"]
    with pytest.raises(Forbidden):
        domains.remove("free.example", BOUND)
    domains.remove("free.example", ADMIN)


def test_who_may_not_touch_a_provider_denies_there_but_lets_nothing_count_again(club: Club) -> None:
    denials = ExternalDenials(administration=club.world.administration)
    denials.deny("oidc", DenialKind.TOKEN, "token-1", ADMIN)
    with pytest.raises(Forbidden):
        denials.allow("oidc", DenialKind.TOKEN, "token-1", BOUND)
    denials.deny("oidc", DenialKind.TOKEN, "token-2", BOUND)
    assert [each.value for each in denials.list("oidc")] == ["token-1", "token-2"]
    denials.deny("other", DenialKind.TOKEN, "token-3", BOUND)
    denials.allow("other", DenialKind.TOKEN, "token-3", BOUND)
