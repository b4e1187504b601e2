"""Which projects (or spaces) may be reached, once it is certain which a call reaches.

Whoever may reach none need not wait for that: whatever the site would say, nothing passes. Only
what the policy names harmless does while nothing is certain, as under every limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from authserver.domain.access_details import details_at
from authserver.domain.decisions import DenyReason
from authserver.domain.policy_calls import PolicyRefusal
from authserver.services.policy_operation_steps import allowing
from authserver.services.policy_rule_steps import RuleStep
from authserver.services.policy_steps import CREDENTIAL, Callers, listed, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from authserver.domain.access_details import AccessDetail
    from authserver.domain.policy_calls import CallFacts
    from authserver.domain.policy_documents import ProjectRule
    from authserver.services.policy_steps import OperationSet, Placed

Project: TypeAlias = frozenset[str]
"""Everything one project is called: its key and its id, in lower case."""


@dataclass(frozen=True, slots=True)
class ProjectLimits:
    """What limits a call: each project it reaches must be in each of `allowed`, in no `denied`.

    Keys and ids in lower case. `rule` and `document` are the first limit's.
    """

    allowed: tuple[frozenset[str], ...]
    denied: frozenset[str]
    rule: str
    document: str


class _Rule:
    """One rule, compiled."""

    def __init__(self, placed: Placed[ProjectRule]) -> None:
        rule = placed.value
        self.name, self.document, self.text = rule.name, placed.document, rule.reason
        self.callers = Callers(rule.groups, rule.clients)
        self.allow = None if rule.allow is None else _names(rule.allow)
        self.deny = _names(rule.deny)
        self._rule = rule

    def change(self, projects: tuple[Project, ...], /) -> str:
        """What to do about a call; empty where the rule lets it pass."""
        rule = self._rule
        for each in projects:
            if not self.deny.isdisjoint(each):
                return f"call for other projects than {listed(rule.deny, 'and')}"
            if self.allow is not None and self.allow.isdisjoint(each):
                return _call_for(rule.allow or (), f"project.{rule.name}")
        return ""


class ProjectStep:
    """`[[project]]`: every rule that concerns the caller has to allow."""

    name = "projects"

    def __init__(self, rules: Iterable[Placed[ProjectRule]], harmless: OperationSet) -> None:
        """In the order of the document."""
        compiled = [_Rule(each) for each in rules]
        self._rules = RuleStep[_Rule, tuple[Project, ...]](
            "project", DenyReason.PROJECT_NOT_ALLOWED, compiled
        )
        self._harmless = harmless
        self._is_closing = any(each.allow == frozenset() for each in compiled)
        self.is_asked = self._rules.is_asked

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """Only where it is known what the call reaches, or where that does not matter.

        One that reaches no project passes.
        """
        if facts.projects is None:
            return self._closed(facts) if self._is_closing else None
        return self._rules.refusal(facts.caller, _reached(facts.projects))

    def _closed(self, facts: CallFacts) -> PolicyRefusal | None:
        if self._harmless.allow(names_of(facts.operations)):
            return None
        for each in self._rules.concerning(facts.caller):
            if each.allow == frozenset():
                return self._rules.refused(each, _call_for((), f"project.{each.name}"))
        return None

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        if facts.projects is None:
            return ""
        return self._rules.passing(facts.caller, _shown(facts.projects))

    def limits(self, facts: CallFacts) -> Iterator[ProjectLimits]:
        """What each rule that concerns the caller asks."""
        for each in self._rules.concerning(facts.caller):
            allowed = () if each.allow is None else (each.allow,)
            if allowed or each.deny:
                yield ProjectLimits(allowed, each.deny, f"project.{each.name}", each.document)


class CredentialProjectStep:
    """The projects of the credential: one detail has to allow operations and projects together."""

    name = "projects of the credential"
    is_asked = True

    def __init__(self, location: str, harmless: OperationSet) -> None:
        """`location` is the identifier of the site: details of others allow nothing here."""
        self._location = location
        self._harmless = harmless

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """Only where it is known what the call reaches, or where that does not matter."""
        details = details_at(facts.caller.details, self._location)
        if details is None:
            return None
        if facts.projects is None and () not in [each.projects for each in details]:
            return None
        able = allowing(details, facts.operations)
        if facts.projects is None:
            is_open = not able or any(each.projects != () for each in able)
            if is_open or self._harmless.allow(names_of(facts.operations)):
                return None
        elif any(_allows(each, _reached(facts.projects)) for each in able):
            return None
        named = {each for detail in able for each in detail.projects or ()}
        return PolicyRefusal(
            DenyReason.PROJECT_NOT_ALLOWED,
            "token.projects",
            CREDENTIAL,
            "the credential is limited to some projects",
            f"call for {listed(named)}, or use a token without the project limit"
            if named
            else "use a token without the project limit",
        )

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        if facts.caller.details is None or facts.projects is None:
            return ""
        return f"the credential allows {_shown(facts.projects)}"

    def limits(self, facts: CallFacts) -> Iterator[ProjectLimits]:
        """The projects of all the details that allow the operations, unless one allows any."""
        details = details_at(facts.caller.details, self._location)
        if details is None:
            return
        names: set[str] = set()
        for each in allowing(details, facts.operations):
            if each.projects is None:
                return
            names |= _names(each.projects)
        yield ProjectLimits((frozenset(names),), frozenset(), "token.projects", CREDENTIAL)


def _allows(detail: AccessDetail, projects: Iterable[Project]) -> bool:
    if detail.projects is None:
        return True
    names = _names(detail.projects)
    return not any(names.isdisjoint(each) for each in projects)


@lru_cache(maxsize=8192)
def _names(names: tuple[str, ...] | frozenset[str]) -> Project:
    return frozenset(each.casefold() for each in names)


def _reached(projects: Iterable[Project]) -> tuple[Project, ...]:
    return tuple([_names(each) for each in projects])


def _shown(projects: Iterable[Project]) -> str:
    shown = [min(each, key=lambda name: (name.isdigit(), name)) for each in projects if each]
    return listed(shown, "and") if shown else "a call that reaches no project"


def _call_for(projects: tuple[str, ...], rule: str) -> str:
    if not projects:
        return f"ask for {rule} to be changed: it is empty"
    return f"call for {listed(projects)}"
