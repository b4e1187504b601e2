"""Whether a call is one that its caller's scopes, or a policy, open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.decisions import Deny, DenyReason
from authserver.domain.operations import Unmatched
from authserver.domain.policy_calls import CallerWay
from authserver.domain.scope_coverage import SUFFICIENT, Missing, NeverCovered, Uncoverable
from authserver.services.call_checks import is_rest, makes_a_session

if TYPE_CHECKING:
    from authserver.domain.operations import Operation
    from authserver.domain.tokens import AccessToken
    from authserver.services.decided_hand_over import Judged
    from authserver.services.operation_scopes import OperationScopes

_OF_UNMATCHED: Final = {
    Unmatched.PATH_NOT_CANONICAL: DenyReason.UNKNOWN_PATH,
    Unmatched.UNKNOWN_PATH: DenyReason.UNKNOWN_PATH,
    Unmatched.UNKNOWN_METHOD: DenyReason.UNKNOWN_METHOD,
}
_OF_UNCOVERABLE: Final = {
    Uncoverable.PATH_NOT_CANONICAL: DenyReason.UNKNOWN_PATH,
    Uncoverable.UNKNOWN_PATH: DenyReason.UNKNOWN_PATH,
    Uncoverable.UNKNOWN_METHOD: DenyReason.UNKNOWN_METHOD,
    Uncoverable.NO_SCOPE_LIST: DenyReason.NO_SCOPE_LIST,
    Uncoverable.REMOVED: DenyReason.REMOVED,
}


class DecidedScopes:
    """What is closed to a caller whom the policy would let pass."""

    def __init__(self, scopes: OperationScopes) -> None:
        """Ask the catalogue by `scopes`."""
        self._scopes = scopes

    def wanted(self, method: str, operations: tuple[Operation, ...]) -> str:
        """The scopes that a token would need, for who comes without one."""
        if not operations:
            return ""
        verdict = self._scopes.verdict(frozenset(), method, operations)
        return verdict.scope if isinstance(verdict, Missing) else ""

    def of_token(
        self, judged: Judged, token: AccessToken, matched: tuple[Operation, ...] | Unmatched
    ) -> Deny | None:
        """Why a token does not open the call."""
        method = judged.request.method
        if isinstance(matched, Unmatched):
            return self._opened(judged, token, (), _OF_UNMATCHED[matched])
        verdict = self._scopes.verdict(token.scopes, method, matched)
        if isinstance(verdict, Missing):
            lacking = tuple(each.operation for each in verdict.shortfalls)
            return judged.deny(
                DenyReason.INSUFFICIENT_SCOPE, token, scope=verdict.scope, lacking=lacking
            )
        if isinstance(verdict, NeverCovered):
            return self._opened(judged, token, matched, _OF_UNCOVERABLE[verdict.reason])
        return None

    def of_legacy(self, judged: Judged, matched: tuple[Operation, ...] | Unmatched) -> Deny | None:
        """What no policy opens to those who have proved nothing to us.

        A session goes on to whatever the gateway asks about. Everybody else only to the REST API,
        and who says nothing of who it is only to operations that are known.
        """
        way, facts = judged.facts.caller.way, judged.facts
        if makes_a_session(facts.method, facts.path):
            return judged.deny(DenyReason.SIGN_IN_BLOCKED, None)
        if way is CallerWay.SESSION:
            return None
        if way is CallerWay.ANONYMOUS and isinstance(matched, Unmatched):
            return judged.deny(_OF_UNMATCHED[matched], None)
        return None if is_rest(facts.path) else judged.deny(DenyReason.UNKNOWN_PATH, None)

    def _opened(
        self,
        judged: Judged,
        token: AccessToken,
        operations: tuple[Operation, ...],
        closed: DenyReason,
    ) -> Deny | None:
        """What no scope opens a rule may open, to tokens with the scope that it names."""
        facts = judged.facts
        method = "GET" if facts.method == "HEAD" else facts.method
        rule = None
        if closed is not DenyReason.REMOVED:
            rule = judged.policy.opened(method, facts.path, operations)
        if rule is None:
            return judged.deny(closed, token)
        if token.scopes.isdisjoint(SUFFICIENT.get(rule.scope, {rule.scope})):
            return judged.deny(
                DenyReason.INSUFFICIENT_SCOPE, token, scope=rule.scope, lacking=operations
            )
        return None
