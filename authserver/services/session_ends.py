"""What the end of a session takes with it: grants bound to it, and clients are told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.audit import AuditEvent, Outcome
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.logout_deliveries import LogoutDelivery
from authserver.domain.tokens import latest_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.audit import Actor
    from authserver.domain.calls import Call
    from authserver.domain.grants import Grant
    from authserver.domain.ports import SecretMaker, Stores
    from authserver.domain.sessions import Session
    from authserver.services.grants import Grants

DELIVERY_SECONDS: Final = 3600.0
"""How long we try to tell a client of a logout."""


class SessionEnds:
    """Ends sessions inside somebody's transaction."""

    def __init__(self, *, grants: Grants, secret_maker: SecretMaker) -> None:
        """Take the collaborators; hold no state of its own."""
        self._grants = grants
        self._secret_maker = secret_maker

    def end_in(
        self,
        stores: Stores,
        actor: Actor,
        call: Call,
        *,
        session_id: str | None = None,
        subject: str | None = None,
        keep: str = "",
    ) -> Sequence[Session]:
        """End one session, or all of a user but `keep`; those that this call ended.

        Their session-bound grants end too, and every client that took part is put on the list of
        those to be told (OpenID Connect Back-Channel Logout section 2.4).
        """
        self._wait_for_grants(stores, session_id, subject, call.at)
        ended = stores.sessions.end(call.at, session_id=session_id, subject=subject, keep=keep)
        self._settle(stores, actor, call, ended, {})
        return ended

    def end_these_in(
        self,
        stores: Stores,
        actor: Actor,
        call: Call,
        sessions: Mapping[str, str],
        details: Mapping[str, object],
    ) -> Sequence[Session]:
        """End some sessions, of several users perhaps; those that this call ended.

        `sessions` has the users' subjects by `session_id`; `details` are put on record besides.
        """
        self.hold(stores, set(sessions.values()), call.at)
        return self.end_held_in(stores, actor, call, sessions, details)

    @staticmethod
    def hold(stores: Stores, subjects: Iterable[str], now: float) -> Mapping[str, Sequence[Grant]]:
        """Lock users, then their grants, which this returns: live ones, and whose tokens may be.

        All of them before the first end leads to the authority: after that nobody may wait.
        """
        ordered, since = sorted(subjects), now - latest_end(0.0)
        for subject in ordered:
            stores.users.get(subject)
        return {each: stores.grants.list(GrantFilter(subject=each), since) for each in ordered}

    def end_held_in(
        self,
        stores: Stores,
        actor: Actor,
        call: Call,
        sessions: Mapping[str, str],
        details: Mapping[str, object],
    ) -> Sequence[Session]:
        """`end_these_in` for who has called `hold` for all of their users."""
        ended = [
            session
            for session_id in sorted(sessions)
            for session in stores.sessions.end(call.at, session_id=session_id)
        ]
        self._settle(stores, actor, call, ended, details)
        return ended

    def _settle(
        self,
        stores: Stores,
        actor: Actor,
        call: Call,
        ended: Sequence[Session],
        details: Mapping[str, object],
    ) -> None:
        """What follows from the end of sessions."""
        for session in ended:
            self._announce(stores, session, call.at)
            wanted = GrantFilter(session_id=session.session_id, session_bound=True)
            self._grants.end_in(
                stores, wanted, GrantEnd.LOGOUT, actor=actor, call=call, now=call.at
            )
            stores.audit.add(
                AuditEvent(
                    at=call.at,
                    action="session.ended",
                    outcome=Outcome.SUCCESS,
                    actor=actor,
                    object_kind="session",
                    object_id=session.session_id,
                    request_id=call.request_id,
                    peer=call.peer,
                    details={"subject": session.subject, **details},
                )
            )

    @staticmethod
    def _wait_for_grants(
        stores: Stores, session_id: str | None, subject: str | None, now: float
    ) -> None:
        """Take the user's lock: a grant that is made this moment is there, or will not be made.

        And the grants' own: the end of the first one leads to the authority, after which nobody
        may wait for another grant.
        """
        if subject is None and session_id is not None:
            session = stores.sessions.get(session_id)
            subject = None if session is None else session.subject
        if subject is not None:
            stores.users.get(subject)
            stores.grants.list(GrantFilter(subject=subject), now)

    def _announce(self, stores: Stores, session: Session, now: float) -> None:
        """Put every client of the session on the list of those to be told.

        Whether and where a client wants to be told is looked up when it is: looking here would lock
        its row against everybody who signs out.
        """
        grants = stores.grants.list(GrantFilter(session_id=session.session_id), now)
        for client_id in sorted({grant.client_id for grant in grants}):
            stores.logout_deliveries.add(
                LogoutDelivery(
                    delivery_id=self._secret_maker.identifier(),
                    client_id=client_id,
                    uri="",
                    subject=session.subject,
                    session_id=session.session_id,
                    created_at=now,
                    next_attempt_at=now,
                    attempts=0,
                    expires_at=now + DELIVERY_SECONDS,
                )
            )
