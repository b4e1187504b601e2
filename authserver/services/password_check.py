"""Comparing a password with a user's own: the same work and one answer for every wrong one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.errors import DomainError, StorageUnavailable
from authserver.domain.secret_shapes import holds_secret_shape
from authserver.domain.users import canonical
from authserver.services.secret_checks import STAND_IN_HASH

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.ports import Database, PasswordHasher
    from authserver.domain.users import User
    from authserver.services.sign_in_guesses import Guess, SignInGuesses


class SignInRefused(DomainError):
    """Nobody was signed in: one text, whether the account is unknown, disabled, or not this one."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("user name or password is wrong")


class SecretAsPassword(SignInRefused):
    """A secret of ours came where a password belongs: nothing was compared, nothing counted.

    Scripts put tokens where they used to put a password. Counted as a failure, that would lock out
    the very user whose token it is.
    """

    def __init__(self) -> None:
        """Say so."""
        DomainError.__init__(self, "an API token is no password: sign in with the password")


class PasswordCheck:
    """Whether a password is a user's own, at the same cost for users that there are not."""

    def __init__(
        self, *, database: Database, passwords: PasswordHasher, guesses: SignInGuesses
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._passwords = passwords
        self.guesses = guesses

    def find(self, name: str) -> User | None:
        """The user with this user name or e-mail address, however they are written."""
        asked = canonical(name.strip())
        with self._database.reading() as stores:
            by_name = stores.users.get_by_username(asked)
            by_email = stores.users.get_by_email(asked) if "@" in asked else None
        return by_name or by_email

    def check(
        self,
        user: User | None,
        account: str,
        password: str,
        *,
        known_browser: str,
        call: Call,
        named: str = "",
    ) -> tuple[User, Guess]:
        """Accept the password of an enabled user, which it returns; the guess, to be taken back.

        `account` and `named` are as `SignInGuesses.count` has them.

        Raises:
            SecretAsPassword: it looks like a secret of ours, whoever the user is.
            SignInRefused: it is not, or there is no such user, or it is disabled; counted and on
                record.
            Throttled: too many were wrong.
            StorageUnavailable: nothing was compared, or nothing could be recorded.
        """
        if holds_secret_shape(password):
            raise SecretAsPassword
        guess = self.guesses.count(account, known_browser=known_browser, call=call, named=named)
        hashed = b"" if user is None else user.password_hash
        if not self._passwords.is_hash(hashed):
            hashed = STAND_IN_HASH
        try:
            matches = self._passwords.matches(password, hashed)
        except StorageUnavailable:
            with self._database.writing() as stores:
                self.guesses.take_back(stores, guess)
            raise
        if user is None:
            raise self.refusal(guess, call, None, "no such user")
        if guess.is_over:
            raise self.refusal(guess, call, user, "too many wrong passwords before this one")
        if not matches or hashed is STAND_IN_HASH:
            raise self.refusal(guess, call, user, "wrong password")
        if not user.is_enabled:
            raise self.refusal(guess, call, user, f"the user is {user.status}")
        return user, guess

    def refusal(self, guess: Guess, call: Call, user: User | None, reason: str) -> SignInRefused:
        """Record a wrong try, and the block that begins with it; what to raise."""
        # What was typed as a name is not recorded: it may be a password in the wrong field.
        subject = "" if user is None else user.subject
        with self._database.writing() as stores:
            stores.audit.add(_record(call, "user.sign_in_failed", subject, reason, {}))
            if guess.full:
                stores.audit.add(
                    _record(
                        call,
                        "user.throttled",
                        subject,
                        "too many failures",
                        {"counters": list(guess.full)},
                    )
                )
        return SignInRefused()


def _record(
    call: Call, action: str, subject: str, reason: str, details: dict[str, object]
) -> AuditEvent:
    return AuditEvent(
        at=call.at,
        action=action,
        outcome=Outcome.REFUSED,
        actor=Actor(ActorKind.ANONYMOUS, ""),
        object_kind="user",
        object_id=subject,
        reason=reason,
        request_id=call.request_id,
        peer=call.peer,
        details=details,
    )
