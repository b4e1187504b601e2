"""Values of metadata members by their JSON types: each as it should be, or refused by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_VALUES: Final = 100


def text(name: str, value: object) -> str:
    """A text. Raises InvalidField."""
    if not isinstance(value, str):
        raise InvalidField(name, "a text")
    return value


def texts(name: str, value: object) -> Sequence[str]:
    """A list of up to 100 texts; one text is not a list. Raises InvalidField."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise InvalidField(name, "a list of texts")
    if len(value) > MOST_VALUES:
        raise InvalidField(name, f"at most {MOST_VALUES}")
    return value


def flag(name: str, value: object) -> bool:
    """A truth value. Raises InvalidField."""
    if not isinstance(value, bool):
        raise InvalidField(name, "true or false")
    return value


def number(name: str, value: object) -> int:
    """A whole number, not below 0. Raises InvalidField."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InvalidField(name, "a whole number, not below 0")
    return value
