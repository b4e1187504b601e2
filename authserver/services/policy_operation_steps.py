"""Which operations may be called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.access_details import details_at
from authserver.domain.decisions import DenyReason
from authserver.domain.operation_selectors import selection
from authserver.domain.policy_calls import PolicyRefusal
from authserver.services.policy_rule_steps import RuleStep
from authserver.services.policy_steps import (
    CREDENTIAL,
    Callers,
    Names,
    OperationSet,
    listed,
    names_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authserver.domain.access_details import AccessDetail
    from authserver.domain.operations import Operation, ProductCatalogue
    from authserver.domain.policy_calls import CallFacts
    from authserver.domain.policy_documents import OperationRule
    from authserver.services.policy_steps import Placed


class _Rule:
    """One rule, compiled."""

    def __init__(self, placed: Placed[OperationRule], product: ProductCatalogue | None) -> None:
        rule = placed.value
        self.name, self.document, self.text = rule.name, placed.document, rule.reason
        self.callers = Callers(rule.groups, rule.clients, rule.tokens)
        self._rule = rule
        self._allow = None if rule.allow is None else OperationSet.of(rule.allow, product)
        self._deny = OperationSet.of(rule.deny, product)

    def change(self, names: Names, /) -> str:
        """What to do about a call; empty where the rule lets it pass."""
        rule = self._rule
        if self._deny.touch(names):
            return f"call other operations than {listed(rule.deny, 'and')}"
        if self._allow is None or self._allow.allow(names):
            return ""
        asked = f"ask for {_what(names)} to be allowed by operation.{rule.name}"
        return f"call {listed(rule.allow)}, or {asked}" if rule.allow else asked


class OperationStep:
    """`[[operation]]`: every rule that concerns the caller has to allow."""

    name = "operations"

    def __init__(
        self, rules: Iterable[Placed[OperationRule]], product: ProductCatalogue | None
    ) -> None:
        """In the order of the document."""
        compiled = [_Rule(each, product) for each in rules]
        self._rules = RuleStep[_Rule, Names](
            "operation", DenyReason.OPERATION_NOT_ALLOWED, compiled
        )
        self.is_asked = self._rules.is_asked

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """Refused by the first rule that does not allow all that the call means."""
        return self._rules.refusal(facts.caller, names_of(facts.operations))

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        return self._rules.passing(facts.caller, _what(names_of(facts.operations)))


class CredentialOperationStep:
    """The operations of the credential itself: one of its details has to allow all of a call."""

    name = "operations of the credential"
    is_asked = True

    def __init__(self, location: str) -> None:
        """`location` is the identifier of the site: details of others allow nothing here."""
        self._location = location

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """Projects are looked at by another step."""
        details = details_at(facts.caller.details, self._location)
        if details is None or allowing(details, facts.operations):
            return None
        named = {each for detail in details for each in detail.operations or ()}
        return PolicyRefusal(
            DenyReason.OPERATION_NOT_ALLOWED,
            "token.operations",
            CREDENTIAL,
            "the credential is limited to some operations",
            f"call {listed(named)}, or use a token without the operation limit"
            if named
            else "use a token that is not limited to nothing here",
        )

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        if facts.caller.details is None:
            return ""
        return f"the credential allows {_what(names_of(facts.operations))}"


def allowing(
    details: tuple[AccessDetail, ...], operations: tuple[Operation, ...]
) -> tuple[AccessDetail, ...]:
    """Those of the details that allow everything a call means."""
    return tuple([each for each in details if _allows(each.operations, operations)])


def _allows(selectors: tuple[str, ...] | None, operations: tuple[Operation, ...]) -> bool:
    if selectors is None:
        return True
    includes = selection(selectors).includes
    return bool(operations) and all(includes(each) for each in operations)


def _what(names: Names) -> str:
    return listed(names, "and") if names else "a call that is no known operation"
