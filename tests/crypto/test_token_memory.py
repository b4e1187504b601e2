"""Remembered tokens: only verified ones, never more than allowed, dead with their key."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.crypto.current_reader import CurrentTokenReader
from authserver.crypto.jose import is_valid
from authserver.crypto.keyring import Keyring
from authserver.crypto.signing_keys import SigningKeyMaker
from authserver.crypto.token_memory import SCOPES_IN_A_UNIT, VerifiedTokens
from authserver.domain.keys import KeyState
from tests.crypto.forging import ES256, ISSUER, TOKEN, Workshop
from tests.doubles import EPOCH


class Counting:
    """Counts how often a signature is verified."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = 0

        def counted(*arguments: Any) -> bool:
            self.calls += 1
            return is_valid(*arguments)

        monkeypatch.setattr("authserver.crypto.keyring.is_valid", counted)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(monkeypatch)


def remembering(shop: Workshop, capacity: int = 100) -> Keyring:
    return Keyring(shop.keys, shop.sealer, ISSUER, VerifiedTokens(capacity))


def test_a_token_is_verified_once(shop: Workshop, counting: Counting) -> None:
    ring = remembering(shop)
    value = ring.sign(TOKEN, ES256)
    assert [ring.read(value) for _ in range(5)] == [TOKEN] * 5
    assert counting.calls == 1


def test_without_a_memory_every_read_verifies(shop: Workshop, counting: Counting) -> None:
    value = shop.ring.sign(TOKEN, ES256)
    assert [shop.ring.read(value) for _ in range(3)] == [TOKEN] * 3
    assert counting.calls == 3


def test_what_does_not_verify_is_not_remembered(shop: Workshop) -> None:
    memory = VerifiedTokens(100)
    ring = Keyring(shop.keys, shop.sealer, ISSUER, memory)
    value = ring.sign(TOKEN, ES256)
    forged = value[:-4] + ("AAAA" if not value.endswith("AAAA") else "BBBB")
    for _ in range(3):
        assert ring.read(forged) is None
        assert ring.read("nonsense") is None
    assert len(memory) == 0


def test_a_remembered_token_dies_with_its_key(shop: Workshop, counting: Counting) -> None:
    memory = VerifiedTokens(100)
    before = Keyring(shop.keys, shop.sealer, ISSUER, memory)
    value = before.sign(TOKEN, ES256)
    assert before.read(value) == TOKEN
    ended = [
        replace(key, state=KeyState.REVOKED) if key.algorithm is ES256 else key for key in shop.keys
    ]
    after = Keyring(ended, shop.sealer, ISSUER, memory)
    assert after.read(value) is None
    assert counting.calls == 1


def test_a_rotation_forgets_nothing(shop: Workshop, counting: Counting) -> None:
    memory = VerifiedTokens(100)
    before = Keyring(shop.keys, shop.sealer, ISSUER, memory)
    value = before.sign(TOKEN, ES256)
    assert before.read(value) == TOKEN
    successor = replace(
        SigningKeyMaker(shop.sealer).make(ES256, EPOCH),
        state=KeyState.ACTIVE,
        activated_at=EPOCH + 1,
    )
    retired = [replace(key, state=KeyState.RETIRING) for key in shop.keys]
    after = Keyring([*retired, successor], shop.sealer, ISSUER, memory)
    assert after.read(value) == TOKEN
    assert counting.calls == 1


@given(st.lists(st.integers(0, 20), max_size=80), st.integers(2, 12))
def test_the_memory_never_holds_more_than_its_capacity(names: list[int], capacity: int) -> None:
    memory = VerifiedTokens(capacity)
    for number in names:
        name = bytes([number])
        known = memory.get(name)
        if known is None:
            memory.keep(name, replace(TOKEN, token_id=str(number)))
        else:
            assert known.token_id == str(number)
        assert memory.get(name) is not None
        assert len(memory) <= capacity


def test_what_is_used_outlives_what_is_not() -> None:
    memory = VerifiedTokens(20)
    memory.keep(b"used", TOKEN)
    for number in range(200):
        memory.keep(bytes([number]), TOKEN)
        assert memory.get(b"used") == TOKEN
    assert memory.get(bytes([0])) is None


def test_tokens_with_many_scopes_take_the_room_of_several() -> None:
    memory = VerifiedTokens(1000)
    many = frozenset(f"scope-{number}" for number in range(400))
    for number in range(500):
        memory.keep(number.to_bytes(2, "big"), replace(TOKEN, scopes=many))
    assert 0 < len(memory) <= 1000 * SCOPES_IN_A_UNIT // len(many)


def test_a_token_too_big_for_the_memory_is_not_remembered() -> None:
    memory = VerifiedTokens(4)
    memory.keep(b"small", TOKEN)
    memory.keep(b"big", replace(TOKEN, scopes=frozenset(map(str, range(400)))))
    assert (memory.get(b"small"), memory.get(b"big")) == (TOKEN, None)


def test_a_capacity_of_one_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="capacity"):
        VerifiedTokens(1)


def test_threads_share_a_memory(shop: Workshop) -> None:
    ring = remembering(shop, capacity=8)
    tokens = [replace(TOKEN, token_id=f"token-{number}") for number in range(20)]
    values = [ring.sign(token, ES256) for token in tokens]
    wrong: list[object] = []

    def work(start: int) -> None:
        for step in range(200):
            place = (start + step * 7) % len(values)
            if ring.read(values[place]) != tokens[place]:
                wrong.append(place)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert ring._memory is not None
    assert len(ring._memory) <= 8


def test_a_current_reader_follows_the_keyring(shop: Workshop) -> None:
    rings = [shop.ring]
    reader = CurrentTokenReader(lambda: rings[-1])
    value = shop.ring.sign(TOKEN, ES256)
    assert reader.read(value) == TOKEN
    rings.append(Keyring([], shop.sealer, ISSUER))
    assert reader.read(value) is None
