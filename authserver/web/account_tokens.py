"""`/account/tokens`: the user's own API tokens."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from flask import Blueprint, request

from authserver.domain.api_tokens import SubjectType
from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.services.api_token_drafts import TokenRefused
from authserver.web.account import act_of
from authserver.web.core_words import refusal_words
from authserver.web.fresh_sign_ins import fresh_or_login
from authserver.web.languages import gettext as _
from authserver.web.page_refusals import PageRefusal
from authserver.web.rendering import render
from authserver.web.token_snippets import snippets_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Clock
    from authserver.domain.resources import ProtectedResource
    from authserver.services.api_token_drafts import MadeApiToken
    from authserver.services.consent_questions import ConsentQuestions
    from authserver.services.own_api_tokens import OwnApiTokens
    from authserver.services.sessions import SignedIn
    from authserver.web.sent_forms import Claim, SentForms
    from authserver.web.visits import Visits

TOKENS: Final = "/account/tokens"
ROTATE, REVOKE = "rotate-token", "revoke-token"
OVERLAPS: Final = (0, 3600, 86_400, 7 * 86_400)
USUAL_OVERLAP: Final = 86_400
"""Seconds: a day to change a program over."""


class TokenPages:
    """Lists a user's tokens, shows one, rotates and revokes; others are not there."""

    def __init__(
        self,
        *,
        visits: Visits,
        tokens: OwnApiTokens,
        scopes: ConsentQuestions,
        sites: Callable[[], Sequence[ProtectedResource]],
        clock: Clock,
        sent_forms: SentForms,
    ) -> None:
        """Take the collaborators; `sites` are all that are registered."""
        self._visits = visits
        self._tokens = tokens
        self._scopes = scopes
        self._sites = sites
        self._clock = clock
        self._sent_forms = sent_forms

    def list(self) -> Response:
        """GET /account/tokens."""
        signed_in = self._visits.signed_in_or_login(TOKENS)
        subject = signed_in.user.subject
        return render(
            "account_tokens.html",
            here="tokens",
            person=signed_in.user,
            tokens=self._tokens.list(subject),
            making=self._tokens.making(subject),
            done=request.args.get("done", ""),
        )

    def show(self, token_id: str) -> Response:
        """GET /account/tokens/<id>."""
        signed_in = self._visits.signed_in_or_login(f"{TOKENS}/{token_id}")
        token = self._own(signed_in, token_id)
        return render(
            "account_token.html",
            here="tokens",
            person=signed_in.user,
            token=token,
            groups=self._scopes.groups(token.scopes),
            is_live=token.is_live(self._clock.now()),
            may_rotate=self._may_rotate(token),
        )

    def ask_rotation(self, token_id: str) -> Response:
        """GET /account/tokens/<id>/rotate."""
        signed_in = fresh_or_login(self._visits, f"{TOKENS}/{token_id}/rotate")
        return self._rotation(signed_in, self._own(signed_in, token_id))

    def rotate(self, token_id: str) -> AnyResponse:
        """POST the same: the new secret, once."""
        self._visits.current().check_csrf(ROTATE)
        signed_in = fresh_or_login(self._visits, f"{TOKENS}/{token_id}/rotate")
        token = self._own(signed_in, token_id)
        return self._sent_forms.once(
            ROTATE, signed_in.user.subject, lambda claim: self._rotate(signed_in, token, claim)
        )

    def _rotate(self, signed_in: SignedIn, token: ApiToken, claim: Claim | None) -> Response:
        subject = signed_in.user.subject
        act = replace(act_of(self._visits.current(), subject), beside=claim)
        try:
            made = self._tokens.rotate(subject, token.token_id, act, overlap_seconds=_overlap())
        except TokenRefused as refusal:
            return self._rotation(signed_in, token, str(refusal), 403)
        except (Conflict, InvalidField) as refusal:
            return self._rotation(signed_in, token, refusal_words(refusal), 409)
        except NotFound:
            raise nothing_here() from None
        return self.made(signed_in, made)

    def ask_revocation(self, token_id: str) -> Response:
        """GET /account/tokens/<id>/revoke."""
        signed_in = fresh_or_login(self._visits, f"{TOKENS}/{token_id}/revoke")
        return render(
            "account_token_revoke.html",
            here="tokens",
            person=signed_in.user,
            token=self._own(signed_in, token_id),
        )

    def revoke(self, token_id: str) -> AnyResponse:
        """POST the same."""
        visit = self._visits.current()
        visit.check_csrf(REVOKE)
        signed_in = fresh_or_login(self._visits, f"{TOKENS}/{token_id}/revoke")
        subject = signed_in.user.subject
        try:
            self._tokens.revoke(subject, token_id, act_of(visit, subject))
        except NotFound:
            raise nothing_here() from None
        return self._visits.redirect_to(f"{TOKENS}?done=revoked")

    def made(self, signed_in: SignedIn, made: MadeApiToken) -> Response:
        """The page with the secret of a new token: this once."""
        token = made.token
        site = next((each for each in self._sites() if each.name in token.resources), None)
        name = signed_in.user.username
        return render(
            "account_token_made.html",
            here="tokens",
            person=signed_in.user,
            token=token,
            value=made.value,
            old_ends_at=made.old_ends_at,
            now=self._clock.now(),
            snippets=() if site is None else snippets_of(token, name, site),
        )

    def _own(self, signed_in: SignedIn, token_id: str) -> ApiToken:
        try:
            return self._tokens.get(signed_in.user.subject, token_id)
        except NotFound:
            raise nothing_here() from None

    def _may_rotate(self, token: ApiToken) -> bool:
        is_users = token.subject_type is SubjectType.USER
        return is_users and not token.successor_id and token.is_live(self._clock.now())

    def _rotation(
        self, signed_in: SignedIn, token: ApiToken, wrong: str = "", status: int = 200
    ) -> Response:
        if not wrong and not self._may_rotate(token):
            raise PageRefusal(
                409,
                _("Nothing to rotate"),
                _("This token has ended, was rotated already, or belongs to a service."),
                _("Make a new one instead."),
            )
        return render(
            "account_token_rotate.html",
            status=status,
            here="tokens",
            person=signed_in.user,
            token=token,
            wrong=wrong,
            overlaps=OVERLAPS,
            usual=USUAL_OVERLAP,
        )


def nothing_here() -> PageRefusal:
    """One page for what is not there and what is somebody else's."""
    return PageRefusal(
        404,
        _("No such token"),
        _("You have no API token at this address."),
        _("Your list shows those that you have."),
    )


def _overlap() -> int:
    """Seconds. What is none of the choices is the usual."""
    sent = request.form.get("overlap", "")
    return next((each for each in OVERLAPS if str(each) == sent), USUAL_OVERLAP)


def tokens_blueprint(pages: TokenPages) -> Blueprint:
    """Serves /account/tokens and what is below it, but for making new ones."""
    blueprint = Blueprint("account_tokens", __name__)
    one = f"{TOKENS}/<token_id>"
    for path, name, view, method in (
        (TOKENS, "list", pages.list, "GET"),
        (one, "show", pages.show, "GET"),
        (f"{one}/rotate", "ask_rotation", pages.ask_rotation, "GET"),
        (f"{one}/rotate", "rotate", pages.rotate, "POST"),
        (f"{one}/revoke", "ask_revocation", pages.ask_revocation, "GET"),
        (f"{one}/revoke", "revoke", pages.revoke, "POST"),
    ):
        blueprint.add_url_rule(path, name, view, methods=[method])
    return blueprint
