"""The dispatcher: shows the next step of a request, or finishes it, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.authorization_answers import AuthorizationAnswer, target_of
from authserver.domain.authorization_requests import ANSWER_AGAIN_SECONDS
from authserver.domain.grants import GrantOrigin
from authserver.services.authorization_requests import NotOpen, NotOpenReason
from authserver.services.authorization_steps import Finish, Page, Refuse, next_step
from authserver.services.authorization_validation import may_answer_at
from authserver.services.reachable_acrs import reachable_acrs
from authserver.services.role_scopes import beyond_roles
from authserver.services.scope_ceilings import ceiling_of
from authserver.services.sessions import still_signed_in

if TYPE_CHECKING:
    from authserver.domain.authorization_requests import AuthorizationRequest
    from authserver.domain.calls import Call
    from authserver.domain.key_ports import SuccessorSealer
    from authserver.domain.ports import Database, Stores
    from authserver.services.authorization_requests import AuthorizationRequests, OpenRequest
    from authserver.services.authorization_steps import Step
    from authserver.services.granting import Granting
    from authserver.services.sessions import SignedIn

SEAL_CONTEXT: Final = "authorization answer "


class Dispatcher:
    """Leads a request to its end; knows the steps, which do not know each other."""

    def __init__(
        self,
        *,
        issuer: str,
        database: Database,
        requests: AuthorizationRequests,
        granting: Granting,
        sealer: SuccessorSealer,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._issuer = issuer
        self._database = database
        self._requests = requests
        self._granting = granting
        self._sealer = sealer

    def advance(
        self, request_id: str, browser: str, signed_in: SignedIn | None, call: Call
    ) -> Page | AuthorizationAnswer:
        """The page to show next, or the answer for the client.

        The answer is made once. The browser that has it gets the same one again for a while: a
        double click, a lost page or the back button must not end in an error.

        Raises:
            NotOpen: the request cannot go on.
            StorageUnavailable: nothing was done.
        """
        with self._database.reading() as stores:
            found = self._answered(stores, request_id, browser, call)
            if found is not None:
                return found
            opened = self._requests.open_in(stores, request_id, browser, call.at)
            step = _step(stores, opened, signed_in, call)
        if isinstance(step, Page):
            return step
        with self._database.writing() as stores:
            # All of it again, now that nobody else can change it.
            found = self._answered(stores, request_id, browser, call)
            if found is not None:
                return found
            opened = self._requests.open_in(
                stores, request_id, browser, call.at, client=opened.client
            )
            still = None if signed_in is None else still_signed_in(stores, signed_in, call.at)
            step = _step(stores, opened, still, call)
            if isinstance(step, Page):
                return step
            answer = self._answer(stores, opened, step, still, call)
            self._keep(stores, opened.request, answer, browser, call)
            return answer

    def _answered(
        self, stores: Stores, request_id: str, browser: str, call: Call
    ) -> AuthorizationAnswer | None:
        """The answer that was given a moment ago; `None` while there is none."""
        request = self._requests.found_in(stores, request_id, browser)
        if request.finished_at is None:
            return None
        if call.at < request.finished_at + ANSWER_AGAIN_SECONDS:
            text = self._sealer.open(
                request.sealed_answer, under=browser, context=SEAL_CONTEXT + request_id
            )
            if text is not None:
                return AuthorizationAnswer.from_text(text)
        raise NotOpen(NotOpenReason.FINISHED, request)

    def _answer(
        self,
        stores: Stores,
        opened: OpenRequest,
        step: Finish | Refuse,
        signed_in: SignedIn | None,
        call: Call,
    ) -> AuthorizationAnswer:
        parameters = opened.request.parameters
        if not may_answer_at(opened.client, parameters.redirect_uri):
            # It was taken from the client meanwhile: nobody can be told.
            raise NotOpen(NotOpenReason.EXPIRED, opened.request)
        target = target_of(parameters, self._issuer)
        if isinstance(step, Refuse):
            return target.with_error(step.error, step.description)
        assert signed_in is not None  # noqa: S101 - nothing finishes without a user
        return target.with_code(self._code(stores, opened, signed_in, call))

    def _keep(
        self,
        stores: Stores,
        request: AuthorizationRequest,
        answer: AuthorizationAnswer,
        browser: str,
        call: Call,
    ) -> None:
        """Mark the request as answered, with the answer for this browser's eyes alone."""
        sealed = self._sealer.seal(
            answer.to_text(), under=browser, context=SEAL_CONTEXT + request.request_id
        )
        if not stores.authorization_requests.finish(
            request.request_id, at=call.at, sealed_answer=sealed
        ):
            # It was locked, so this cannot be; if it is, the other answer counts.
            raise NotOpen(NotOpenReason.FINISHED, request)

    def _code(self, stores: Stores, opened: OpenRequest, signed_in: SignedIn, call: Call) -> str:
        wanted = opened.request.parameters
        grant = self._granting.grant(
            stores,
            client=opened.client,
            subject=signed_in.user.subject,
            audience=wanted.audience,
            resource=wanted.resource,
            scopes=wanted.scopes,
            origin=GrantOrigin.CODE,
            session=signed_in.session,
            nonce=wanted.nonce,
            claims=wanted.claims,
            call=call,
            details=wanted.details,
        )
        return self._granting.code(
            stores,
            grant,
            redirect_uri=wanted.redirect_uri,
            code_challenge=wanted.code_challenge,
            now=call.at,
        )


def _step(stores: Stores, opened: OpenRequest, signed_in: SignedIn | None, call: Call) -> Step:
    wanted = opened.request.parameters
    consent, ceiling, too_far = None, None, frozenset[str]()
    if signed_in is not None:
        subject = signed_in.user.subject
        consent = stores.consents.get(subject, wanted.client_id, wanted.audience)
        ceiling = ceiling_of(stores, subject)
        too_far = beyond_roles(stores, subject, wanted.scopes)
    return next_step(
        opened.request,
        opened.client,
        signed_in,
        consent,
        call.at,
        reachable=reachable_acrs(stores, wanted),
        ceiling=ceiling,
        beyond_roles=too_far,
    )
