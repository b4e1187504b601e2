"""Whether a call is one that its caller's scopes, or a policy, open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.decisions import DenyReason
from authserver.domain.policy_calls import PolicyRefusal
from authserver.domain.scope_coverage import Missing
from authserver.services.scope_closures import change_for, closed_to_legacy, closed_to_token

if TYPE_CHECKING:
    from authserver.domain.decisions import Deny
    from authserver.domain.operations import Operation, Unmatched
    from authserver.domain.tokens import AccessToken
    from authserver.services.decided_hand_over import Judged
    from authserver.services.operation_scopes import OperationScopes


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
        closed = closed_to_token(self._scopes, judged.policy, judged.facts, token.scopes, matched)
        if closed is None:
            return None
        return judged.deny(
            closed.reason,
            token,
            scope=closed.scope,
            lacking=closed.lacking,
            refusal=_told(judged, closed.reason),
        )

    def of_legacy(self, judged: Judged, matched: tuple[Operation, ...] | Unmatched) -> Deny | None:
        """What no policy opens to those who have proved nothing to us."""
        reason = closed_to_legacy(judged.facts, matched)
        if reason is None:
            return None
        return judged.deny(reason, None, refusal=_told(judged, reason))


def _told(judged: Judged, reason: DenyReason) -> PolicyRefusal | None:
    """What the caller is told to do, where the reason alone does not say it."""
    if reason is not DenyReason.OTHER_VERSION:
        return None
    return PolicyRefusal(reason, "", "", "", change_for(reason, judged.facts))
