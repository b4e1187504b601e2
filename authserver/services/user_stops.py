"""Stopping everything that somebody has at once: signed in, allowed to apps, held by scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.api_tokens import ApiTokenFilter
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.searches import GrantSearch, SessionSearch
from authserver.services.administrators import guard_user
from authserver.services.user_credentials import resting
from authserver.services.user_lookup import existing, known_anew, tokens_denied

if TYPE_CHECKING:
    from authserver.domain.users import User
    from authserver.services.administration import Act, Administration
    from authserver.services.grants import Grants
    from authserver.services.sessions import Sessions


@dataclass(frozen=True, slots=True)
class StoppedUser:
    """A user, and how much of it was stopped, or would be."""

    user: User
    sessions: int
    grants: int
    api_tokens: int


class UserStops:
    """Ends sessions and grants, and lets all credentials rest, in one transaction.

    The user may sign in again and finds API tokens disabled until somebody enables them. Who is
    not to come back is disabled besides (`services.users`).
    """

    def __init__(
        self, *, administration: Administration, sessions: Sessions, grants: Grants
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._sessions = sessions
        self._grants = grants

    def preview(self, handle: str) -> StoppedUser:
        """What there is to stop now. Raises NotFound."""
        now = self._administration.clock.now()
        with self._administration.database.reading() as stores:
            user = existing(stores, handle)
            subject = user.subject
            return StoppedUser(
                user,
                sessions=stores.sessions.count(SessionSearch(subject=subject, live_at=now)),
                grants=stores.grants.count(GrantSearch(subject=subject, live_at=now)),
                api_tokens=stores.api_tokens.count(ApiTokenFilter(owner=subject, live_at=now)),
            )

    def stop(self, handle: str, act: Act) -> StoppedUser:
        """Stop it all; when this returns, no worker honours anything of it any more.

        Raises:
            NotFound: there is no such user.
            Forbidden: the user administers, and the act may not touch such users.
        """
        with self._administration.database.reading() as stores:
            subject = existing(stores, handle).subject
        with self._administration.changing([], takes_power=True) as stores:
            before = existing(stores, subject)
            guard_user(stores, act, before)
            now = self._administration.clock.now()
            after = resting(before, now)
            stores.users.save(after)
            tokens = stores.api_tokens.count(ApiTokenFilter(owner=subject, live_at=now))
            # Before anything ends: some of them end with their sessions. It locks them, too.
            of_user = GrantFilter(subject=subject)
            grants = stores.grants.list(of_user, now)
            sessions = self._sessions.end_all_in(stores, subject, act=act)
            self._grants.end_in(
                stores,
                of_user,
                GrantEnd.REVOKED_BY_ADMINISTRATOR,
                actor=act.actor,
                call=act.call(now),
                now=now,
            )
            stores.authority.advance([tokens_denied(subject, now), known_anew(subject, now)])
            stopped = StoppedUser(after, len(sessions), len(grants), tokens)
            self._administration.record(
                stores,
                act,
                "user.stopped",
                subject,
                {
                    "username": after.username,
                    "sessions": stopped.sessions,
                    "grants": stopped.grants,
                    "api_tokens": stopped.api_tokens,
                },
            )
        return stopped
