"""What the pages that ask something for an authorization request share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, NoReturn

from flask import request

from authserver.services.authorization_requests import NotOpen
from authserver.web.authorization_refusals import stopped, without_cookies
from authserver.web.languages import prefer
from authserver.web.onward import Onward

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.services.authorization_requests import OpenRequest
    from authserver.services.authorization_steps import Page
    from authserver.services.authorization_user_answers import UserAnswers
    from authserver.services.sessions import SignedIn
    from authserver.web.visits import Visits


class Waiting(NamedTuple):
    """A request that waits for just this page, and the user that it asks."""

    request_id: str
    opened: OpenRequest
    signed_in: SignedIn


class Answer(NamedTuple):
    """Who answers which request, out of a form whose token is good."""

    request_id: str
    browser: str
    signed_in: SignedIn


class StepPages:
    """Opens a step for the browser that it belongs to; everybody else goes to the dispatcher."""

    def __init__(self, visits: Visits, answers: UserAnswers) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._answers = answers

    def waiting(self, page: Page) -> Waiting:
        """The request that `page` is the next step of.

        Raises:
            HTTPException: the way back to the dispatcher, which knows what is.
            PageRefusal: there is no way back: no cookie, or no request of this browser.
        """
        visit = self._visits.current()
        if not visit.came_with_browser:
            raise without_cookies()
        onward = Onward.read(request.args)
        signed_in = visit.signed_in
        if signed_in is None:
            self.go_back(onward)
        try:
            opened = self._answers.waiting_for(
                page, onward.request_id, visit.browser, signed_in, visit.call
            )
        except NotOpen as error:
            self.lead_back(error)
        if opened is None:
            self.go_back(onward)
        prefer(opened.request.parameters.ui_locales)
        return Waiting(onward.request_id, opened, signed_in)

    def answer(self, form: str) -> Answer:
        """What was posted by the form of this name.

        Raises:
            PageRefusal: the form's token is missing or another's.
            HTTPException: the way back to the dispatcher: nobody is signed in.
        """
        visit = self._visits.current()
        visit.check_csrf(form)
        onward = Onward.read(request.form)
        if visit.signed_in is None:
            self.go_back(onward)
        return Answer(onward.request_id, visit.browser, visit.signed_in)

    def lead_back(self, error: NotOpen) -> NoReturn:
        """Let the dispatcher say that a request is over, or give its answer once more."""
        if error.request is None:
            raise stopped(error) from None
        self.go_back(Onward(error.request.request_id, ""))

    def go_back(self, onward: Onward | Mapping[str, str]) -> NoReturn:
        """End this request with the way on."""
        known = onward if isinstance(onward, Onward) else Onward.read(onward)
        raise self._visits.sent_to(known.target)
