"""What a password that somebody chooses must be like (NIST SP 800-63B section 3.1.1.2)."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.domain.password_strength import is_guessable
from authserver.domain.secret_shapes import holds_secret_shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.users import User

MOST_BYTES: Final = 4096
"""Of UTF-8: every one of them counts, none is cut off."""


class PasswordProblem(StrEnum):
    """Why a password is not taken; pages have a sentence for each."""

    TOO_SHORT = "too short"
    TOO_LONG = "too long"
    NOT_TEXT = "not text"
    GUESSABLE = "too easy to guess"
    SAME = "the same as before"
    LIKE_A_SECRET = "like a token"  # noqa: S105 - the name of a problem
    """It could never be typed in: what looks so is taken for a token."""


class PasswordRefused(InvalidField):
    """A password is not taken. The text never holds it."""

    def __init__(self, problem: PasswordProblem, allowed: str) -> None:
        """Remember which rule it broke, for those who have their own words."""
        super().__init__("password", allowed)
        self.problem = problem


class PasswordRules:
    """Long enough and not obvious; nothing is asked of its characters."""

    def __init__(self, *, shortest: int, host: str) -> None:
        """`shortest` in characters; `host` is the name people know this server by."""
        self.shortest = shortest
        self._host = host

    def check(self, password: str, user: User) -> None:
        """Take the password, or say what is wrong with it.

        Raises:
            PasswordRefused: it is too short, too long, no Unicode text, too easy to guess, or
                looks like a token.
        """
        try:
            size = len(password.encode("utf-8"))
        except UnicodeEncodeError:
            raise PasswordRefused(PasswordProblem.NOT_TEXT, "Unicode text") from None
        if size > MOST_BYTES:
            raise PasswordRefused(
                PasswordProblem.TOO_LONG, f"at most {MOST_BYTES} bytes of UTF-8 text"
            )
        if len(unicodedata.normalize("NFC", password)) < self.shortest:
            raise PasswordRefused(PasswordProblem.TOO_SHORT, f"at least {self.shortest} characters")
        if holds_secret_shape(password):
            raise PasswordRefused(PasswordProblem.LIKE_A_SECRET, "nothing that looks like a token")
        if is_guessable(password, self._names(user)):
            raise PasswordRefused(
                PasswordProblem.GUESSABLE,
                "not made of names, very common words, sequences or repetitions",
            )

    def _names(self, user: User) -> Sequence[str]:
        data = user.data
        return (
            user.username,
            data.email,
            data.name,
            data.given_name,
            data.family_name,
            self._host,
        )
