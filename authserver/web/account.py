"""The account pages: who I am here, what I allowed, where I am signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, request

from authserver.domain.audit import Actor, ActorKind
from authserver.services.administration import Act
from authserver.web.rendering import render
from authserver.web.sign_in_words import sign_in_of
from authserver.web.user_agents import browser_in_words

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from authserver.services.consents import Consents
    from authserver.services.living import Living
    from authserver.services.session_origins import SessionOrigins
    from authserver.services.sessions import Sessions
    from authserver.services.users import Users
    from authserver.web.visits import Visit, Visits

AUTHORIZATIONS: Final = "/account/authorizations"
SESSIONS: Final = "/account/sessions"
DONE: Final = "?done=yes"


def act_of(visit: Visit, subject: str) -> Act:
    """What the signed-in user does by this request."""
    return Act(Actor(ActorKind.USER, subject), visit.call.request_id, visit.call.peer)


class AccountPages:
    """Shows a user what is known, and ends what the user wants ended."""

    def __init__(
        self,
        *,
        visits: Visits,
        users: Users,
        sessions: Sessions,
        consents: Consents,
        living: Living,
        origins: SessionOrigins,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._users = users
        self._sessions = sessions
        self._consents = consents
        self._living = living
        self._origins = origins

    def overview(self) -> Response:
        """GET /account."""
        signed_in = self._visits.signed_in_or_login("/account")
        session = signed_in.session
        providers = self._origins.providers([session])
        known = self._users.get(signed_in.user.subject)
        return render(
            "account.html",
            here="account",
            person=signed_in.user,
            groups=known.groups,
            session=session,
            how=sign_in_of(session, providers.get(session.session_id, "")),
            rests_at=self._living.rests_at(signed_in.user.subject),
        )

    def authorizations(self) -> Response:
        """GET /account/authorizations."""
        signed_in = self._visits.signed_in_or_login(AUTHORIZATIONS)
        return render(
            "account_authorizations.html",
            here="authorizations",
            person=signed_in.user,
            allowed=self._consents.list(signed_in.user.subject),
            done=bool(request.args.get("done")),
        )

    def revoke(self) -> AnyResponse:
        """POST /account/authorizations: take one back."""
        visit = self._visits.current()
        visit.check_csrf("revoke")
        signed_in = self._visits.signed_in_or_login(AUTHORIZATIONS)
        subject = signed_in.user.subject
        # What is gone already is gone: a second click is no mistake.
        self._consents.revoke(
            subject,
            request.form.get("client_id", ""),
            request.form.get("audience", ""),
            act_of(visit, subject),
        )
        return self._visits.redirect_to(AUTHORIZATIONS + DONE)

    def sessions(self) -> Response:
        """GET /account/sessions."""
        signed_in = self._visits.signed_in_or_login(SESSIONS)
        found = self._sessions.list(signed_in.user.subject)
        current = signed_in.session.session_id
        providers = self._origins.providers(found)
        return render(
            "account_sessions.html",
            here="sessions",
            person=signed_in.user,
            current=current,
            sessions=[
                (
                    each,
                    browser_in_words(each.user_agent),
                    sign_in_of(each, providers.get(each.session_id, "")),
                )
                for each in found
            ],
            others=any(each.session_id != current for each in found),
            done=bool(request.args.get("done")),
        )

    def end_session(self) -> AnyResponse:
        """POST /account/sessions: end one, or all others."""
        visit = self._visits.current()
        visit.check_csrf("end-session")
        signed_in = self._visits.signed_in_or_login(SESSIONS)
        subject, current = signed_in.user.subject, signed_in.session.session_id
        act = act_of(visit, subject)
        if request.form.get("others"):
            self._sessions.end_all(subject, keep=current, act=act)
            return self._visits.redirect_to(SESSIONS + DONE)
        wanted = request.form.get("session", "")
        # Only among the user's own: a foreign id, or one that ended already, does nothing.
        if wanted in {each.session_id for each in self._sessions.list(subject)}:
            self._sessions.end(wanted, act)
        if wanted == current:
            visit.end()
            return self._visits.redirect_to("/signed-out")
        return self._visits.redirect_to(SESSIONS + DONE)


def account_blueprint(pages: AccountPages) -> Blueprint:
    """Serves /account and the pages below it, but for the password's."""
    blueprint = Blueprint("account", __name__)
    for path, name, view, method in (
        ("/account", "overview", pages.overview, "GET"),
        (AUTHORIZATIONS, "authorizations", pages.authorizations, "GET"),
        (AUTHORIZATIONS, "revoke", pages.revoke, "POST"),
        (SESSIONS, "sessions", pages.sessions, "GET"),
        (SESSIONS, "end_session", pages.end_session, "POST"),
    ):
        blueprint.add_url_rule(path, name, view, methods=[method])
    return blueprint
