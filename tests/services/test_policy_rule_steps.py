"""What rules about callers tell apart, and what they do not."""

from __future__ import annotations

from dataclasses import replace

from authserver.domain.policy_calls import CallerFacts, CallerWay
from authserver.services.policy_rule_steps import Named, Who
from authserver.services.policy_steps import Callers

TOKEN = CallerFacts(
    CallerWay.API_TOKEN_BEARER, "s", "ci", "t2", "t1", groups=frozenset({"staff", "testers"})
)
SOME = (
    Callers(frozenset({"staff"}), None),
    Callers(None, frozenset({"deploy"}), frozenset({"t1", "t9"})),
)


def test_a_caller_is_what_the_rules_name_of_it() -> None:
    assert Named(SOME).of(TOKEN) == Who(frozenset({"staff"}), None, ("t1",))
    assert Named(SOME).of(replace(TOKEN, client_id="deploy")).client_id == "deploy"
    assert Named([Callers(None, None)]).of(TOKEN) == Who(frozenset(), None, ())


def test_callers_whom_no_rule_tells_apart_are_the_same() -> None:
    others = (
        replace(TOKEN, client_id="robot", subject="x"),
        replace(TOKEN, groups=TOKEN.groups | {"guests"}),
        replace(TOKEN, token_id="t3"),
    )
    assert {Named(SOME).of(each) for each in others} == {Named(SOME).of(TOKEN)}


def test_what_a_legacy_caller_is_called_is_no_group_of_it() -> None:
    assert Named(SOME).of(replace(TOKEN, way=CallerWay.BASIC)).groups == frozenset()


def test_rules_concern_whom_they_name_and_no_others() -> None:
    named = Named(SOME)
    everybody, staff, tokens = Callers(None, None), *SOME
    caller = replace(TOKEN, groups=frozenset({"testers"}))
    assert [each.include(*named.of(caller)) for each in (everybody, staff, tokens)] == [
        True,
        False,
        True,
    ]
