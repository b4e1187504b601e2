"""An allowed call as its site will get it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.decisions import Decision, Deny, DenyReason, Permit
from authserver.domain.hand_over import HandOverKind, SiteAssertion
from authserver.domain.keys import SigningAlgorithm

if TYPE_CHECKING:
    from authserver.domain.decisions import AccessRequest
    from authserver.domain.operations import Operation
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.tokens import AccessToken
    from authserver.services.directory import Keys
    from authserver.services.hand_over_view import HandOverView


class HandingOver:
    """Finds what takes the place of the caller's token."""

    def __init__(self, *, hand_overs: HandOverView, keys: Keys) -> None:
        """Take the collaborators; hold no state of its own."""
        self._hand_overs = hand_overs
        self._keys = keys

    def by_token(
        self,
        resource: ProtectedResource,
        request: AccessRequest,
        token: AccessToken,
        operations: tuple[Operation, ...],
    ) -> Decision:
        """The permit, or what is missing for it.

        Raises:
            StorageUnavailable: nobody can be sure now, or there is no key to sign with.
        """
        way = self._hand_overs.of(resource.name)
        if way is None:
            return Deny(DenyReason.HAND_OVER_MISSING, operations=operations, token=token)
        if way.kind is HandOverKind.SERVICE_CREDENTIAL:
            return Permit(token, way.name, way.account, way.authorization, "", operations)
        account = self._hand_overs.account(resource.name, token.subject)
        if account is None:
            return Deny(DenyReason.ACCOUNT_UNMAPPED, operations=operations, token=token)
        if way.kind is HandOverKind.IDENTITY_HEADER:
            return Permit(token, way.name, account, "", account, operations)
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
        return Permit(token, way.name, account, f"Bearer {value}", "", operations)
