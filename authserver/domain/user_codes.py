"""User codes: what a person reads on a device and types elsewhere (RFC 8628 section 6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authserver.domain.ports import Entropy

LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no word comes out; nothing that looks like a digit."""
CHARACTERS: Final = 8
"""20 to the 8th codes: 34 bit, for ten minutes and a few guesses each."""
LONGEST_TYPED: Final = 40
_GROUP: Final = 4
_FAIR_BELOW: Final = 256 - 256 % len(LETTERS)


def new_user_code(entropy: Entropy) -> str:
    """A code in its canonical form: eight letters."""
    code = ""
    while len(code) < CHARACTERS:
        (number,) = entropy.token_bytes(1)
        # Bytes at the upper end would make some letters likelier than others: draw again.
        if number < _FAIR_BELOW:
            code += LETTERS[number % len(LETTERS)]
    return code


def shown_user_code(code: str) -> str:
    """A code as people read it: `WDJB-MJHT`."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def read_user_code(typed: str) -> str | None:
    """The canonical form of what was typed, `None` when it is no code at all.

    Case, blanks, hyphens and other punctuation between the letters do not matter.
    """
    if len(typed) > LONGEST_TYPED:
        return None
    letters = "".join(each for each in typed if each.isalnum())
    if not letters.isascii():  # some become other letters in upper case
        return None
    code = letters.upper()
    return code if len(code) == CHARACTERS and set(LETTERS).issuperset(code) else None
