"""May this call pass? Every gateway's question, whatever its dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.caller_credentials import CredentialKind, read_credential
from authserver.domain.decisions import CallSession, Decision, Deny, DenyReason, Permit
from authserver.domain.gateways import SessionCookies
from authserver.domain.operations import Unmatched
from authserver.domain.raw_targets import read_target
from authserver.domain.resources import ResourceStatus
from authserver.domain.scope_coverage import Missing, NeverCovered, Uncoverable
from authserver.services.call_checks import makes_a_session, refused_as_it_is
from authserver.services.decided_hand_over import HandingOver
from authserver.services.decision_records import decision_record
from authserver.services.introspection import UnfitToken

if TYPE_CHECKING:
    from authserver.domain.decisions import AccessRequest
    from authserver.domain.gateways import Gateway
    from authserver.domain.operations import Operation
    from authserver.domain.ports import Journal
    from authserver.domain.raw_targets import Target
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.tokens import AccessToken
    from authserver.services.directory import Keys
    from authserver.services.hand_over_view import HandOverView
    from authserver.services.introspection import Introspection
    from authserver.services.operation_scopes import OperationScopes

BLOCKED: Final = {
    CredentialKind.NONE: DenyReason.CREDENTIAL_MISSING,
    CredentialKind.BASIC: DenyReason.BASIC_BLOCKED,
    CredentialKind.OAUTH1: DenyReason.OAUTH1_BLOCKED,
    CredentialKind.CONNECT_JWT: DenyReason.CONNECT_JWT_BLOCKED,
    CredentialKind.SESSION: DenyReason.SESSION_BLOCKED,
    CredentialKind.UNKNOWN: DenyReason.CREDENTIAL_UNKNOWN,
    CredentialKind.MALFORMED: DenyReason.CREDENTIAL_MALFORMED,
    CredentialKind.SEVERAL: DenyReason.SEVERAL_CREDENTIALS,
}
"""Every kind of credential but the one that is looked at; a new kind is blocked by a KeyError."""
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


class _Call(NamedTuple):
    """A call and what was read of it."""

    gateway: Gateway
    resource: ProtectedResource
    request: AccessRequest
    credential: CredentialKind
    target: Target | None
    token: AccessToken | UnfitToken | None


class Decisions:
    """Decides on calls, and puts every decision on record before it is answered."""

    def __init__(
        self,
        *,
        scopes: OperationScopes,
        introspection: Introspection,
        hand_overs: HandOverView,
        keys: Keys,
        journal: Journal,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._scopes = scopes
        self._introspection = introspection
        self._handing_over = HandingOver(hand_overs=hand_overs, keys=keys)
        self._journal = journal

    def decide(
        self, gateway: Gateway, resource: ProtectedResource, request: AccessRequest
    ) -> Decision:
        """Whether a call may pass to `resource`, for which `gateway` asks. Default is deny.

        Raises:
            StorageUnavailable: nobody can be sure now, or the decision cannot be recorded.
        """
        session = request.session is not CallSession.NONE
        credential = read_credential(request.authorization, session=session)
        target = read_target(request.target)
        token: AccessToken | UnfitToken | None = None
        if credential.kind is CredentialKind.BEARER:
            # Judged in any case, so that the record says whose call it was.
            token = self._introspection.judge(credential.token_value, resource, request.at)
        decision = self._decide(_Call(gateway, resource, request, credential.kind, target, token))
        self._journal.append(
            decision_record(
                request,
                decision,
                gateway=gateway,
                resource=resource,
                credential=credential.kind,
                target=target,
                unfit=token if isinstance(token, UnfitToken) else None,
            )
        )
        return decision

    def _decide(self, call: _Call) -> Decision:
        token = None if isinstance(call.token, UnfitToken) else call.token
        target = call.target
        refused = refused_as_it_is(call.request, target)
        if refused is None and call.resource.status is not ResourceStatus.ENABLED:
            refused = DenyReason.RESOURCE_STOPPED
        if refused is not None or target is None:
            return Deny(refused or DenyReason.PATH_AMBIGUOUS, token=token)
        matched = self._scopes.operations(call.resource, call.request.method, target.path)
        operations = () if isinstance(matched, Unmatched) else matched
        if call.credential is not CredentialKind.BEARER:
            return self._without_token(call, target, operations)
        if isinstance(call.token, UnfitToken):
            detail = call.token.reason
            return Deny(DenyReason.TOKEN_INVALID, operations=operations, detail=detail)
        assert token is not None  # noqa: S101 - a Bearer token was judged
        if isinstance(matched, Unmatched):
            return Deny(_OF_UNMATCHED[matched], token=token)
        return self._by_token(call, token, operations)

    def _by_token(
        self, call: _Call, token: AccessToken, operations: tuple[Operation, ...]
    ) -> Decision:
        verdict = self._scopes.verdict(token.scopes, call.request.method, operations)
        if isinstance(verdict, Missing):
            lacking = tuple(each.operation for each in verdict.shortfalls)
            return Deny(DenyReason.INSUFFICIENT_SCOPE, verdict.scope, operations, lacking, token)
        if isinstance(verdict, NeverCovered):
            return Deny(_OF_UNCOVERABLE[verdict.reason], operations=operations, token=token)
        return self._handing_over.by_token(call.resource, call.request, token, operations)

    def _without_token(
        self, call: _Call, target: Target, operations: tuple[Operation, ...]
    ) -> Decision:
        """Only a browser's session may pass without a token, and only where that is allowed."""
        if (
            call.credential is CredentialKind.SESSION
            and call.request.session is CallSession.CAME
            and call.gateway.session_cookies is not SessionCookies.BLOCK
        ):
            return _by_session(call.gateway, call.request, target, operations)
        scope = ""
        if operations:
            verdict = self._scopes.verdict(frozenset(), call.request.method, operations)
            scope = verdict.scope if isinstance(verdict, Missing) else ""
        return Deny(BLOCKED[call.credential], scope=scope, operations=operations)


def _by_session(
    gateway: Gateway, request: AccessRequest, target: Target, operations: tuple[Operation, ...]
) -> Decision:
    """A browser goes on with the session that it has; what that may do is the site's to say."""
    if makes_a_session(request.method, target.path):
        return Deny(DenyReason.SIGN_IN_BLOCKED, operations=operations)
    observed = gateway.session_cookies is SessionCookies.OBSERVE
    detail = "session-observed" if observed else ""
    return Permit(None, "session", "", "", "", operations, detail)
