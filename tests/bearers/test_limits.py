"""Groups at one provider limit what tokens of another one may do in the same user's name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.external_tokens import ExternalProblem as Why
from authserver.domain.group_rules import GroupEffect, GroupRule
from authserver.domain.identities import Identity, IdentityStatus
from tests.federation.bearing import SUBJECT, Bearing, provider_of

if TYPE_CHECKING:
    from collections.abc import Collection

BOTH = {"jira.read": frozenset({"READ"}), "jira.write": frozenset({"WRITE"})}


@pytest.fixture
def limited(okta: Bearing) -> Bearing:
    """Who may read by her groups at `company`, and is known at Okta, too."""
    okta.configure(bearer={"scopes": BOTH})
    company = provider_of(okta.fake, "company")
    off = replace(company.bearer, is_on=False)
    with okta.installation.container.database.writing() as stores:
        stores.providers.add(replace(company, issuer="https://company.example", bearer=off))
        stores.identities.add(
            Identity(
                provider="company",
                subject_key="grace",
                subject=SUBJECT,
                shown="Grace",
                status=IdentityStatus.LINKED,
                created_at=0.0,
                last_sign_in_at=None,
                last_checked_at=0.0,
                ceiling=frozenset({"READ"}),
            )
        )
        stores.authority.advance(
            [Change(ChangeKind.PROVIDER, "company", 0.0), Change(ChangeKind.USER, SUBJECT, 0.0)]
        )
    okta.installation.poll()
    return okta


def scopes(world: Bearing, *groups: str) -> Collection[str]:
    claims = {"scp": ["jira.read", "jira.write"], "groups": list(groups)}
    judged = world.judge(world.token(**claims))
    return set(str(judged.introspected["scope"]).split()) if judged.is_accepted else judged.reason


@pytest.mark.trap(6)
def test_a_token_of_a_provider_without_limits_lifts_nobody_elses(limited: Bearing) -> None:
    assert scopes(limited) == {"READ"}
    container = limited.installation.container
    container.providers.disable("company", container.operator)
    assert scopes(limited) == {"READ"}, "nor does stopping the provider that set it"


def test_a_limit_that_is_set_or_taken_away_holds_at_the_next_call(limited: Bearing) -> None:
    def limit(ceiling: frozenset[str] | None) -> None:
        with limited.installation.container.database.writing() as stores:
            found = stores.identities.find("company", "grace")
            assert found is not None
            stores.identities.save(replace(found, ceiling=ceiling))
            stores.authority.advance([Change(ChangeKind.USER, SUBJECT, 0.0)])
        limited.installation.poll()

    assert scopes(limited) == {"READ"}
    limit(None)
    assert scopes(limited) == {"READ", "WRITE"}
    limit(frozenset())
    assert scopes(limited) == Why.NO_MAPPED_SCOPE


def test_each_provider_gives_what_its_own_groups_give(limited: Bearing) -> None:
    for group, scope in (("Writers", "WRITE"), ("Readers", "READ")):
        made = GroupRule(group, "theirs", group, GroupEffect.SCOPES, scope, "", 0.0)
        limited.add_rule(made)
    assert scopes(limited, "Writers") == {"READ", "WRITE"}
    assert scopes(limited, "Readers") == {"READ"}
