"""As whom we ask a site something on behalf of a caller: as the site will see the call itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.hand_over import HandOverKind, SiteAssertion
from authserver.domain.keys import SigningAlgorithm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.policy_calls import CallFacts
    from authserver.domain.ports import SecretMaker
    from authserver.domain.resources import ProtectedResource
    from authserver.services.directory import Keys
    from authserver.services.hand_over_view import HandOverView


class SiteCredentials:
    """Finds the headers that a site knows a caller by."""

    def __init__(self, *, hand_overs: HandOverView, keys: Keys, secret_maker: SecretMaker) -> None:
        """Take the collaborators; hold no state of its own."""
        self._hand_overs = hand_overs
        self._keys = keys
        self._secret_maker = secret_maker

    def headers(self, resource: ProtectedResource, facts: CallFacts) -> Mapping[str, str] | None:
        """The headers; `None` where nobody can be found as whom the site could be asked.

        Raises:
            StorageUnavailable: the database is needed and does not answer.
        """
        caller = facts.caller
        way = self._hand_overs.of(resource.name)
        if way is None or not caller.subject:
            return None
        if way.kind is HandOverKind.SERVICE_CREDENTIAL:
            return {"Authorization": way.authorization}
        account = self._hand_overs.account(resource.name, caller.subject)
        if account is None:
            return None
        if way.kind is HandOverKind.IDENTITY_HEADER:
            return {way.header: account}
        assertion = SiteAssertion(
            account=account,
            audience=resource.identifier,
            subject=caller.subject,
            client_id=caller.client_id,
            assertion_id=self._secret_maker.identifier(),
            issued_at=int(facts.at),
        )
        algorithm = SigningAlgorithm(resource.signing_algorithm)
        return {"Authorization": f"Bearer {self._keys.ring.sign_assertion(assertion, algorithm)}"}
