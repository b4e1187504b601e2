"""Users, their sessions and their passwords, on a world in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.grants import Grant, GrantOrigin
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.users import PersonalData, User, UserStatus
from authserver.services.known_browsers import KnownBrowsers
from authserver.services.password_changes import PasswordChange, PasswordChanges
from authserver.services.password_check import PasswordCheck, SignInRefused
from authserver.services.sign_in import LocalSignIn
from authserver.services.sign_in_guesses import GuessLimits, SignInGuesses
from authserver.services.throttling import ThrottleLimits
from tests.services.collaborators import hash_of
from tests.services.world import World

if TYPE_CHECKING:
    from authserver.domain.audit import AuditEvent
    from authserver.domain.sessions import Session
    from authserver.services.sessions import SignedIn, StartedSession

PASSWORD: Final = "correct horse battery staple"
NEW_PASSWORD: Final = "nine blue whales sing along"
LIMITS: Final = GuessLimits(
    per_network=3, per_account=9, window_seconds=900, networks=ThrottleLimits()
)
BROWSER: Final = "asv_br_of-the-browser"
ATTEMPT: Final = "attempt-attempt-attemp"
HOME: Final = "198.51.100.7"


class House:
    """One installation with a user `ada`."""

    def __init__(self) -> None:
        self.world = World()
        self.clock = self.world.clock
        self.database = self.world.database
        self.known_browsers = KnownBrowsers(
            digester=self.world.digester, secret_maker=self.world.secret_maker
        )
        self.guesses = SignInGuesses(self.database, LIMITS)
        self.check = PasswordCheck(
            database=self.database, passwords=self.world.passwords, guesses=self.guesses
        )
        self.sign_in_service = LocalSignIn(
            administration=self.world.administration,
            check=self.check,
            sessions=self.world.sessions,
            known_browsers=self.known_browsers,
            digester=self.world.digester,
            secret_maker=self.world.secret_maker,
        )
        self.changes = PasswordChanges(
            administration=self.world.administration,
            check=self.check,
            rules=self.world.password_rules,
            passwords=self.world.passwords,
            sessions=self.world.sessions,
            grants=self.world.grants,
            known_browsers=self.known_browsers,
        )
        self.ada = self.user("ada", data=PersonalData(email="Ada@Example.org"))

    def user(self, username: str, **stated: Any) -> User:
        """Put a user into the database."""
        user = User(
            subject=f"user:{username}-subject",
            username=username,
            is_administrator=False,
            status=UserStatus.ENABLED,
            password_hash=hash_of(PASSWORD),
            must_change_password=False,
            created_at=self.clock.now(),
        )
        user = replace(user, **stated)
        with self.database.writing() as stores:
            stores.users.add(user)
        return user

    def sign_in(
        self, username: str = "ada", password: str = PASSWORD, **stated: Any
    ) -> StartedSession:
        """Try to sign in, in a new browser at home unless told otherwise."""
        usual: dict[str, Any] = {
            "browser": BROWSER,
            "previous": None,
            "call": self.world.call(stated.pop("peer", HOME)),
            "user_agent": "Firefox",
        }
        return self.sign_in_service.sign_in(username, password, **(usual | stated))

    def refused(self, username: str = "ada", password: str = "wrong", **stated: Any) -> None:
        """Try to sign in, and fail."""
        with pytest.raises(SignInRefused):
            self.sign_in(username, password, **stated)

    def find(self, cookie: str) -> SignedIn | None:
        """Who a browser with this cookie is."""
        return self.world.sessions.find(cookie, self.world.call())

    def signed_in(self, started: StartedSession) -> SignedIn:
        """The same, who must be somebody."""
        found = self.find(started.cookie)
        assert found is not None
        return found

    def change(self, signed_in: SignedIn, new: str = NEW_PASSWORD, **stated: Any) -> StartedSession:
        """Change ada's password."""
        change = replace(PasswordChange(PASSWORD, new), **stated)
        return self.changes.change(signed_in, change, call=self.world.call(), user_agent="Firefox")

    def grant(self, session: Session | None, *, bound: bool = True, **stated: Any) -> Grant:
        """Put a grant into the database."""
        now = self.clock.now()
        grant = Grant(
            grant_id=self.world.secret_maker.identifier(),
            client_id="web-app",
            subject=self.ada.subject,
            audience="https://jira.example.com",
            resource="jira-main",
            scopes=frozenset({"openid", "READ"}),
            origin=GrantOrigin.CODE,
            session_id="" if session is None else session.session_id,
            session_bound=bound,
            nonce="",
            auth_time=now,
            acr="",
            amr=(),
            claims=RequestedClaims(),
            created_at=now,
            expires_at=now + 86_400,
        )
        grant = replace(grant, **stated)
        with self.database.writing() as stores:
            stores.grants.add(grant)
        return grant

    def is_live(self, grant: Grant) -> bool:
        """Whether the grant still counts."""
        return self.database.state.grants[grant.grant_id].is_live(self.clock.now())

    @property
    def actions(self) -> list[str]:
        """What is on record."""
        return [event.action for event in self.database.audit]

    @property
    def failed_sign_ins(self) -> list[AuditEvent]:
        """Those on record, the first one first."""
        return [event for event in self.database.audit if event.action == "user.sign_in_failed"]
