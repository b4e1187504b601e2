"""What a policy opens and counts, and what becomes of legacy ways."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.policy_documents import (
    LegacyEffect,
    LegacyException,
    LegacySection,
    LegacyWay,
    LimitPer,
    OpenRule,
    RateRule,
)
from tests.services.policy_asking import (
    CALL,
    GETS,
    LISTED,
    MAKES,
    policy,
)
from tests.services.policy_strategies import (
    WHY,
)

if TYPE_CHECKING:
    from authserver.domain.operations import Operation
    from authserver.services.site_policies import SitePolicy

OPEN = OpenRule("tempo", WHY, "READ", ("/rest/tempo",), ("getThings",), frozenset({"GET"}))


@pytest.mark.parametrize(
    ("method", "path", "operations", "is_opened"),
    [
        ("GET", "/rest/tempo", (), True),
        ("GET", "/rest/tempo/4/x", (), True),
        ("HEAD", "/rest/tempo/4/x", (), True),
        ("POST", "/rest/tempo/4/x", (), False),
        ("GET", "/rest/temporary", (), False),
        ("GET", "/rest/other", (), False),
        ("GET", "/rest/a/1/things", (GETS,), True),
        ("POST", "/rest/a/1/things", (MAKES,), False),
        ("GET", "/rest/tempo/4/x", (LISTED,), False),
        ("GET", "/rest/tempo/4/x", (replace(GETS, removed=True),), False),
        ("GET", "/rest/a/1/things", (GETS, LISTED), False),
    ],
)
def test_a_rule_opens_what_has_no_list_and_nothing_else(
    method: str, path: str, operations: tuple[Operation, ...], *, is_opened: bool
) -> None:
    found = policy(opened=(OPEN,)).opened(method, path, operations)
    assert found == (OPEN if is_opened else None)
    assert policy().opened(method, path, operations) is None


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        ({}, True),
        ({"operations": ("search",)}, False),
        ({"operations": ("read",)}, True),
        ({"groups": frozenset({"developers"})}, True),
        ({"groups": frozenset({"staff"})}, False),
        ({"groups": frozenset({"staff"}), "tokens": frozenset({"t1"})}, True),
        ({"clients": frozenset({"app"})}, True),
        ({"clients": frozenset()}, False),
    ],
)
def test_a_rate_counts_its_callers_and_its_route_class(
    rule: dict[str, Any], *, matches: bool
) -> None:
    asked = policy(rates=(RateRule("r", WHY, LimitPer.TOKEN, 9, 60, **rule),))
    assert asked.counts
    assert asked.rates[0].matches(CALL) is matches
    assert asked.rates[0].document == "jira@draft"


def legacy(**stated: Any) -> SitePolicy:
    exception = LegacyException("e", LegacyWay.BASIC, **{"until": 9.0, "reason": WHY, **stated})
    allow = {LegacyWay.BASIC: LegacyEffect.ALLOW}
    return policy(legacy=LegacySection(WHY, allow, (exception,)))


@pytest.mark.feature(46)
@pytest.mark.parametrize(
    "path",
    [
        "/rest/api/2/user",
        "/rest/api/2/user/search",
        "/rest/api/latest/user",
        "/rest/api/3/user",
        "/rest/api/2/user.json",
        "/rest/api/latest/user.xml",
    ],
)
def test_no_spelling_of_a_blocked_path_gets_around_its_exception(path: str) -> None:
    blocked = legacy(effect=LegacyEffect.BLOCK, paths=("/rest/api/2/user",))
    effect, rule, _ = blocked.legacy_effect(LegacyWay.BASIC, "ada", path, "", 5.0)
    assert (effect, rule) == (LegacyEffect.BLOCK, "legacy.exception.e")
    other = blocked.legacy_effect(LegacyWay.BASIC, "ada", "/rest/api/2/users", "", 5.0)
    assert other[0] is LegacyEffect.ALLOW


def test_what_opens_is_taken_as_it_is_written() -> None:
    opened = legacy(effect=LegacyEffect.OBSERVE, paths=("/rest/api/2/user",))
    for path, effect in (
        ("/rest/api/2/user", LegacyEffect.OBSERVE),
        ("/rest/api/2/user/search", LegacyEffect.OBSERVE),
        ("/rest/api/latest/user", LegacyEffect.ALLOW),
        ("/rest/api/2/user.json", LegacyEffect.ALLOW),
    ):
        assert opened.legacy_effect(LegacyWay.BASIC, "ada", path, "", 5.0)[0] is effect


@pytest.mark.feature(46)
def test_an_exception_ends_by_itself() -> None:
    ending = legacy(effect=LegacyEffect.BLOCK, users=frozenset({"ADA"}))
    for at, effect in ((8.9, LegacyEffect.BLOCK), (9.0, LegacyEffect.ALLOW)):
        assert ending.legacy_effect(LegacyWay.BASIC, "Ada", "/x", "", at)[0] is effect
    assert ending.legacy_effect(LegacyWay.BASIC, "", "/x", "", 5.0)[0] is LegacyEffect.ALLOW


@pytest.mark.feature(46)
def test_of_several_exceptions_that_fit_the_strictest_counts() -> None:
    effects = (LegacyEffect.ALLOW, LegacyEffect.BLOCK, LegacyEffect.OBSERVE)
    for several in (effects, effects[::-1], effects[1:], effects[::2]):
        exceptions = tuple(
            LegacyException(str(each), LegacyWay.BASIC, each, 9.0, WHY) for each in several
        )
        asked = policy(legacy=LegacySection(WHY, {}, exceptions))
        found = asked.legacy_effect(LegacyWay.BASIC, "ada", "/rest/x", "", 5.0)[0]
        strictest = LegacyEffect.BLOCK if LegacyEffect.BLOCK in several else LegacyEffect.OBSERVE
        assert found is strictest
