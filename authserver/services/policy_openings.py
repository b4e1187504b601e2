"""What policies open that no scope opens, what is harmless, and what is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.scope_coverage import has_list
from authserver.services.legacy_rules import is_below
from authserver.services.policy_steps import (
    Callers,
    OperationSet,
    names_of,
    token_names,
    user_groups,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.operations import Operation, ProductCatalogue
    from authserver.domain.policy_calls import CallFacts
    from authserver.domain.policy_documents import OpenRule, RateRule
    from authserver.services.policy_steps import Placed


class Openings:
    """`[[open]]`, compiled."""

    def __init__(self, rules: Sequence[Placed[OpenRule]], product: ProductCatalogue | None) -> None:
        """In the order of the documents."""
        self._rules = tuple(
            (each.value, OperationSet.of(each.value.operations, product)) for each in rules
        )

    def of(self, method: str, path: str, operations: Sequence[Operation]) -> OpenRule | None:
        """The first rule that opens a call, for tokens that have its scope.

        `path` is below the base path; `operations` are those that the call means. None of them may
        have a list of scopes, or be gone. `HEAD` counts as `GET`. Methods are asked where a
        path opens; an operation has its own.
        """
        if not self._rules or any(has_list(each) or each.removed for each in operations):
            return None
        method = "GET" if method == "HEAD" else method
        names = names_of(operations)
        for rule, opened in self._rules:
            if opened.allow(names):
                return rule
            if method in rule.methods and any(is_below(each, path) for each in rule.paths):
                return rule
        return None


class CompiledRate:
    """One `[[rate]]`."""

    __slots__ = ("_callers", "_operations", "document", "rule")

    def __init__(self, placed: Placed[RateRule], product: ProductCatalogue | None) -> None:
        """`rule` is as written, `document` where, with its version."""
        rule = placed.value
        self.rule = rule
        self.document = placed.document
        self._callers = Callers(rule.groups, rule.clients, rule.tokens)
        self._operations = (
            None if rule.operations is None else OperationSet.of(rule.operations, product)
        )

    def matches(self, facts: CallFacts) -> bool:
        """Whether the rule counts this call: of a caller it concerns, of its route class."""
        caller = facts.caller
        if not self._callers.include(user_groups(caller), caller.client_id, token_names(caller)):
            return False
        return self._operations is None or self._operations.touch(names_of(facts.operations))
