"""Users change their own passwords."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.errors import Conflict
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.sessions import PASSWORD_ACR, PASSWORD_AMR
from authserver.services.administration import Act
from authserver.services.living import held_identities
from authserver.services.password_rules import PasswordProblem, PasswordRefused

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.ports import PasswordHasher
    from authserver.services.administration import Administration
    from authserver.services.grants import Grants
    from authserver.services.known_browsers import KnownBrowsers
    from authserver.services.password_check import PasswordCheck
    from authserver.services.password_rules import PasswordRules
    from authserver.services.sessions import Sessions, SignedIn, StartedSession


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """What a user states: the old and the new password, and what else is to end."""

    current: str = field(repr=False)
    new: str = field(repr=False)
    end_other_sessions: bool = True
    end_grants: bool = False


class PasswordChanges:
    """Changes passwords at their owners' request."""

    def __init__(
        self,
        *,
        administration: Administration,
        check: PasswordCheck,
        rules: PasswordRules,
        passwords: PasswordHasher,
        sessions: Sessions,
        grants: Grants,
        known_browsers: KnownBrowsers,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._check = check
        self._rules = rules
        self._passwords = passwords
        self._sessions = sessions
        self._grants = grants
        self._known_browsers = known_browsers

    def change(
        self,
        signed_in: SignedIn,
        change: PasswordChange,
        *,
        call: Call,
        user_agent: str,
        known_browsers: str = "",
    ) -> StartedSession:
        """Set the new password; the session goes on with another cookie.

        Raises:
            SecretAsPassword: a token came as the current password; nothing was counted.
            SignInRefused: the current password is another one; counted and on record.
            Throttled: too many were wrong.
            PasswordRefused: the new one is not taken; nothing was changed.
            Conflict: the password was changed by somebody else meanwhile.
            StorageUnavailable: nothing was changed.
        """
        user = signed_in.user
        if change.new == change.current:
            raise PasswordRefused(PasswordProblem.SAME, "another one than before")
        self._rules.check(change.new, user)
        known = self._known_browsers.name(known_browsers, user.subject)
        _, guess = self._check.check(
            user, user.subject, change.current, known_browser=known, call=call
        )
        hashed = self._passwords.hash(change.new)
        act = Act(Actor(ActorKind.USER, user.subject), call.request_id, call.peer)
        ends = change.end_other_sessions or change.end_grants
        with self._administration.changing([], takes_power=ends) as stores:
            self._check.guesses.take_back(stores, guess)
            held_identities(stores, user.subject)
            before = stores.users.get(user.subject)
            if (
                before is None
                or not before.is_enabled
                or before.password_hash != user.password_hash
            ):
                raise Conflict("the password was changed, or the user stopped, in the meantime")
            if ends:
                # What the new session changes may lead to the authority: nobody waits after that.
                stores.grants.list(GrantFilter(subject=user.subject), call.at)
            after = replace(before, password_hash=hashed, must_change_password=False)
            stores.users.save(after)
            started = self._sessions.begin(
                stores,
                after,
                acr=PASSWORD_ACR,
                amr=PASSWORD_AMR,
                previous=signed_in.session,
                call=call,
                user_agent=user_agent,
            )
            if change.end_other_sessions:
                keep = started.session.session_id
                self._sessions.end_all_in(stores, user.subject, keep=keep, act=act)
            if change.end_grants:
                self._grants.end_in(
                    stores,
                    GrantFilter(subject=user.subject),
                    GrantEnd.PASSWORD_CHANGED,
                    actor=act.actor,
                    call=call,
                    now=call.at,
                )
            self._administration.record(
                stores,
                act,
                "user.password_changed",
                user.subject,
                {
                    "other_sessions_ended": change.end_other_sessions,
                    "grants_ended": change.end_grants,
                },
            )
        self._sessions.wait_out(started)
        return started
