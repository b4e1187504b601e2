"""May this call pass? Every gateway's question, whatever its dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from authserver.domain.api_tokens import ApiTokenAccess
from authserver.domain.caller_credentials import CredentialKind, read_credential
from authserver.domain.decisions import CallSession, Decision, Deny, DenyReason, Permit
from authserver.domain.jwt_parameters import jwt_in
from authserver.domain.policy_calls import LEGACY_WAYS, CallFacts
from authserver.domain.raw_targets import Target, read_target
from authserver.domain.resources import ResourceStatus
from authserver.services.call_checks import below, refused_as_it_is
from authserver.services.callers import Asked, Callers
from authserver.services.decided_hand_over import HandingOver, Judged
from authserver.services.decided_limits import DecidedLimits
from authserver.services.decided_scopes import DecidedScopes
from authserver.services.decision_defaults import (
    NoApiTokens,
    NoAttempts,
    NoConnect,
    NoExposures,
    NoPeople,
    NoPolicies,
    NoProjects,
    NoRates,
)
from authserver.services.decision_records import decision_record

if TYPE_CHECKING:
    from authserver.domain.decisions import AccessRequest
    from authserver.domain.gateways import Gateway
    from authserver.domain.operations import Operation, Unmatched
    from authserver.domain.ports import Journal
    from authserver.domain.resources import ProtectedResource
    from authserver.services.callers import Caller
    from authserver.services.decision_ports import (
        ApiTokenVerifier,
        AttemptThrottle,
        CompiledPolicy,
        ConnectVerifier,
        Exposures,
        PeopleSource,
        PolicySource,
        ProjectResolver,
        RateCounter,
    )
    from authserver.services.directory import Keys
    from authserver.services.hand_over_view import HandOverView
    from authserver.services.introspection import Introspection
    from authserver.services.operation_scopes import OperationScopes

PREFLIGHT = "preflight"
"""The hand-over of a browser's question: it is answered, and goes on to nobody."""


class _Call(NamedTuple):
    """A call and what was read of it; `target` has no `jwt` parameter any more."""

    gateway: Gateway
    resource: ProtectedResource
    request: AccessRequest
    target: Target | None
    caller: Caller
    policy: CompiledPolicy
    matched: tuple[Operation, ...] | Unmatched


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
        policies: PolicySource | None = None,
        people: PeopleSource | None = None,
        api_tokens: ApiTokenVerifier | None = None,
        connect: ConnectVerifier | None = None,
        projects: ProjectResolver | None = None,
        rates: RateCounter | None = None,
        attempts: AttemptThrottle | None = None,
        exposures: Exposures | None = None,
    ) -> None:
        """Take the collaborators; hold no state of its own.

        Those that are not given ask nothing, know nobody, and open nothing.
        """
        self._scopes = scopes
        self._journal = journal
        self._policies = policies or NoPolicies()
        self._exposures = exposures or NoExposures()
        self._callers = Callers(
            introspection=introspection,
            people=people or NoPeople(),
            api_tokens=api_tokens or NoApiTokens(),
            connect=connect or NoConnect(),
            attempts=attempts or NoAttempts(),
        )
        self._by_scopes = DecidedScopes(scopes)
        self._limits = DecidedLimits(projects=projects or NoProjects(), rates=rates or NoRates())
        self._handing_over = HandingOver(hand_overs=hand_overs, keys=keys)

    def decide(
        self, gateway: Gateway, resource: ProtectedResource, request: AccessRequest
    ) -> Decision:
        """Whether a call may pass to `resource`, for which `gateway` asks. Default is deny.

        Raises:
            StorageUnavailable: nobody can be sure now, or the decision cannot be recorded.
        """
        target = read_target(request.target)
        in_query = None if target is None else jwt_in(target.query)
        if target is not None and in_query is not None:
            target = Target(target.path, in_query.rest)
        credential = read_credential(
            request.authorization,
            session=request.session is not CallSession.NONE,
            in_query=in_query,
        )
        policy = self._policies.of(resource)
        path = "" if target is None else below(resource.base_path, target.path)
        # Looked at in any case, so that the record says whose call it was.
        caller = self._callers.of(Asked(gateway, resource, request, path, policy), credential)
        matched = (
            () if target is None else self._scopes.operations(resource, request.method, target.path)
        )
        call = _Call(gateway, resource, request, target, caller, policy, matched)
        decision = self._decide(call, path)
        self._journal.append(
            decision_record(
                request,
                decision,
                gateway=gateway,
                resource=resource,
                credential=credential,
                target=target,
                unfit=caller.unfit,
            )
        )
        if not request.secure:
            # Whatever the call was refused for: everybody on the way could read it.
            self._note_exposure(request, caller)
        return decision

    def allows_origin(self, resource: ProtectedResource, origin: str) -> bool:
        """Whether pages of an origin elsewhere may read the answers of this site's calls."""
        return bool(origin) and self._policies.of(resource).allows_origin(origin)

    def _decide(self, call: _Call, path: str) -> Decision:
        request, caller, policy = call.request, call.caller, call.policy
        refused = refused_as_it_is(request, call.target)
        if refused is None and call.resource.status is not ResourceStatus.ENABLED:
            refused = DenyReason.RESOURCE_STOPPED
        target = call.target
        if refused is not None or target is None:
            return Deny(refused or DenyReason.PATH_AMBIGUOUS, token=caller.token)
        operations, unmatched = _read(call.matched)
        if _is_preflight(request, caller) and policy.allows_origin(request.origin):
            return Permit(None, PREFLIGHT, "", "", "", operations, policy=policy.label)
        if caller.facts is None:
            return self._unknown_caller(call, operations)
        facts = CallFacts(
            caller.facts,
            request.at,
            request.method,
            path,
            operations,
            request.address,
            request.origin,
            request.secure,
            request.from_page,
            unmatched=unmatched,
            known_below=self._scopes.known_below(
                call.resource, request.method, target.path, unmatched
            ),
        )
        refusal = policy.judge(facts)
        if refusal is not None:
            is_legacy = caller.facts.way in LEGACY_WAYS
            return Deny(
                refusal.reason,
                self._by_scopes.wanted(request.method, operations) if is_legacy else "",
                operations,
                token=caller.token,
                refusal=refusal,
                facts=facts,
                policy=policy.label,
            )
        judged = Judged(call.gateway, call.resource, request, target, facts, policy)
        return self._judged(judged, call)

    def _judged(self, judged: Judged, call: _Call) -> Decision:
        """The policy has nothing against it: scopes, projects, rates, hand-over."""
        token, matched = call.caller.token, call.matched
        if token is None:
            refused = self._by_scopes.of_legacy(judged, matched)
        else:
            refused = self._by_scopes.of_token(judged, token, matched)
        if refused is not None:
            return refused
        limited = self._limits.take(judged, token)
        if isinstance(limited, Deny):
            return limited
        if token is None:
            return self._handing_over.as_it_came(limited, call.caller.credential)
        return self._handing_over.by_token(limited, token)

    def _unknown_caller(self, call: _Call, operations: tuple[Operation, ...]) -> Decision:
        caller = call.caller
        assert caller.reason is not None  # noqa: S101 - no facts, so there is a reason
        scope = ""
        if caller.credential.kind is not CredentialKind.BEARER:
            scope = self._by_scopes.wanted(call.request.method, operations)
        return Deny(
            caller.reason,
            scope,
            operations,
            token=caller.token,
            detail=caller.detail,
            refusal=caller.refusal,
            policy=call.policy.label,
            retry_after=caller.retry_after,
        )

    def _note_exposure(self, request: AccessRequest, caller: Caller) -> None:
        token = caller.token
        if token is None and caller.unfit is not None:
            token = caller.unfit.token
        if isinstance(token, ApiTokenAccess):
            self._exposures.seen_in_the_clear(
                token.token_id, request.decision_id, request.address, request.at
            )


def _read(
    matched: tuple[Operation, ...] | Unmatched,
) -> tuple[tuple[Operation, ...], Unmatched | None]:
    return (matched, None) if isinstance(matched, tuple) else ((), matched)


def _is_preflight(request: AccessRequest, caller: Caller) -> bool:
    """Whether a browser asks what a page elsewhere may send: without any credential."""
    return (
        request.preflight
        and request.method == "OPTIONS"
        and request.secure
        and caller.credential.kind is CredentialKind.NONE
    )
