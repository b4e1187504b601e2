"""Which passwords somebody would soon try."""

from __future__ import annotations

import pytest

from authserver.domain.password_strength import is_guessable

FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("a"), ord("z") + 1)}
NAMES = ("ada", "ada.lovelace@example.org", "auth.example.test", "Ada Lovelace")


@pytest.mark.rule("SE-04")
@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "PassWordPassWord",
        "P@ssw0rdP@ssw0rd1",
        "password12345678",
        "123456789012345",
        "987654321987654321",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "abababababababababab",
        "abcdefghijklmnopqrst",
        "zyxwvutsrqponmlk",
        "qwertyuiopasdfgh",
        "1qaz2wsx3edc4rfv",
        "Summer2026Summer2026",
        "Jira-Confluence-2026",
        "adalovelace2026!!",
        "ada.lovelace@example.org",
        "auth.example.test",
        "Lovelace Lovelace",
        "letmein letmein letmein",
        "\0" * 20,
        "passwordpassword".translate(FULL_WIDTH),
    ],
)
def test_names_common_words_sequences_and_repetitions_are_guessed(password: str) -> None:
    assert is_guessable(password, NAMES)


@pytest.mark.rule("SE-04")
@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "my dog ate 3 green shoes",
        "x7Kq-92mf-Lp0a-Zz1w",
        "ungewöhnliche Passphrase",
        "пароль от моего дома",
        "日本語のパスワードです長いもの十五",
        "kf3w-9m2x-7hqp-c4vn-ze8j-tt5a",
        "no digits no capitals at all",
        "a\0b\0c\0d\0e\0f\0g\0h",
        "password and something longer",
    ],
)
def test_anything_else_is_not_whatever_its_characters(password: str) -> None:
    assert not is_guessable(password, NAMES)


def test_a_short_name_is_part_of_too_many_words_to_count() -> None:
    assert not is_guessable("mango mandarin ma plum", ("ma",))


@pytest.mark.parametrize("unit", ["a1b2", "ab", "x", "1234", "pass"])
def test_the_longest_password_is_judged_quickly(unit: str) -> None:
    assert is_guessable(unit * (4096 // len(unit)), NAMES)
