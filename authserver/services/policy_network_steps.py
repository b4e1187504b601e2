"""From which networks calls may come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.decisions import DenyReason
from authserver.domain.policy_calls import PolicyRefusal
from authserver.services.network_sets import network_set
from authserver.services.policy_rule_steps import RuleStep
from authserver.services.policy_steps import CREDENTIAL, Callers, listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authserver.domain.policy_calls import CallFacts
    from authserver.domain.policy_documents import NetworkRule
    from authserver.services.policy_steps import Placed


class _Rule:
    """One rule, compiled."""

    def __init__(self, placed: Placed[NetworkRule]) -> None:
        rule = placed.value
        self.name, self.document, self.text = rule.name, placed.document, rule.reason
        self.callers = Callers(rule.groups, rule.clients, rule.tokens)
        self._rule = rule
        self._allow = None if rule.allow is None else network_set(rule.allow)
        self._deny = network_set(rule.deny)

    def change(self, address: str, /) -> str:
        """What to do about a call from `address`; empty where it may come from there."""
        rule = self._rule
        if self._deny.may_contain(address):
            return f"call from outside {listed(rule.deny, 'and')}"
        if self._allow is None or rule.allow is None or self._allow.contains(address):
            return ""
        return _call_from(rule.allow, f"network.{rule.name}")


class NetworkStep:
    """`[[network]]`: every rule that concerns the caller has to allow."""

    name = "networks"

    def __init__(self, rules: Iterable[Placed[NetworkRule]]) -> None:
        """In the order of the document."""
        self._rules = RuleStep[_Rule, str](
            "network", DenyReason.NETWORK_NOT_ALLOWED, map(_Rule, rules)
        )
        self.is_asked = self._rules.is_asked

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """Refused by the first rule that does not allow."""
        return self._rules.refusal(facts.caller, facts.address)

    def passed(self, facts: CallFacts) -> str:
        """What was asked."""
        return self._rules.passing(facts.caller, facts.address or "an unknown address")


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
