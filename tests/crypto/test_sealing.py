"""Sealed values open only here, only for their purpose, only unchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.crypto.sealing import SealBroken, Sealer
from tests.doubles import FakeEntropy

OLD, NEW = b"o" * 32, b"n" * 32
SEALER = Sealer({"1": OLD, "2": NEW}, "2", FakeEntropy())
SECRET = b"the private part of a key"


def seal(sealer: Sealer = SEALER) -> bytes:
    return sealer.seal(SECRET, purpose="signing-key", context="kid-1")


def opened(sealed: bytes, sealer: Sealer = SEALER) -> bytes:
    return sealer.open(sealed, purpose="signing-key", context="kid-1")


def test_what_was_sealed_opens() -> None:
    assert opened(seal()) == SECRET
    assert SECRET not in seal()


def test_sealing_twice_gives_two_texts() -> None:
    assert seal() != seal()


def test_a_value_names_its_key_and_older_keys_still_open() -> None:
    old = Sealer({"1": OLD}, "1", FakeEntropy("before"))
    sealed = seal(old)
    assert (SEALER.key_id(sealed), SEALER.key_id(seal())) == ("1", "2")
    assert opened(sealed) == SECRET


def test_resealing_moves_to_the_current_key_once() -> None:
    sealed = seal(Sealer({"1": OLD}, "1", FakeEntropy("before")))
    resealed = SEALER.reseal(sealed, purpose="signing-key", context="kid-1")
    assert resealed is not None
    assert opened(resealed, Sealer({"2": NEW}, "2", FakeEntropy())) == SECRET
    assert SEALER.reseal(resealed, purpose="signing-key", context="kid-1") is None


def test_resealing_does_not_vouch_for_a_changed_value() -> None:
    sealed = seal(Sealer({"1": OLD}, "1", FakeEntropy("before")))
    with pytest.raises(SealBroken):
        SEALER.reseal(sealed, purpose="signing-key", context="kid-2")


@pytest.mark.parametrize(
    ("purpose", "context"),
    [("signing-key", "kid-2"), ("other", "kid-1"), ("signing-keyk", "id-1"), ("", ""), ("s", "k")],
)
def test_a_value_opens_nowhere_else(purpose: str, context: str) -> None:
    with pytest.raises(SealBroken, match="changed or belongs elsewhere"):
        SEALER.open(seal(), purpose=purpose, context=context)


def test_a_missing_key_file_is_told_apart() -> None:
    stranger = Sealer({"1": OLD}, "1", FakeEntropy())
    with pytest.raises(SealBroken, match="'2', whose file is missing"):
        opened(seal(), stranger)


def test_another_key_of_the_same_id_does_not_open() -> None:
    with pytest.raises(SealBroken):
        opened(seal(), Sealer({"2": b"x" * 32}, "2", FakeEntropy()))


def test_every_flipped_bit_and_every_cut_is_noticed() -> None:
    sealed = seal()
    for place in range(len(sealed)):
        for bit in range(8):
            mutated = bytearray(sealed)
            mutated[place] ^= 1 << bit
            with pytest.raises(SealBroken):
                opened(bytes(mutated))
        with pytest.raises(SealBroken):
            opened(sealed[:place])
    with pytest.raises(SealBroken):
        opened(sealed + b"\0")


@given(st.binary(max_size=120))
def test_any_bytes_are_refused_in_the_same_way(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        opened(sealed)


@given(st.binary(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_any_secret_purpose_and_context_come_back(
    secret: bytes, purpose: str, context: str
) -> None:
    sealed = SEALER.seal(secret, purpose=purpose, context=context)
    assert SEALER.open(sealed, purpose=purpose, context=context) == secret


@pytest.mark.parametrize(
    ("keys", "current", "message"),
    [
        ({"1": OLD}, "2", "not among"),
        ({"1": b"short"}, "1", "32 bytes"),
        ({"": OLD}, "", "1 to 64 bytes"),
        ({"x" * 65: OLD}, "x" * 65, "1 to 64 bytes"),
    ],
)
def test_unusable_keys_are_a_mistake(keys: dict[str, bytes], current: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Sealer(keys, current, FakeEntropy())


@pytest.mark.rule("MD-07")
def test_the_representation_holds_no_key() -> None:
    assert repr(SEALER) == "Sealer(current='2', keys=2)"
