"""Who becomes a user by a first call: nobody, unless everything allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.external_tokens import DenialKind
from authserver.domain.external_tokens import ExternalProblem as Why
from authserver.domain.group_rules import GroupEffect, GroupRule
from authserver.domain.providers import UserCreation
from tests.bearers.test_worth import rule

if TYPE_CHECKING:
    from authserver.domain.users import User
    from tests.federation.bearing import Bearing

NEW = "00unewcomer"


def open_for_newcomers(world: Bearing, **changes: Any) -> None:
    world.configure(bearer={"creates_users": True}, creation=UserCreation.ON, **changes)


def newcomer(world: Bearing, **claims: object) -> str:
    return world.token(uid=NEW, sub="lin@example.com", jti="AT.new", **claims)


def users(world: Bearing) -> list[User]:
    with world.installation.container.database.reading() as stores:
        return list(stores.users.list())


def test_a_first_call_makes_a_user_where_all_rules_allow_it(okta: Bearing) -> None:
    open_for_newcomers(okta)
    before = len(users(okta))
    judged = okta.judge(newcomer(okta, groups=["Staff"]))
    assert judged.is_accepted
    assert len(users(okta)) == before + 1
    (made,) = (each for each in users(okta) if each.username == "lin@example.com")
    assert judged.introspected["sub"] == made.subject
    assert (made.password_hash, made.data.email, made.is_administrator) == (b"", "", False)
    (record,) = okta.installation.records("identity.created")
    assert record["details"] == {"provider": "theirs", "shown": "lin@example.com"}
    # The second call, and another worker's, is the same user's.
    other = okta.installation.start_worker()
    assert okta.judge(newcomer(okta, groups=["Staff"]), other).introspected["sub"] == made.subject
    assert len(users(okta)) == before + 1


def test_what_the_groups_give_is_given(okta: Bearing) -> None:
    open_for_newcomers(okta)
    okta.add_rule(rule(GroupEffect.ADMINISTRATOR, "Admins"))
    assert okta.judge(newcomer(okta, groups=["Staff"])).is_accepted
    with okta.installation.container.database.reading() as stores:
        identity = stores.identities.find("theirs", NEW)
    assert identity is not None
    assert identity.snapshot is not None
    assert identity.snapshot.values == ("Staff",)
    assert not identity.is_administrator


@pytest.mark.parametrize(
    ("changes", "groups"),
    [
        ({"creation": UserCreation.OFF}, ["Staff"]),
        ({"creation_groups": frozenset({"Managers"})}, ["Staff"]),
        # An access token proves no address, whatever it says.
        ({"creation_domains": frozenset({"example.com"})}, ["Staff"]),
        # The list of groups is not complete.
        ({}, [f"g{number}" for number in range(100)]),
        ({}, ["Staff", 7]),
        ({}, None),
    ],
)
def test_nobody_comes_in_where_a_rule_of_creation_is_against_it(
    okta: Bearing, changes: dict[str, Any], groups: object
) -> None:
    stated = {"creation": UserCreation.ON, **changes}
    okta.configure(bearer={"creates_users": True}, **stated)
    before = users(okta)
    token = newcomer(okta, groups=groups, email="lin@example.com", email_verified=True)
    assert okta.judge(token).problem is Why.USER_UNKNOWN
    assert users(okta) == before


def test_the_switch_is_off_until_somebody_turns_it_on(okta: Bearing) -> None:
    okta.configure(creation=UserCreation.ON)
    before = users(okta)
    assert okta.judge(newcomer(okta, groups=["Staff"])).problem is Why.USER_UNKNOWN
    assert users(okta) == before


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"scp": ["openid"]}, Why.NO_MAPPED_SCOPE),
        ({"groups": ["Banned"]}, Why.DENIED_BY_GROUP),
        ({"aud": "elsewhere"}, Why.AUDIENCE_NOT_ACCEPTED),
    ],
)
def test_nobody_becomes_a_user_by_a_token_that_is_refused(
    okta: Bearing, claims: dict[str, Any], why: Why
) -> None:
    open_for_newcomers(okta)
    okta.add_rule(GroupRule("r1", "theirs", "Banned", GroupEffect.DENY, "", "", 0.0))
    before = users(okta)
    assert okta.judge(newcomer(okta, **{"groups": ["Staff"], **claims})).problem is why
    assert users(okta) == before


def test_nobody_becomes_a_user_who_is_denied(okta: Bearing) -> None:
    open_for_newcomers(okta)
    container = okta.installation.container
    container.external_denials.deny("theirs", DenialKind.SUBJECT, NEW, container.operator)
    before = users(okta)
    assert okta.judge(newcomer(okta, groups=["Staff"])).problem is Why.DENIED
    assert users(okta) == before
