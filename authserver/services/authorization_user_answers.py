"""The user's answers on the way: which account, allowed or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services.authorization_steps import Page, next_step, scopes_to_allow
from authserver.services.consents import Answered
from authserver.services.reachable_acrs import reachable_acrs
from authserver.services.role_scopes import beyond_roles
from authserver.services.scope_ceilings import ceiling_of
from authserver.services.sessions import still_signed_in

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.ports import Database, Stores
    from authserver.services.authorization_requests import AuthorizationRequests, OpenRequest
    from authserver.services.consent_questions import ConsentQuestion
    from authserver.services.consents import Consents
    from authserver.services.sessions import SignedIn


class UserAnswers:
    """Takes the user's answers down; each counts once, and only while it is asked for."""

    def __init__(
        self, *, database: Database, requests: AuthorizationRequests, consents: Consents
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._requests = requests
        self._consents = consents

    def waiting_for(
        self, page: Page, request_id: str, browser: str, signed_in: SignedIn, call: Call
    ) -> OpenRequest | None:
        """The request, when `page` is its next step.

        Raises:
            NotOpen: the request cannot go on.
            StorageUnavailable: nobody can tell now.
        """
        with self._database.reading() as stores:
            opened = self._requests.open_in(stores, request_id, browser, call.at)
            return opened if _is_next(stores, page, opened, signed_in, call) else None

    def question(self, opened: OpenRequest, signed_in: SignedIn) -> ConsentQuestion:
        """What the consent page asks of this user."""
        wanted = opened.request.parameters
        remembered = self._consents.remembered(
            signed_in.user.subject, wanted.client_id, wanted.audience
        )
        return self._consents.question(
            opened.client,
            wanted.audience,
            wanted.resource,
            scopes_to_allow(wanted),
            remembered,
            details=wanted.details,
        )

    def allow(self, request_id: str, browser: str, signed_in: SignedIn, call: Call) -> None:
        """The user allows what the stored request asks for; without effect when that is not asked.

        Raises:
            NotOpen: the request cannot go on.
            StorageUnavailable: nothing was changed.
        """
        with self._database.writing() as stores:
            opened = self._requests.open_in(stores, request_id, browser, call.at)
            still = still_signed_in(stores, signed_in, call.at)
            if still is None or not _is_next(stores, Page.CONSENT, opened, still, call):
                return
            wanted = opened.request.parameters
            scopes = scopes_to_allow(wanted)
            subject = still.user.subject
            if stores.authorization_requests.note_consent(
                request_id, subject=subject, scopes=scopes, at=call.at
            ):
                self._consents.allow_in(
                    stores,
                    subject,
                    wanted.client_id,
                    wanted.audience,
                    scopes,
                    call.at,
                    call=call,
                    details=wanted.details,
                )

    def deny(self, request_id: str, browser: str, signed_in: SignedIn, call: Call) -> None:
        """The user refuses; without effect when it is not asked for.

        Raises:
            NotOpen: the request cannot go on.
            StorageUnavailable: nothing was changed.
        """
        with self._database.writing() as stores:
            opened = self._requests.open_in(stores, request_id, browser, call.at)
            if not _is_next(stores, Page.CONSENT, opened, signed_in, call):
                return
            if stores.authorization_requests.note_denial(request_id, at=call.at):
                wanted = opened.request.parameters
                scopes = scopes_to_allow(wanted)
                self._consents.deny_in(
                    stores,
                    Answered(
                        signed_in.user.subject,
                        wanted.client_id,
                        wanted.audience,
                        scopes,
                        call.at,
                        call,
                    ),
                )

    def choose_account(
        self, request_id: str, browser: str, signed_in: SignedIn, call: Call
    ) -> None:
        """The user goes on as who is signed in; without effect when that is not asked.

        Raises:
            NotOpen: the request cannot go on.
            StorageUnavailable: nothing was changed.
        """
        with self._database.writing() as stores:
            opened = self._requests.open_in(stores, request_id, browser, call.at)
            if _is_next(stores, Page.SELECT_ACCOUNT, opened, signed_in, call):
                stores.authorization_requests.note_choice(request_id, account_chosen_at=call.at)


def _is_next(
    stores: Stores, page: Page, opened: OpenRequest, signed_in: SignedIn, call: Call
) -> bool:
    """Whether the page is what the dispatcher would show now."""
    wanted = opened.request.parameters
    subject = signed_in.user.subject
    step = next_step(
        opened.request,
        opened.client,
        signed_in,
        stores.consents.get(subject, wanted.client_id, wanted.audience),
        call.at,
        reachable=reachable_acrs(stores, wanted),
        ceiling=ceiling_of(stores, subject),
        beyond_roles=beyond_roles(stores, subject, wanted.scopes),
    )
    return step is page
