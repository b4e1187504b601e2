"""Signing in with a local account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.sessions import PASSWORD_ACR, PASSWORD_AMR
from authserver.domain.users import canonical
from authserver.services.living import held_identities
from authserver.services.security_notices import SILENT, SecurityNotices
from authserver.services.sessions import COOKIE_PREFIX, hold_users

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.ports import SecretDigester, SecretMaker
    from authserver.domain.sessions import Session
    from authserver.services.administration import Administration
    from authserver.services.known_browsers import KnownBrowsers
    from authserver.services.password_check import PasswordCheck
from authserver.services.sessions import Sessions, StartedSession

ATTEMPT_PURPOSE: Final = "sign-in attempt"
_ATTEMPT: Final = re.compile(r"[A-Za-z0-9_-]{22}\Z")


class LocalSignIn:
    """Signs users in with their local password."""

    def __init__(
        self,
        *,
        administration: Administration,
        check: PasswordCheck,
        sessions: Sessions,
        known_browsers: KnownBrowsers,
        digester: SecretDigester,
        secret_maker: SecretMaker,
        notices: SecurityNotices = SILENT,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._check = check
        self._sessions = sessions
        self._known_browsers = known_browsers
        self._digester = digester
        self._secret_maker = secret_maker
        self._notices = notices

    def sign_in(
        self,
        username: str,
        password: str,
        *,
        browser: str,
        previous: Session | None,
        call: Call,
        user_agent: str,
        attempt: str = "",
        known_browsers: str = "",
    ) -> StartedSession:
        """Sign somebody in by user name or e-mail address and password.

        `browser` is the browser cookie. `attempt` is what the form carried: a second post of the
        same form in the same browser gets the same session and cookie as the first.
        `known_browsers` is the cookie of `KnownBrowsers`.

        Raises:
            SecretAsPassword: a token came as the password; nothing was counted.
            SignInRefused: one text for unknown, wrong and disabled.
            Throttled: too many were wrong; nothing was compared.
            StorageUnavailable: nobody was signed in.
        """
        found = self._check.find(username)
        named = "@" + canonical(username.strip())
        account = "?" + named if found is None else found.subject
        known = self._known_browsers.name(known_browsers, account)
        user, guess = self._check.check(
            found, account, password, known_browser=known, call=call, named=named
        )
        # Somebody else's session in this browser ends, with what is bound to it.
        takes_power = previous is not None and previous.subject != user.subject
        started = None
        with self._administration.changing([], takes_power=takes_power) as stores:
            self._check.guesses.take_back(stores, guess)
            held_identities(stores, user.subject)
            hold_users(stores, user.subject, previous)
            current = stores.users.get(user.subject)
            if (
                current is not None
                and current.is_enabled
                and current.password_hash == user.password_hash
            ):
                started = self._sessions.begin(
                    stores,
                    current,
                    acr=PASSWORD_ACR,
                    amr=PASSWORD_AMR,
                    previous=previous,
                    call=call,
                    user_agent=user_agent,
                    cookie=self._cookie(browser, attempt, user.subject),
                )
                # With a one-time password it is the first of all, or whoever reset it knows.
                if not current.must_change_password:
                    self._notices.signed_in_in(
                        stores,
                        current,
                        call,
                        user_agent,
                        previous=previous,
                        known_browsers=known_browsers,
                    )
        if started is None:
            # Stopped, or given another password, while this one was compared.
            raise self._check.refusal(guess, call, user, "changed meanwhile")
        self._sessions.wait_out(started)
        return started

    def _cookie(self, browser: str, attempt: str, subject: str) -> str:
        """The session cookie that belongs to one shown form; empty where there was none."""
        if not browser or not _ATTEMPT.match(attempt):
            return ""
        material = self._digester.digest(
            ATTEMPT_PURPOSE, f"{browser}\0{attempt}\0{subject}", self._digester.current_pepper
        )
        return self._secret_maker.secret_from(COOKIE_PREFIX, material)
