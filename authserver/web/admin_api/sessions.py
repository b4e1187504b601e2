"""`/sessions`: who is signed in where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import NotFound
from authserver.domain.searches import SessionSearch, SessionSort
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.sessions import (
    Ended,
    SessionPage,
    SessionQuery,
    SessionShown,
    session_shown,
)
from authserver.web.admin_api.pieces import pieces_of
from authserver.web.admin_api.user_support import READ, WRITE
from authserver.web.admin_api.users import ONE as USER

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

ONE: Final = "/sessions/{session_id}"


def list_sessions(asked: Asked[NothingSaid, SessionQuery]) -> Answered:
    """One page of them."""
    query, services = asked.query, asked.services
    wanted = SessionSearch(
        subject=services.long_lists.meant("user", query.user),
        live_at=services.clock.now() if query.live else None,
    )
    items, following = pieces_of(
        asked, SessionSort, lambda sort, piece: services.long_lists.sessions(wanted, sort, piece)
    )
    shown = [session_shown(each) for each in items]
    return Answered(SessionPage(items=shown, next_cursor=following))


def show_session(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """One of them, an ended one too."""
    session_id = asked.path["session_id"]
    found = asked.services.sessions.get(session_id)
    if found is None:
        raise NotFound("session", session_id)
    return Answered(session_shown(found))


def end_session(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """End one."""
    session_id = asked.path["session_id"]
    if not asked.services.sessions.end(session_id, asked.act):
        raise NotFound("live session", session_id)
    return Answered()


def end_sessions_of_user(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """End all that a user has."""
    subject = asked.services.users.get(asked.path["subject"]).user.subject
    ended = asked.services.sessions.end_all(subject, act=asked.act)
    return Answered(Ended(ended=[each.session_id for each in ended]))


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/sessions", "listSessions", "List sessions", READ, list_sessions),
        query=SessionQuery,
        answer=SessionPage,
    ),
    Endpoint(
        *("GET", ONE, "showSession", "Show a session", READ, show_session),
        answer=SessionShown,
    ),
    Endpoint(
        *("DELETE", ONE, "endSession", "End a session", WRITE, end_session),
        about="Its user has to sign in again, and apps bound to it lose their tokens.",
        status=204,
    ),
    Endpoint(
        *("POST", f"{USER}/end-sessions", "endSessionsOfUser", "End all sessions of a user"),
        *(WRITE, end_sessions_of_user),
        answer=Ended,
    ),
)
