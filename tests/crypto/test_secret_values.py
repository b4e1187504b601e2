"""Secrets carry a readable prefix, 256 bit and a checksum."""

from __future__ import annotations

import re
import zlib

import pytest

from authserver.crypto.secret_values import PREFIXES, ReadableSecretMaker
from authserver.crypto.system import SystemEntropy
from tests.doubles import FakeEntropy

MAKER = ReadableSecretMaker(SystemEntropy())
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_secret_is_prefix_43_characters_and_checksum(prefix: str) -> None:
    value = MAKER.secret(prefix)
    assert re.fullmatch(rf"asv_{prefix}_[A-Za-z0-9_-]{{43}}[A-Za-z0-9]{{6}}", value)
    assert MAKER.looks_like(prefix, value)


def test_the_checksum_is_crc_32_in_base_62_over_all_that_stands_before_it() -> None:
    value = MAKER.secret("cs")
    number = 0
    for digit in value[-6:]:
        number = number * 62 + BASE62.index(digit)
    assert number == zlib.crc32(value[:-6].encode())


@pytest.mark.rule("CA-06")
@pytest.mark.feature(1)
def test_secrets_hold_256_bit_of_the_generator_and_never_repeat() -> None:
    drawn: list[int] = []

    class Counting(FakeEntropy):
        def token_bytes(self, count: int) -> bytes:
            drawn.append(count)
            return super().token_bytes(count)

    maker = ReadableSecretMaker(Counting())
    values = {maker.secret("cs") for _ in range(1000)}
    assert len(values) == 1000
    assert set(drawn) == {32}


def test_a_secret_of_one_kind_is_not_taken_for_another() -> None:
    value = MAKER.secret("cs")
    assert [prefix for prefix in PREFIXES if MAKER.looks_like(prefix, value)] == ["cs"]
    assert not MAKER.looks_like("rs", value.replace("asv_cs_", "asv_rs_"))


def test_every_changed_character_is_noticed() -> None:
    value = MAKER.secret("pat")
    for place in range(len(value)):
        for other in "A1_ü":
            mutated = value[:place] + other + value[place + 1 :]
            if mutated != value:
                assert not MAKER.looks_like("pat", mutated), place


@pytest.mark.parametrize(
    "mutate",
    [
        lambda value: "",
        lambda value: value[:-1],
        lambda value: value + "A",
        lambda value: value + "\n",
        lambda value: " " + value,
        lambda value: value.upper(),
        lambda value: value * 1000,
        lambda value: "\ud800" * len(value),
    ],
)
def test_other_texts_do_not_look_like_a_secret(mutate: object) -> None:
    assert callable(mutate)
    assert not MAKER.looks_like("cs", mutate(MAKER.secret("cs")))


def test_an_unknown_prefix_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="prefix"):
        MAKER.secret("xx")
    with pytest.raises(ValueError, match="prefix"):
        MAKER.looks_like("xx", "asv_xx_")


def test_identifiers_are_22_characters_and_never_look_like_an_option() -> None:
    identifiers = {MAKER.identifier() for _ in range(3000)}
    assert len(identifiers) == 3000
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]{21}", each) for each in identifiers)


def test_one_time_passwords_are_typeable_and_hold_100_bit() -> None:
    passwords = {MAKER.one_time_password() for _ in range(500)}
    assert len(passwords) == 500
    letters = set("".join(passwords)) - {"-"}
    assert not letters & set("ilo01ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert len(letters) ** 24 > 2**100
    assert all(re.fullmatch(r"([a-z2-9]{4}-){5}[a-z2-9]{4}", each) for each in passwords)


def test_no_letter_of_one_time_passwords_is_likelier_than_others() -> None:
    class Every(FakeEntropy):
        """Gives every byte in turn, so that each letter must come equally often."""

        turn = -1

        def token_bytes(self, count: int) -> bytes:
            self.turn = (self.turn + 1) % 256
            return bytes([self.turn])

    maker = ReadableSecretMaker(Every())
    # 31 letters from 248 fair bytes: after 31 passwords of 24 letters three full rounds are gone.
    text = "".join(maker.one_time_password() for _ in range(31)).replace("-", "")
    assert {text.count(letter) for letter in set(text)} == {24}
