"""`/account/pick-up`: an API token that somebody made for me, and its secret, once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import Blueprint, request

from authserver.domain.api_tokens import Presentation, SubjectType
from authserver.domain.token_pick_ups import PICK_UP_PREFIX
from authserver.services.federated_arrivals import is_proved
from authserver.services.token_pick_ups import PATH, NoSuchPickUp, PickUpOver, PickUpResting
from authserver.web.account import act_of
from authserver.web.languages import gettext as _
from authserver.web.login import AGAIN
from authserver.web.page_refusals import PageRefusal
from authserver.web.rendering import render

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import SecretMaker
    from authserver.services.sessions import SignedIn
    from authserver.services.token_pick_ups import TokenPickUps
    from authserver.web.visits import Visits

FORM: Final = "pick-up"


class PickUpPages:
    """Shows a user what waits, and hands it out to whoever has just signed in."""

    def __init__(
        self, *, visits: Visits, pick_ups: TokenPickUps, secret_maker: SecretMaker
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._pick_ups = pick_ups
        self._secret_maker = secret_maker

    def arrive(self, ticket: str) -> Response:
        """GET with the ticket: put it into a cookie and go where no address shows it.

        Else it would be in the way back from the sign-in page, which is stored and logged.
        """
        if not self._secret_maker.looks_like(PICK_UP_PREFIX, ticket):
            raise _page(NoSuchPickUp())
        visit = self._visits.current()
        visit.cookies_to_set[self._visits.cookies.pick_up] = ticket
        return self._visits.redirect_to(PATH)

    def show(self) -> Response:
        """GET: what it is, and a button. Programs that follow links in mail change nothing."""
        signed_in = self._fresh()
        try:
            token = self._pick_ups.look(self._ticket(), signed_in.user.subject)
        except (NoSuchPickUp, PickUpOver, PickUpResting) as refusal:
            raise _page(refusal) from None
        return render("account_pick_up.html", here="pick-up", person=signed_in.user, token=token)

    def pick_up(self) -> Response:
        """POST: make the secret and show it, this once."""
        visit = self._visits.current()
        visit.check_csrf(FORM)
        signed_in = self._fresh()
        subject = signed_in.user.subject
        try:
            picked_up = self._pick_ups.pick_up(self._ticket(), subject, act_of(visit, subject))
        except (NoSuchPickUp, PickUpOver, PickUpResting) as refusal:
            raise _page(refusal) from None
        return render(
            "account_picked_up.html",
            here="pick-up",
            person=signed_in.user,
            token=picked_up.token,
            value=picked_up.value,
            basic_name=_basic_name(picked_up.token, signed_in),
            takes_bearer=Presentation.BEARER in picked_up.token.presentations,
        )

    def _ticket(self) -> str:
        return request.cookies.get(self._visits.cookies.pick_up, "")

    def _fresh(self) -> SignedIn:
        """Who is signed in, and proved it a short time ago; anybody else is asked to.

        Raises:
            HTTPException: the way to the sign-in page.
        """
        signed_in = self._visits.signed_in_or_login(PATH)
        if is_proved(signed_in.session, self._visits.current().call.at):
            return signed_in
        raise self._visits.sent_to(f"/login?{urlencode({'next': PATH, AGAIN: 'yes'})}")


def _basic_name(token: ApiToken, signed_in: SignedIn) -> str:
    """What stands beside the token in Basic; empty where it does not go there."""
    if Presentation.BASIC not in token.presentations:
        return ""
    is_service = token.subject_type is SubjectType.SERVICE
    return token.client_id if is_service else signed_in.user.username


def _page(refusal: NoSuchPickUp | PickUpOver | PickUpResting) -> PageRefusal:
    if isinstance(refusal, PickUpResting):
        return PageRefusal(
            403,
            _("Not now"),
            _("Your API tokens and apps are switched off at the moment."),
            _("Ask whoever runs this server. Then open the link again, or ask for a new one."),
        )
    if isinstance(refusal, NoSuchPickUp):
        return PageRefusal(
            404,
            _("Nothing to pick up"),
            _("There is no token for your account behind this link."),
            _(
                "If you have several accounts, sign out, open the link again and sign in with "
                "another."
            ),
        )
    if refusal.was_used:
        return PageRefusal(
            410,
            _("Already picked up"),
            _("This link works once, and it was used."),
            _(
                "If that was not you, tell whoever runs this server at once: they can revoke the "
                "token."
            ),
        )
    return PageRefusal(
        410,
        _("Too late"),
        _("This link does not work any more."),
        _("Ask whoever made the token for you to send a new one."),
    )


def pick_up_blueprint(pages: PickUpPages) -> Blueprint:
    """Serves /account/pick-up."""
    blueprint = Blueprint("pick_up", __name__)
    blueprint.add_url_rule(f"{PATH}/<ticket>", "arrive", pages.arrive, methods=["GET"])
    blueprint.add_url_rule(PATH, "show", pages.show, methods=["GET"])
    blueprint.add_url_rule(PATH, "pick_up", pages.pick_up, methods=["POST"])
    return blueprint
