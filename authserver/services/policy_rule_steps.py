"""Steps made of rules about callers: each rule that concerns the caller has to allow.

A policy may have hundreds of rules, and be asked by thousands of tokens. So a caller is first
reduced to what the rules of a step name: all callers that no rule tells apart share one answer.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from authserver.domain.policy_calls import PolicyRefusal
from authserver.services.policy_steps import (
    NO_GROUPS,
    REMEMBERED,
    listed,
    token_names,
    user_groups,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from authserver.domain.decisions import DenyReason
    from authserver.domain.policy_calls import CallerFacts
    from authserver.services.policy_steps import Callers, Names

Asked_contra = TypeVar("Asked_contra", bound="Hashable", contravariant=True)
"""What a rule looks at, beside the caller."""
Asked = TypeVar("Asked", bound="Hashable")
Rule = TypeVar("Rule", bound="CallerRule[Any]")


class Who(NamedTuple):
    """What of a caller the rules of a step name; `None` and nothing for what they do not."""

    groups: frozenset[str]
    client_id: str | None
    tokens: Names


class Named:
    """Everything that rules name of callers."""

    __slots__ = ("_clients", "_groups", "_tokens")

    def __init__(self, callers: Iterable[Callers]) -> None:
        """Of all the rules of a step."""
        lists = [(each.groups, each.clients, each.tokens) for each in callers]
        nobody = frozenset[str]()
        self._groups = nobody.union(*(groups for groups, _, _ in lists if groups))
        self._clients = nobody.union(*(clients for _, clients, _ in lists if clients))
        self._tokens = nobody.union(*(tokens for _, _, tokens in lists if tokens))

    def of(self, caller: CallerFacts) -> Who:
        """The same for every caller whom no rule tells from this one."""
        return Who(
            user_groups(caller) & self._groups if self._groups else NO_GROUPS,
            caller.client_id if caller.client_id in self._clients else None,
            tuple(each for each in token_names(caller) if each in self._tokens)
            if self._tokens
            else (),
        )


class CallerRule(Protocol[Asked_contra]):
    """One rule, compiled."""

    @property
    def name(self) -> str:
        """As in the document."""
        ...

    @property
    def document(self) -> str:
        """Where it stands, with its version."""
        ...

    @property
    def text(self) -> str:
        """Its reason."""
        ...

    @property
    def callers(self) -> Callers:
        """Whom it concerns."""
        ...

    def change(self, asked: Asked_contra, /) -> str:
        """What to do about a call; empty where the rule lets it pass."""
        ...


class RuleStep(Generic[Rule, Asked]):
    """The rules of one section, in the order of the document."""

    def __init__(self, section: str, reason: DenyReason, rules: Iterable[Rule]) -> None:
        """`section` is how the rules are called in front of their names, `reason` their refusal."""
        self._section = section
        self._reason = reason
        self._rules = tuple(rules)
        self._named = Named(each.callers for each in self._rules)
        self._found = lru_cache(REMEMBERED)(self._find)
        self._remembered = lru_cache(REMEMBERED)(self._walk)
        self.is_asked = bool(self._rules)

    def refusal(self, caller: CallerFacts, asked: Asked) -> PolicyRefusal | None:
        """By the first rule that does not allow."""
        return self._remembered(self._named.of(caller), asked)

    def passing(self, caller: CallerFacts, what: str) -> str:
        """`what` and the rules that it passes, for people; empty where none concerns the caller."""
        names = [each.name for each in self.concerning(caller)]
        return f"{what} passes {listed(names, 'and')}" if names else ""

    def concerning(self, caller: CallerFacts) -> tuple[Rule, ...]:
        """The rules that concern the caller, the same tuple each time."""
        return self._found(self._named.of(caller)) if self._rules else ()

    def refused(self, rule: Rule, change: str) -> PolicyRefusal:
        """What a call gets that `rule` does not allow."""
        name = f"{self._section}.{rule.name}"
        return PolicyRefusal(self._reason, name, rule.document, rule.text, change)

    def _find(self, who: Who) -> tuple[Rule, ...]:
        return tuple(each for each in self._rules if each.callers.include(*who))

    def _walk(self, who: Who, asked: Asked) -> PolicyRefusal | None:
        for each in self._found(who):
            change = each.change(asked)
            if change:
                return self.refused(each, change)
        return None
