"""From which networks calls may come."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from authserver.domain.decisions import DenyReason
from authserver.domain.policy_calls import PolicyRefusal
from authserver.services.network_sets import network_set
from authserver.services.policy_steps import (
    CREDENTIAL,
    REMEMBERED,
    Callers,
    listed,
    token_names,
    user_groups,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.policy_calls import CallFacts
    from authserver.domain.policy_documents import NetworkRule
    from authserver.services.policy_steps import Names, Placed


class _Rule:
    """One rule, compiled."""

    def __init__(self, placed: Placed[NetworkRule]) -> None:
        rule = placed.value
        self.placed = placed
        self.callers = Callers(rule.groups, rule.clients, rule.tokens)
        self._allow = None if rule.allow is None else network_set(rule.allow)
        self._deny = network_set(rule.deny)

    def change(self, address: str) -> str:
        """What to do about a call from `address`; empty where it may come from there."""
        rule = self.placed.value
        if self._deny.may_contain(address):
            return f"call from outside {listed(rule.deny, 'and')}"
        if self._allow is None or rule.allow is None or self._allow.contains(address):
            return ""
        return _call_from(rule.allow, f"network.{rule.name}")


class NetworkStep:
    """`[[network]]`: every rule that concerns the caller has to allow."""

    name = "networks"

    def __init__(self, rules: Sequence[Placed[NetworkRule]]) -> None:
        """In the order of the document."""
        self._rules = tuple(_Rule(each) for each in rules)
        self.is_asked = bool(self._rules)
        self._remembered = lru_cache(REMEMBERED)(self._walk)

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """Refused by the first rule that does not allow."""
        caller = facts.caller
        return self._remembered(
            user_groups(caller), caller.client_id, token_names(caller), facts.address
        )

    def _walk(
        self, groups: frozenset[str], client_id: str, tokens: Names, address: str
    ) -> PolicyRefusal | None:
        for each in self._rules:
            if each.callers.include(groups, client_id, tokens):
                change = each.change(address)
                if change:
                    rule, document = each.placed.value, each.placed.document
                    return PolicyRefusal(
                        DenyReason.NETWORK_NOT_ALLOWED,
                        f"network.{rule.name}",
                        document,
                        rule.reason,
                        change,
                    )
        return None

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        caller = facts.caller
        who = user_groups(caller), caller.client_id, token_names(caller)
        names = [each.placed.value.name for each in self._rules if each.callers.include(*who)]
        if not names:
            return ""
        return f"{facts.address or 'an unknown address'} passes {listed(names, 'and')}"


class CredentialNetworkStep:
    """The networks of the credential itself."""

    name = "networks of the credential"
    is_asked = True

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """An empty list is nowhere."""
        networks = facts.caller.networks
        if networks is None or network_set(networks).contains(facts.address):
            return None
        return PolicyRefusal(
            DenyReason.NETWORK_NOT_ALLOWED,
            "token.networks",
            CREDENTIAL,
            "the credential counts in some networks only",
            _call_from(networks, "the networks of the credential"),
        )

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        if facts.caller.networks is None:
            return ""
        return f"the credential counts at {facts.address}"


def _call_from(networks: tuple[str, ...], rule: str) -> str:
    if not networks:
        return f"ask for {rule} to be changed: there are none"
    return f"call from {listed(networks)}"
