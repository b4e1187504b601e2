"""bcrypt: every byte counts, nothing crashes, few at once."""

from __future__ import annotations

import threading
import time

import bcrypt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.crypto.passwords import BcryptHasher
from authserver.domain.errors import InvalidField, StorageUnavailable
from tests.doubles import FakeEntropy

HASHER = BcryptHasher(FakeEntropy(), cost=4)
OTHERS = bcrypt.hashpw(b"brought along", bcrypt.gensalt(4))


def test_a_password_matches_its_hash_and_no_other() -> None:
    hashed = HASHER.hash("correct horse battery staple")
    assert HASHER.is_hash(hashed)
    assert HASHER.matches("correct horse battery staple", hashed)
    assert not HASHER.matches("correct horse battery stapl", hashed)
    assert not HASHER.matches("", hashed)


def test_equal_passwords_have_different_hashes() -> None:
    assert HASHER.hash("same") != HASHER.hash("same")


@pytest.mark.parametrize("length", [71, 72, 73, 200, 1000, 4095])
def test_passwords_that_differ_only_at_the_end_differ(length: int) -> None:
    base = "x" * length
    hashed = HASHER.hash(base + "1")
    assert HASHER.matches(base + "1", hashed)
    assert not HASHER.matches(base + "2", hashed)
    assert not HASHER.matches(base, hashed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a\0b", "a\0c"),
        ("a", "a\0"),
        ("a", "a\0a"),
        ("ü" * 40 + "a", "ü" * 40 + "b"),
        ("\U0001f510" * 30 + "a", "\U0001f510" * 30 + "b"),
        ("pass word", "password"),
        ("Password", "password"),
    ],
)
def test_nul_bytes_and_wide_characters_count(one: str, other: str) -> None:
    hashed = HASHER.hash(one)
    assert HASHER.matches(one, hashed)
    assert not HASHER.matches(other, hashed)


def test_a_letter_composed_otherwise_is_the_same_letter() -> None:
    assert HASHER.matches("u\u0308ber", HASHER.hash("\u00fcber"))


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("", id="empty"),
        pytest.param("x" * 4097, id="one byte too long"),
        pytest.param("ü" * 2049, id="too long in UTF-8"),
        pytest.param("\ud800", id="lone surrogate"),
        pytest.param("x" * 10_000_000, id="ten megabytes"),
    ],
)
def test_unusable_passwords_are_refused_by_name(password: str) -> None:
    with pytest.raises(InvalidField, match="password: 1 to 4096 bytes"):
        HASHER.hash(password)
    assert not HASHER.matches(password, OTHERS)


def test_a_pre_hash_known_from_elsewhere_is_no_password() -> None:
    """Shucking: a leaked plain SHA-384 must not be testable against our hashes as it is."""
    import base64  # noqa: PLC0415 - only this attack needs them
    import hashlib  # noqa: PLC0415 - as above

    leaked = base64.b64encode(hashlib.sha384(b"reused password").digest())
    assert not bcrypt.checkpw(leaked, HASHER.hash("reused password"))


@pytest.mark.parametrize("prefix", [b"$2a", b"$2b", b"$2y"])
def test_imported_hashes_of_all_three_names_match(prefix: bytes) -> None:
    hashed = prefix + OTHERS[3:]
    assert HASHER.is_hash(hashed)
    assert HASHER.matches_imported("brought along", hashed)
    assert not HASHER.matches_imported("brought alonG", hashed)


def test_an_imported_hash_is_over_the_secret_itself_and_ours_is_not() -> None:
    assert not HASHER.matches("brought along", OTHERS)
    assert not HASHER.matches_imported("mine", HASHER.hash("mine"))


def test_an_imported_secret_of_72_bytes_matches_and_a_longer_one_never() -> None:
    hashed = bcrypt.hashpw(b"y" * 72, bcrypt.gensalt(4))
    assert HASHER.matches_imported("y" * 72, hashed)
    assert not HASHER.matches_imported("y" * 73, hashed)
    assert not HASHER.matches_imported("ü" * 37, bcrypt.hashpw(("ü" * 36).encode(), OTHERS[:29]))


def test_a_nul_does_not_repeat_an_imported_secret() -> None:
    hashed = bcrypt.hashpw(b"a", bcrypt.gensalt(4))
    assert bcrypt.checkpw(b"a\0a", hashed), "bcrypt itself takes the two for one"
    assert not HASHER.matches_imported("a\0a", hashed)
    assert not HASHER.matches_imported("a\0", hashed)


MALFORMED = [
    b"",
    b"x",
    OTHERS[:-1],
    OTHERS + b"a",
    OTHERS + b"\n",
    OTHERS + b"\0",
    b" " + OTHERS,
    b"$2x" + OTHERS[3:],
    b"$2$" + OTHERS[3:],
    b"$1$salt$hash",
    b"$2b$03" + OTHERS[6:],
    b"$2b$00" + OTHERS[6:],
    b"$2b$15" + OTHERS[6:],
    b"$2b$31" + OTHERS[6:],
    b"$2b$99" + OTHERS[6:],
    b"$2b$4$" + OTHERS[7:],
    OTHERS[:7] + b"!" * 22 + OTHERS[29:],
    OTHERS[:28] + b"z" + OTHERS[29:],
    OTHERS[:-1] + b"z",
    "$2b$04$ü".encode() + OTHERS[9:],
    bytes(60),
    b"\xff" * 60,
    b"$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA",
]


@pytest.mark.parametrize("hashed", MALFORMED)
def test_a_malformed_or_costly_hash_is_none_and_matches_nothing(hashed: bytes) -> None:
    assert not HASHER.is_hash(hashed)
    assert not HASHER.matches("brought along", hashed)
    assert not HASHER.matches_imported("brought along", hashed)


@pytest.mark.parametrize("cost", [b"04", b"09", b"10", b"12", b"14"])
def test_costs_up_to_14_are_accepted(cost: bytes) -> None:
    assert HASHER.is_hash(b"$2b$" + cost + OTHERS[6:])


@settings(max_examples=300)
@given(st.binary(max_size=80), st.text(st.characters(), max_size=80))
def test_nothing_raises_whatever_comes(hashed: bytes, secret: str) -> None:
    assert not HASHER.matches(secret, hashed)
    assert not HASHER.matches_imported(secret, hashed)
    HASHER.is_hash(hashed)


@settings(max_examples=100)
@given(st.integers(0, len(OTHERS) - 1), st.integers(0, 255))
def test_a_changed_hash_raises_nothing_and_matches_nothing(place: int, byte: int) -> None:
    mutated = OTHERS[:place] + bytes([byte]) + OTHERS[place + 1 :]
    if place > 6 and mutated != OTHERS:
        assert not HASHER.matches_imported("brought along", mutated)


def test_costs_outside_what_can_be_served_are_a_mistake() -> None:
    for cost in (3, 15):
        with pytest.raises(ValueError, match="cost"):
            BcryptHasher(FakeEntropy(), cost=cost)


def test_a_full_pool_refuses_at_once_and_recovers() -> None:
    hasher = BcryptHasher(FakeEntropy(), cost=4, at_once=1, waiting=1, patience_seconds=5.0)
    hashed = hasher.hash("secret")
    with hasher._place():
        waiter_answers: list[bool] = []
        waiter = threading.Thread(
            target=lambda: waiter_answers.append(hasher.matches("secret", hashed))
        )
        waiter.start()
        while hasher._places._value > 0:
            time.sleep(0.001)
        with pytest.raises(StorageUnavailable, match="full"):
            hasher.matches("secret", hashed)
    waiter.join()
    assert waiter_answers == [True]
    assert hasher.matches("secret", hashed)


def test_who_waited_too_long_is_sent_away_and_leaves_no_place_taken() -> None:
    hasher = BcryptHasher(FakeEntropy(), cost=4, at_once=1, waiting=1, patience_seconds=0.01)
    with hasher._place(), pytest.raises(StorageUnavailable, match="busy"):
        hasher.hash("secret")
    for _ in range(3):
        assert hasher.matches("secret", hasher.hash("secret"))


def test_unusable_input_takes_no_place() -> None:
    hasher = BcryptHasher(FakeEntropy(), cost=4, at_once=1, waiting=0)
    with hasher._place():
        assert not hasher.matches_imported("x" * 73, OTHERS)
        assert not hasher.matches("secret", b"no hash")
        assert not hasher.matches("x" * 5000, OTHERS)
