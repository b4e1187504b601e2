"""Reading policy documents: TOML in, values out, or everything that is wrong at once."""

from __future__ import annotations

import re
import tomllib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.policy_documents import PolicyDocument
from authserver.domain.policy_problems import PolicyInvalid, PolicyProblem
from authserver.services.policy_language import DOCUMENT
from authserver.services.policy_places import Enough, Place, Reading
from authserver.services.policy_tables import MOST_RULES

if TYPE_CHECKING:
    from authserver.services.policy_places import References

LARGEST_TEXT: Final = 256 * 1024
"""Octets in UTF-8."""
_MOST_DOTS: Final = 100
_STRING: Final = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'|#.*')


def read_policy(text: str, references: References | None = None) -> PolicyDocument:
    """The document that a text says. An empty text says nothing.

    Names of groups, clients, users, tokens, scopes and operations are looked up in `references`;
    without, they are taken as they are: what was there when a version was applied may be gone.

    Raises:
        PolicyInvalid: the text is refused, with all that is wrong with it; where that is more than
            anybody reads, with its beginning.
    """
    raw = parsed(text)
    reading = Reading(references)
    document = None
    with suppress(Enough):
        document = DOCUMENT.read(raw, Place(reading))
        if reading.rules > MOST_RULES:
            Place(reading).refuse(f"at most {MOST_RULES} rules in one document")
    if reading.problems:
        raise PolicyInvalid(reading.problems)
    assert isinstance(document, PolicyDocument)  # noqa: S101 - a refused one has problems
    return document


def parsed(text: str, *, largest: int = LARGEST_TEXT) -> dict[str, Any]:
    """The tables of a TOML text of at most `largest` octets.

    Raises:
        PolicyInvalid: it is too large, or no TOML; the text says where.
    """
    if len(text.encode(errors="replace")) > largest:
        raise _refused(f"at most {largest // 1024} KiB")
    if not is_text(text):
        raise _refused("must be text in UTF-8")
    for number, line in enumerate(text.split("\n"), 1):
        # Reading a key takes the square of its parts.
        if line.count(".") > _MOST_DOTS and _STRING.sub("", line).count(".") > _MOST_DOTS:
            raise _refused(f"no key with so many dots (at line {number})")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refused(f"must be TOML: {error}") from None
    except (ValueError, RecursionError, OverflowError):
        # Numbers of thousands of digits, brackets in brackets.
        raise _refused("must be TOML, without endless numbers and brackets") from None


def is_text(text: str) -> bool:
    """Whether it has an encoding: no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refused(allowed: str) -> PolicyInvalid:
    return PolicyInvalid([PolicyProblem("", allowed)])
