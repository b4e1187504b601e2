"""Deny rules and overrides that deny: refused whatever else is said."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from authserver.domain.decisions import DenyReason
from authserver.domain.policy_calls import PolicyRefusal
from authserver.domain.policy_documents import UserEffect
from authserver.domain.texts import shown_time
from authserver.domain.users import canonical
from authserver.services.network_sets import network_set
from authserver.services.policy_rule_steps import Named
from authserver.services.policy_steps import (
    REMEMBERED,
    Callers,
    OperationSet,
    listed,
    names_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.operations import ProductCatalogue
    from authserver.domain.policy_calls import CallFacts
    from authserver.domain.policy_documents import DenyRule
    from authserver.services.policy_overrides import Overrides
    from authserver.services.policy_rule_steps import Who
    from authserver.services.policy_steps import Names, Placed


class _Asked(NamedTuple):
    """All that a deny rule looks at; what no rule of the step asks for is empty."""

    who: Who
    username: str
    address: str
    names: Names


class _Rule:
    """One deny rule, compiled: every condition that is there must hold."""

    def __init__(self, placed: Placed[DenyRule], product: ProductCatalogue | None) -> None:
        rule = placed.value
        self.placed = placed
        self._users = None if rule.users is None else {canonical(each) for each in rule.users}
        self._networks = None if rule.networks is None else network_set(rule.networks)
        self._operations = (
            None if rule.operations is None else OperationSet.of(rule.operations, product)
        )

    def fits(self, asked: _Asked, username: str) -> bool:
        rule = self.placed.value
        return (
            (rule.groups is None or not rule.groups.isdisjoint(asked.who.groups))
            and (rule.clients is None or asked.who.client_id in rule.clients)
            and (rule.tokens is None or not rule.tokens.isdisjoint(asked.who.tokens))
            and (self._users is None or username in self._users)
            and (self._networks is None or self._networks.may_contain(asked.address))
            and (self._operations is None or self._operations.touch(asked.names))
        )

    def change(self) -> str:
        """What is done most easily to be outside of the rule."""
        rule = self.placed.value
        if rule.tokens is not None:
            return "use another token"
        if rule.networks is not None:
            return f"call from outside {listed(rule.networks, 'and')}"
        if rule.operations is not None:
            return f"call other operations than {listed(rule.operations, 'and')}"
        if rule.groups is not None:
            return f"ask to leave {_group(rule.groups)}"
        return f"ask for deny.{rule.name} to be changed"


class DenyStep:
    """`[[deny]]`."""

    name = "deny rules"

    def __init__(self, rules: Sequence[Placed[DenyRule]], product: ProductCatalogue | None) -> None:
        """Rules of both documents count."""
        self._rules = tuple(_Rule(each, product) for each in rules)
        written = [each.value for each in rules]
        self._named = Named(Callers(each.groups, each.clients, each.tokens) for each in written)
        self._asks_user = any(each.users is not None for each in written)
        self._asks_network = any(each.networks is not None for each in written)
        self._asks_operation = any(each.operations is not None for each in written)
        self.is_asked = bool(self._rules)
        self._remembered = lru_cache(REMEMBERED)(self._walk)

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """Refused by the first rule that fits."""
        caller = facts.caller
        return self._remembered(
            _Asked(
                self._named.of(caller),
                caller.username if self._asks_user else "",
                facts.address if self._asks_network else "",
                names_of(facts.operations) if self._asks_operation else (),
            )
        )

    def _walk(self, asked: _Asked) -> PolicyRefusal | None:
        username = canonical(asked.username)
        for each in self._rules:
            if each.fits(asked, username):
                rule = each.placed.value
                return PolicyRefusal(
                    DenyReason.POLICY_DENIED,
                    f"deny.{rule.name}",
                    each.placed.document,
                    rule.reason,
                    each.change(),
                )
        return None

    def passed(self, facts: CallFacts) -> str:  # noqa: ARG002 - as every step
        """What was asked."""
        return f"none of {len(self._rules)} deny rules fits" if self._rules else ""


class OverrideStep:
    """Overrides that deny a user."""

    name = "denied users"

    def __init__(self, overrides: Overrides) -> None:
        """Ask `overrides`."""
        self._overrides = overrides
        self.is_asked = overrides.has(UserEffect.DENY)

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """Also whom a legacy credential claims to be."""
        found = self._overrides.of(facts.caller.username, UserEffect.DENY, facts.at)
        if found is None:
            return None
        return PolicyRefusal(
            DenyReason.POLICY_DENIED,
            "access.override",
            found.document,
            found.value.reason,
            f"wait until the override ends at {shown_time(found.value.until)}, "
            "or ask for it to be taken back",
        )

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        if not self.is_asked or not facts.caller.username:
            return ""
        return f"no override denies {facts.caller.username}"


def _group(names: frozenset[str]) -> str:
    return f"the group {listed(names)}" if len(names) == 1 else f"the groups {listed(names, 'and')}"
