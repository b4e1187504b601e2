"""User codes: easy to read and to type, hard to guess."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.crypto.system import SystemEntropy
from authserver.domain.user_codes import (
    CHARACTERS,
    LETTERS,
    new_user_code,
    read_user_code,
    shown_user_code,
)


class ListedEntropy:
    """Gives these bytes, one at a time."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = iter(numbers)

    def token_bytes(self, count: int) -> bytes:
        return bytes(next(self._numbers) for _ in range(count))


def test_a_code_has_eight_letters_without_vowels() -> None:
    code = new_user_code(SystemEntropy())
    assert len(code) == CHARACTERS
    assert set(code) <= set("BCDFGHJKLMNPQRSTVWXZ")


def test_no_letter_is_likelier_than_another() -> None:
    """Bytes beyond twelve times twenty are drawn again."""
    drawn = (255, 240, 0, 19, 20, 239, 241, 1, 2, 3, 4)
    assert new_user_code(ListedEntropy(*drawn)) == "BZBZCDFG"


def test_codes_differ() -> None:
    entropy = SystemEntropy()
    assert len({new_user_code(entropy) for _ in range(1000)}) == 1000


def test_a_code_is_shown_in_two_groups() -> None:
    assert shown_user_code("WDJBMJHT") == "WDJB-MJHT"


@pytest.mark.parametrize(
    "typed",
    [
        "WDJBMJHT",
        "WDJB-MJHT",
        "wdjb-mjht",
        " wdjb mjht ",
        "W D J B - M J H T",
        "wdjb.mjht",
        "WDJB\u2013MJHT",
    ],
)
def test_case_blanks_and_hyphens_do_not_matter(typed: str) -> None:
    assert read_user_code(typed) == "WDJBMJHT"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "WDJB",
        "WDJBMJHTT",
        "WDJBMJHA",
        "WDJBMJH1",
        "\uff37DJBMJHT",
        "WDJBMJHT" + " " * 40,
        "\xdf" * 4,
    ],
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert read_user_code(typed) is None


@given(st.text(alphabet=LETTERS, min_size=8, max_size=8))
def test_what_is_shown_is_read_again(code: str) -> None:
    assert read_user_code(shown_user_code(code)) == code


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    code = read_user_code(typed)
    assert code is None or (len(code) == CHARACTERS and set(code) <= set(LETTERS))
