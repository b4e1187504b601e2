"""Sessions: the `SessionStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, case, insert, select, update

from authserver.storage.digests import among
from authserver.storage.json_texts import coded
from authserver.storage.locked_rows import is_among
from authserver.storage.rows.sessions import sessions
from authserver.storage.session_pages import SessionPages, session_from
from authserver.storage.store import of_issuer
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.people_ports import Digests
    from authserver.domain.sessions import Session

_COLUMNS = sessions.c
_GET: Final = select(sessions).where(
    of_issuer(sessions), _COLUMNS.session_id == bindparam("own_session")
)


class SessionRows(SessionPages):
    """The sessions of one transaction."""

    def add(self, session: Session) -> None:
        """Insert."""
        self._connection.execute(
            insert(sessions).values(
                issuer_id=self._issuer_id,
                session_id=session.session_id,
                subject=session.subject,
                ended_at=session.ended_at,
                **_own_values(session),
            )
        )

    def find(self, digests: Digests) -> Session | None:
        """By the cookie's digest, ended ones included; locked until the end when writing."""
        row = self._connection.execute(
            self._transaction.for_change(
                select(sessions).where(
                    self._mine(sessions), among(digests, _COLUMNS.digest, _COLUMNS.pepper_id)
                )
            )
        ).one_or_none()
        return None if row is None else session_from(row)

    def get(self, session_id: str) -> Session | None:
        """By `sid`, ended ones included. Not locked: whose it is has to be known first."""
        if not is_storable(session_id):
            return None
        row = self._connection.execute(_GET, self._own(own_session=session_id)).one_or_none()
        return None if row is None else session_from(row)

    def renew(self, session: Session) -> bool:
        """Replace digest, times, acr and amr of a live session; False when it has ended.

        Also False for another user's: a session never changes hands.
        """
        renewed = self._connection.execute(
            update(sessions)
            .where(
                self._mine(sessions),
                _COLUMNS.session_id == session.session_id,
                _COLUMNS.subject == session.subject,
                _COLUMNS.ended_at.is_(None),
            )
            .values(**_own_values(session))
        )
        return renewed.rowcount == 1

    def note_seen(self, session_id: str, at: float, peer: str) -> None:
        """Move the idle end; never back, and not of a session that has ended."""
        self._connection.execute(
            update(sessions)
            .where(
                self._mine(sessions),
                _COLUMNS.session_id == session_id,
                _COLUMNS.ended_at.is_(None),
                _COLUMNS.last_seen_at < at,
            )
            .values(last_seen_at=at, peer=peer)
        )

    def list(self, subject: str, now: float) -> Sequence[Session]:
        """Live sessions of a user, newest first."""
        if not is_storable(subject):
            return []
        rows = self._connection.execute(
            select(sessions).where(
                self._mine(sessions),
                _COLUMNS.subject == subject,
                _COLUMNS.ended_at.is_(None),
                _COLUMNS.valid_until > now,
            )
        )
        live = (each for each in map(session_from, rows) if each.is_live(now))
        return sorted(live, key=lambda each: (-each.created_at, each.session_id))

    def end(
        self,
        now: float,
        *,
        session_id: str | None = None,
        subject: str | None = None,
        keep: str = "",
    ) -> Sequence[Session]:
        """End one session, or all of a user but `keep`; those that this call ended.

        One that has expired without being ended counts: what is bound to it has to end too.
        """
        if session_id is None and subject is None:
            raise ValueError("whose sessions?")
        if not (is_storable(session_id or "") and is_storable(subject or "")):
            return []
        chosen = [_COLUMNS.session_id != keep]
        if session_id is not None:
            chosen.append(_COLUMNS.session_id == session_id)
        if subject is not None:
            chosen.append(_COLUMNS.subject == subject)
        # Locked in one order for everybody: two who end the same sessions must not cross.
        doomed = (
            select(_COLUMNS.session_id)
            .where(self._mine(sessions), _COLUMNS.ended_at.is_(None), *chosen)
            .order_by(_COLUMNS.session_id)
            .with_for_update(key_share=True)
            .cte("doomed")
        )
        ended = self._connection.execute(
            update(sessions)
            .where(
                self._mine(sessions),
                is_among(self._connection, _COLUMNS.session_id, doomed),
                _COLUMNS.ended_at.is_(None),
            )
            .values(
                ended_at=now,
                expires_at=case((_COLUMNS.expires_at < now, _COLUMNS.expires_at), else_=now),
            )
            .returning(*_COLUMNS)
        ).all()
        return sorted(map(session_from, ended), key=lambda each: each.session_id)


def _own_values(session: Session) -> dict[str, Any]:
    return {
        "digest": session.digest,
        "pepper_id": session.pepper_id,
        "auth_time": session.auth_time,
        "acr": session.acr,
        "amr": coded(session.amr),
        "created_at": session.created_at,
        "last_seen_at": session.last_seen_at,
        "idle_seconds": session.idle_seconds,
        "valid_until": session.expires_at,
        "expires_at": session.expires_at,
        "peer": session.peer,
        "user_agent": session.user_agent,
    }
