"""What stays closed to a caller whom the policy would let pass.

By scopes, or because nobody knows what is called. Pure, so that explanations and replays ask the
same as decisions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.decisions import DenyReason
from authserver.domain.operations import Unmatched
from authserver.domain.policy_calls import CallerWay
from authserver.domain.scope_coverage import SUFFICIENT, Missing, NeverCovered, Uncoverable
from authserver.services.call_checks import is_rest, makes_a_session

if TYPE_CHECKING:
    from authserver.domain.operations import Operation
    from authserver.domain.policy_calls import CallFacts
    from authserver.services.decision_ports import CompiledPolicy
    from authserver.services.operation_scopes import OperationScopes

_OF_UNMATCHED: Final = {
    Unmatched.PATH_NOT_CANONICAL: DenyReason.UNKNOWN_PATH,
    Unmatched.UNKNOWN_PATH: DenyReason.UNKNOWN_PATH,
    Unmatched.UNKNOWN_METHOD: DenyReason.UNKNOWN_METHOD,
    Unmatched.OTHER_VERSION: DenyReason.OTHER_VERSION,
    Unmatched.OTHER_VERSION_METHOD: DenyReason.OTHER_VERSION,
}
_OF_UNCOVERABLE: Final = {
    Uncoverable.PATH_NOT_CANONICAL: DenyReason.UNKNOWN_PATH,
    Uncoverable.UNKNOWN_PATH: DenyReason.UNKNOWN_PATH,
    Uncoverable.UNKNOWN_METHOD: DenyReason.UNKNOWN_METHOD,
    Uncoverable.OTHER_VERSION: DenyReason.OTHER_VERSION,
    Uncoverable.OTHER_VERSION_METHOD: DenyReason.OTHER_VERSION,
    Uncoverable.NO_SCOPE_LIST: DenyReason.NO_SCOPE_LIST,
    Uncoverable.REMOVED: DenyReason.REMOVED,
}

_STAYS_CLOSED: Final = frozenset({DenyReason.REMOVED, DenyReason.OTHER_VERSION})
"""What no rule opens: by another version one would get around every rule about an operation."""


class Closed(NamedTuple):
    """Why; `scope` names the scopes that are missing, `lacking` the operations that need them."""

    reason: DenyReason
    scope: str = ""
    lacking: tuple[Operation, ...] = ()


def closed_to_token(
    scopes: OperationScopes,
    policy: CompiledPolicy,
    facts: CallFacts,
    granted: frozenset[str],
    matched: tuple[Operation, ...] | Unmatched,
) -> Closed | None:
    """Why a token with the scopes `granted` does not open the call; `None`: it does."""
    if facts.method != "DELETE" and makes_a_session(facts.method, facts.path):
        # The answer tells the session of whose password the body has, whoever holds the token.
        return Closed(DenyReason.SIGN_IN_BLOCKED)
    if isinstance(matched, Unmatched):
        return _unless_opened(policy, facts, granted, (), _OF_UNMATCHED[matched])
    verdict = scopes.verdict(granted, facts.method, matched)
    if isinstance(verdict, Missing):
        lacking = tuple(each.operation for each in verdict.shortfalls)
        return Closed(DenyReason.INSUFFICIENT_SCOPE, verdict.scope, lacking)
    if isinstance(verdict, NeverCovered):
        return _unless_opened(policy, facts, granted, matched, _OF_UNCOVERABLE[verdict.reason])
    return None


def change_for(reason: DenyReason, facts: CallFacts) -> str:
    """What to do about a call that no scope opens."""
    if reason is DenyReason.OTHER_VERSION:
        return f"call it as {facts.known_below}/..."
    return "call an operation that scopes open, or ask for it to be opened by the policy"


def closed_to_legacy(
    facts: CallFacts, matched: tuple[Operation, ...] | Unmatched
) -> DenyReason | None:
    """What no policy opens to those who have proved nothing to us.

    A session goes on to whatever the gateway asks about, but not to a known operation by another
    version. Everybody else only to the REST API, to nothing that is known at another version, and
    who says nothing of who it is only to operations that are known.
    """
    if makes_a_session(facts.method, facts.path):
        return DenyReason.SIGN_IN_BLOCKED
    way = facts.caller.way
    if matched is Unmatched.OTHER_VERSION:
        return DenyReason.OTHER_VERSION
    if way is CallerWay.SESSION:
        return None
    if matched is Unmatched.OTHER_VERSION_METHOD:
        return DenyReason.OTHER_VERSION
    if way is CallerWay.ANONYMOUS and isinstance(matched, Unmatched):
        return _OF_UNMATCHED[matched]
    return None if is_rest(facts.path) else DenyReason.UNKNOWN_PATH


def _unless_opened(
    policy: CompiledPolicy,
    facts: CallFacts,
    granted: frozenset[str],
    operations: tuple[Operation, ...],
    closed: DenyReason,
) -> Closed | None:
    """What no scope opens a rule may open, to tokens with the scope that it names."""
    method = "GET" if facts.method == "HEAD" else facts.method
    rule = None
    if closed not in _STAYS_CLOSED:
        rule = policy.opened(method, facts.path, operations)
    if rule is None:
        return Closed(closed)
    if granted.isdisjoint(SUFFICIENT.get(rule.scope, {rule.scope})):
        return Closed(DenyReason.INSUFFICIENT_SCOPE, rule.scope, operations)
    return None
