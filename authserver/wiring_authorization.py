"""Authorization requests, consents and pushed requests, wired."""

from __future__ import annotations

from functools import cached_property

from authserver.services.audiences import Audiences
from authserver.services.authorization_dispatch import Dispatcher
from authserver.services.authorization_front import AuthorizationFront
from authserver.services.authorization_requests import AuthorizationRequests
from authserver.services.authorization_user_answers import UserAnswers
from authserver.services.authorization_validation import AuthorizationValidation
from authserver.services.consent_questions import ConsentQuestions
from authserver.services.consents import Consents
from authserver.services.requested_details import RequestedDetails
from authserver.wiring_upstream_ends import UpstreamEndParts


class AuthorizationParts(UpstreamEndParts):
    """The part of a container that asks users on behalf of clients."""

    @cached_property
    def audiences(self) -> Audiences:
        """What a grant of a user is for."""
        return Audiences(
            issuer=self.settings.issuer,
            directory=self.directory,
            scopes_of_kind=self.scopes_of_kind,
        )

    @cached_property
    def authorization_requests(self) -> AuthorizationRequests:
        """Requests under way, for pages that ask something for one."""
        return AuthorizationRequests(
            database=self.database, digester=self.digester, secret_maker=self.secret_maker
        )

    @cached_property
    def requested_details(self) -> RequestedDetails:
        """What clients ask to be limited to."""
        return RequestedDetails(lambda: self.catalogue.operations)

    @cached_property
    def authorization_front(self) -> AuthorizationFront:
        """Takes requests in."""
        validation = AuthorizationValidation(
            issuer=self.settings.issuer,
            directory=self.directory,
            audiences=self.audiences,
            keys=self.keys,
            details=self.requested_details,
        )
        return AuthorizationFront(
            database=self.database, validation=validation, requests=self.authorization_requests
        )

    @cached_property
    def consent_questions(self) -> ConsentQuestions:
        """Puts scopes into words."""
        return ConsentQuestions(catalogue=self.catalogue.scopes, refresh_times=self.refresh_times)

    @cached_property
    def consents(self) -> Consents:
        """What users have allowed."""
        return Consents(
            issuer=self.settings.issuer,
            administration=self.administration,
            grants=self.grants,
            questions=self.consent_questions,
        )

    @cached_property
    def user_answers(self) -> UserAnswers:
        """Takes down what users answer on the way."""
        return UserAnswers(
            database=self.database,
            requests=self.authorization_requests,
            consents=self.consents,
        )

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """Leads requests to their end."""
        return Dispatcher(
            issuer=self.settings.issuer,
            database=self.database,
            requests=self.authorization_requests,
            granting=self.granting,
            sealer=self.successor_sealer,
        )
