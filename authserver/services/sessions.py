"""Sessions: who is signed in at which browser, read from the database each time."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.authority import ChangeKind
from authserver.domain.errors import DomainError, StorageUnavailable
from authserver.domain.sessions import (
    ADMINISTRATOR_IDLE_SECONDS,
    ADMINISTRATOR_SECONDS,
    SESSION_PURPOSE,
    Session,
)
from authserver.services.administrators import guard_other, may_administer
from authserver.services.living import Living

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.calls import Call
    from authserver.domain.ports import SecretDigester, SecretMaker, Stores
    from authserver.domain.users import User
    from authserver.services.administration import Act, Administration
    from authserver.services.session_ends import SessionEnds

log = logging.getLogger(__name__)

COOKIE_PREFIX: Final = "se"
SEEN_SECONDS: Final = 60.0
"""How coarse the idle end is: a write at most so often, however much is clicked."""
USER_AGENT_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session and its enabled user."""

    session: Session
    user: User
    must_prove: bool = False
    """Whether whoever administers was away too long: first they prove to be who they are."""


@dataclass(frozen=True, slots=True)
class StartedSession:
    """A session at the one moment its cookie's value exists.

    `lost_at` is when (seconds since the epoch) something was taken from the user by this sign-in,
    `None` when nothing was: access tokens of that second, and of all before, count no more.
    """

    session: Session
    cookie: str = field(repr=False)
    lost_at: float | None = None


class SignedOut(DomainError):
    """The session or its user ended while something was done in it."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("the session ended in the meantime")


def still_signed_in(stores: Stores, signed_in: SignedIn, now: float) -> SignedIn | None:
    """Who is signed in, unless session or user ended since the request came in.

    Takes the lock of the user: whoever takes a consent back, or stops the user, waits for the
    grant and ends it, too.
    """
    user = stores.users.get(signed_in.user.subject)
    session = stores.sessions.get(signed_in.session.session_id)
    if user is None or not user.is_enabled or session is None or not session.is_live(now):
        return None
    return SignedIn(session, user)


def hold_users(stores: Stores, subject: str, previous: Session | None) -> None:
    """Lock who signs in, and whose session in that browser ends by it.

    For callers of `Sessions.begin`: in the order of everybody who locks several users.
    """
    subjects = {subject} if previous is None else {subject, previous.subject}
    for each in sorted(subjects):
        stores.users.get(each)


class Sessions:
    """Begins, finds and ends sessions. Nothing is remembered: what ended is over everywhere."""

    def __init__(
        self,
        *,
        administration: Administration,
        digester: SecretDigester,
        secret_maker: SecretMaker,
        ends: SessionEnds,
        idle_seconds: int,
        absolute_seconds: int,
    ) -> None:
        """Take the collaborators; the two times say how long a session lasts."""
        self._administration = administration
        self._digester = digester
        self._secret_maker = secret_maker
        self._ends = ends
        self._idle_seconds = idle_seconds
        self._absolute_seconds = absolute_seconds

    def find(self, cookie: str, call: Call) -> SignedIn | None:
        """Who the browser with this cookie is signed in as; moves the idle end now and then.

        It does not move for whoever must prove to be themselves first.

        Raises:
            StorageUnavailable: nobody can tell now.
        """
        if not self._secret_maker.looks_like(COOKIE_PREFIX, cookie):
            return None
        with self._administration.database.reading() as stores:
            session = stores.sessions.find(self._digests(cookie))
            if session is None or not session.is_live(call.at):
                return None
            user = stores.users.get(session.subject)
            if user is None or not user.is_enabled:
                return None
            # Asked last: hardly ever is somebody away for so long.
            must_prove = self._is_long(session, call.at) and may_administer(stores, user)
        if must_prove:
            return SignedIn(session, user, must_prove=True)
        if call.at >= session.last_seen_at + SEEN_SECONDS:
            session = self._seen(session, call)
        return SignedIn(session, user)

    def begin(
        self,
        stores: Stores,
        user: User,
        *,
        acr: str,
        amr: Sequence[str],
        previous: Session | None,
        call: Call,
        user_agent: str,
        cookie: str = "",
        auth_time: float | None = None,
        provider: str = "",
    ) -> StartedSession:
        """Sign a user in, inside the caller's transaction: always with a new cookie.

        `previous` is the browser's session until now: the same user's goes on under its
        `session_id`, anybody else's ends. `cookie` is the new cookie where the caller has made it;
        when the user's session has it already, this is the same act done twice and changes nothing.
        Whoever slept is awake: callers that lock the user lock its identities before that, and call
        `wait_out` when they have committed.
        `auth_time` is when the user proved to be the user, where that was not now, and `provider`
        the identity provider that says so.
        """
        same = stores.sessions.find(self._digests(cookie)) if cookie else None
        if same is not None and same.is_live(call.at) and same.subject == user.subject:
            return StartedSession(same, cookie)
        if not cookie or same is not None:
            cookie = self._secret_maker.secret(COOKIE_PREFIX)
        pepper_id = self._digester.current_pepper
        fresh = Session(
            session_id=self._secret_maker.identifier(),
            subject=user.subject,
            digest=self._digester.digest(SESSION_PURPOSE, cookie, pepper_id),
            pepper_id=pepper_id,
            auth_time=call.at if auth_time is None else auth_time,
            acr=acr,
            amr=tuple(amr),
            created_at=call.at,
            last_seen_at=call.at,
            idle_seconds=self._idle_seconds,
            expires_at=call.at + self._absolute_seconds,
            peer=call.peer,
            user_agent=_shown(user_agent),
        )
        actor = Actor(ActorKind.USER, user.subject)
        now = self._administration.clock.now()
        # Before anything ends: that leads to the authority, after which nobody may wait.
        changes = Living.wake_in(stores, user.subject, call, provider=provider, now=now)
        session = fresh
        if previous is not None and previous.subject == user.subject:
            renewed = replace(fresh, session_id=previous.session_id, created_at=previous.created_at)
            session = renewed if stores.sessions.renew(renewed) else fresh
        elif previous is not None:
            self._ends.end_in(stores, actor, call, session_id=previous.session_id)
        if session is fresh:
            stores.sessions.add(fresh)
        stores.audit.add(
            AuditEvent(
                at=call.at,
                action="session.started" if session is fresh else "session.renewed",
                outcome=Outcome.SUCCESS,
                actor=actor,
                object_kind="session",
                object_id=session.session_id,
                request_id=call.request_id,
                peer=call.peer,
                details={
                    "acr": acr,
                    "amr": list(amr),
                    "user_agent": session.user_agent,
                    **({"provider": provider} if provider else {}),
                },
            )
        )
        if changes:
            stores.authority.advance(changes)
        takes = any(each.kind is ChangeKind.SUBJECT for each in changes)
        return StartedSession(session, cookie, now if takes else None)

    def wait_out(self, started: StartedSession) -> None:
        """Wait until the tokens of a session count whose user has just lost something."""
        if started.lost_at is not None:
            self._administration.let_later_tokens_count(started.lost_at)

    def get(self, session_id: str) -> Session | None:
        """One session by its `sid`, ended ones included."""
        with self._administration.database.reading() as stores:
            return stores.sessions.get(session_id)

    def list(self, subject: str) -> Sequence[Session]:
        """Live sessions of a user, newest first."""
        now = self._administration.clock.now()
        with self._administration.database.reading() as stores:
            return stores.sessions.list(subject, now)

    def end(self, session_id: str, act: Act) -> bool:
        """End one session; what is bound to it has no power left when this returns.

        False when there was no such live session.

        Raises:
            Forbidden: see `guard_other`.
            StorageUnavailable: nothing was changed.
        """
        session = self.get(session_id)
        if session is None or session.ended_at is not None:
            return False
        with self._administration.changing([], takes_power=True) as stores:
            guard_other(stores, act, session.subject)
            return bool(
                self._ends.end_in(stores, act.actor, self._call(act), session_id=session_id)
            )

    def end_all_in(
        self, stores: Stores, subject: str, *, keep: str = "", act: Act
    ) -> Sequence[Session]:
        """End a user's sessions but `keep`, inside the caller's transaction; those ended.

        Who calls it waits at the barrier, as with everything that takes power away.
        """
        return self._ends.end_in(stores, act.actor, self._call(act), subject=subject, keep=keep)

    def end_all(self, subject: str, *, keep: str = "", act: Act) -> Sequence[Session]:
        """`end_all_in` in a transaction of its own, with the barrier. Raises as `end`."""
        with self._administration.changing([], takes_power=True) as stores:
            guard_other(stores, act, subject)
            return self.end_all_in(stores, subject, keep=keep, act=act)

    def _is_long(self, session: Session, at: float) -> bool:
        """Whether whoever administers may not go on in the session as it is."""
        proved_at = session.expires_at - self._absolute_seconds
        away = at - session.last_seen_at
        return away >= ADMINISTRATOR_IDLE_SECONDS or at - proved_at >= ADMINISTRATOR_SECONDS

    def _digests(self, cookie: str) -> Sequence[tuple[str, bytes]]:
        # Under every pepper, so that a session outlives the change of one.
        return [
            (pepper_id, self._digester.digest(SESSION_PURPOSE, cookie, pepper_id))
            for pepper_id in self._digester.peppers
        ]

    def _seen(self, session: Session, call: Call) -> Session:
        peer = call.peer or session.peer
        try:
            with self._administration.database.writing() as stores:
                stores.sessions.note_seen(session.session_id, call.at, peer)
        except StorageUnavailable as trouble:
            # It lasts no longer than it would have; nothing else is lost.
            log.warning("the idle end of a session was not moved: %s", trouble)
            return session
        return replace(session, last_seen_at=call.at, peer=peer)

    def _call(self, act: Act) -> Call:
        return act.call(self._administration.clock.now())


def _shown(user_agent: str) -> str:
    """What the browser calls itself, bounded and printable: it is shown and recorded."""
    kept = user_agent[:USER_AGENT_CHARACTERS]
    return "".join(each if each.isprintable() else "?" for each in kept)
