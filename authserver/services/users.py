"""Local users: small installations, and the administrator who gets in when all else fails."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.domain.users import User, UserStatus

if TYPE_CHECKING:
    from authserver.domain.ports import PasswordHasher, SecretMaker
    from authserver.services.administration import Act, Administration

USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}\Z")
SUBJECT_PREFIX: Final = "user:"


class Users:
    """Use cases of local user administration."""

    def __init__(
        self,
        *,
        administration: Administration,
        passwords: PasswordHasher,
        secret_maker: SecretMaker,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._passwords = passwords
        self._secret_maker = secret_maker

    def ensure_administrator(self, username: str, act: Act) -> str | None:
        """Create the first administrator; the one-time password, or `None` when one exists.

        Raises:
            InvalidField: the user name has other characters than allowed.
            AlreadyExists: the name belongs to a user who is no administrator.
        """
        if USERNAME.match(username) is None:
            raise InvalidField(
                "username",
                "1 to 100 lower-case letters, digits and . _ @ + - after a letter or digit",
            )
        with self._administration.database.reading() as stores:
            if stores.users.count_administrators():
                return None
        password = self._secret_maker.one_time_password()
        user = User(
            subject=SUBJECT_PREFIX + self._secret_maker.identifier(),
            username=username,
            is_administrator=True,
            status=UserStatus.ENABLED,
            password_hash=self._passwords.hash(password),
            must_change_password=True,
            created_at=self._administration.clock.now(),
        )
        with self._administration.changing([], takes_power=False) as stores:
            if stores.users.count_administrators():
                return None
            stores.users.add(user)
            self._administration.record(
                stores, act, "user.created", user.subject, {"after": {"username": username}}
            )
        return password
