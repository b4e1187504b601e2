"""An allowed call as its site will get it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.decisions import Decision, Deny, DenyReason, Permit
from authserver.domain.gateways import SessionCookies
from authserver.domain.hand_over import HandOverKind, SiteAssertion
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.policy_calls import CallerWay
from authserver.domain.policy_documents import LegacyEffect, LegacyWay

if TYPE_CHECKING:
    from authserver.domain.caller_credentials import CallerCredential
    from authserver.domain.decisions import AccessRequest
    from authserver.domain.gateways import Gateway
    from authserver.domain.operations import Operation
    from authserver.domain.policy_calls import CallFacts, PolicyRefusal
    from authserver.domain.rates import RateState
    from authserver.domain.raw_targets import Target
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.tokens import AccessToken
    from authserver.services.decision_ports import CompiledPolicy
    from authserver.services.directory import Keys
    from authserver.services.hand_over_view import HandOverView

AS_IT_CAME: Final = "as-it-came"
"""The caller's own credential goes on to the site, which judges it."""
ANONYMOUS: Final = "anonymous"
SESSION: Final = "session"


class Judged(NamedTuple):
    """A call that a policy has judged, and how far it came; `detail` is for the record."""

    gateway: Gateway
    resource: ProtectedResource
    request: AccessRequest
    target: Target
    facts: CallFacts
    policy: CompiledPolicy
    rate: RateState | None = None
    detail: str = ""

    def deny(
        self,
        reason: DenyReason,
        token: AccessToken | None,
        *,
        scope: str = "",
        lacking: tuple[Operation, ...] = (),
        refusal: PolicyRefusal | None = None,
        detail: str = "",
    ) -> Deny:
        """The call does not pass."""
        return Deny(
            reason,
            scope,
            self.facts.operations,
            lacking,
            token,
            detail,
            refusal,
            self.facts,
            self.policy.label,
            self.rate,
        )

    def permit(
        self,
        token: AccessToken | None,
        hand_over: str,
        *,
        account: str = "",
        authorization: str = "",
        identity: str = "",
        detail: str = "",
    ) -> Permit:
        """The call passes."""
        return Permit(
            token,
            hand_over,
            account,
            authorization,
            identity,
            self.facts.operations,
            f"{detail}, {self.detail}" if detail and self.detail else detail or self.detail,
            self.facts,
            self.policy.label,
            self.rate,
        )


class HandingOver:
    """Finds what takes the place of the caller's token."""

    def __init__(self, *, hand_overs: HandOverView, keys: Keys) -> None:
        """Take the collaborators; hold no state of its own."""
        self._hand_overs = hand_overs
        self._keys = keys

    def by_token(self, judged: Judged, token: AccessToken) -> Decision:
        """The permit, or what is missing for it.

        Raises:
            StorageUnavailable: nobody can be sure now, or there is no key to sign with.
        """
        resource, request = judged.resource, judged.request
        way = self._hand_overs.of(resource.name)
        if way is None:
            return judged.deny(DenyReason.HAND_OVER_MISSING, token)
        if way.kind is HandOverKind.SERVICE_CREDENTIAL:
            return judged.permit(
                token, way.name, account=way.account, authorization=way.authorization
            )
        account = self._hand_overs.account(resource.name, token.subject)
        if account is None:
            return judged.deny(DenyReason.ACCOUNT_UNMAPPED, token)
        if judged.facts.caller.is_service and self._hand_overs.is_a_person(resource.name, account):
            return judged.deny(DenyReason.ACCOUNT_IS_A_PERSON, token)
        if way.kind is HandOverKind.IDENTITY_HEADER:
            return judged.permit(token, way.name, account=account, identity=account)
        assertion = SiteAssertion(
            account=account,
            audience=resource.identifier,
            subject=token.subject,
            client_id=token.client_id,
            assertion_id=request.decision_id,
            issued_at=int(request.at),
        )
        algorithm = SigningAlgorithm(resource.signing_algorithm)
        value = self._keys.ring.sign_assertion(assertion, algorithm)
        return judged.permit(token, way.name, account=account, authorization=f"Bearer {value}")

    @staticmethod
    def as_it_came(judged: Judged, credential: CallerCredential) -> Permit:
        """For who has proved nothing to us: the site looks at the credential, as before."""
        caller, facts = judged.facts.caller, judged.facts
        effect, _, _ = judged.policy.legacy_effect(
            LegacyWay(caller.way), caller.username, facts.path, facts.address, facts.at
        )
        is_observed = effect is LegacyEffect.OBSERVE
        if caller.way is CallerWay.SESSION:
            is_observed |= judged.gateway.session_cookies is SessionCookies.OBSERVE
        detail = f"{caller.way}-observed" if is_observed else ""
        if caller.way is CallerWay.SESSION:
            return judged.permit(None, SESSION, detail=detail)
        if caller.way is CallerWay.ANONYMOUS:
            return judged.permit(None, ANONYMOUS, detail=detail)
        assert credential.header  # noqa: S101 - what is ours never comes here
        return judged.permit(None, AS_IT_CAME, authorization=credential.header, detail=detail)
