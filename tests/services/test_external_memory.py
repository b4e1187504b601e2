"""The memory for verified foreign tokens is bounded, and keeps what is used."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.provider_documents import ProviderKeys
from authserver.domain.providers import ProviderKind
from authserver.services.external_memory import ExternalMemory, VerifiedExternal
from tests.services.foreign_claims import provider_of, read

if TYPE_CHECKING:
    from authserver.domain.external_tokens import ExternalToken

KEYS = ProviderKeys((), 0.0)
TOKEN = read(ProviderKind.OIDC)


def verified(token: ExternalToken = TOKEN) -> VerifiedExternal:
    return VerifiedExternal(provider_of(ProviderKind.OIDC), KEYS, "k", (), token)


def name(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_what_was_kept_is_found_and_may_be_replaced() -> None:
    memory = ExternalMemory(10)
    first, second = verified(), verified(replace(TOKEN, token_id="other"))
    assert memory.get(name(1)) is None
    memory.keep(name(1), 900, first)
    assert memory.get(name(1)) is first
    memory.keep(name(1), 900, second)
    assert memory.get(name(1)) is second
    assert len(memory) == 1


def test_the_memory_is_bounded_and_the_oldest_go_first() -> None:
    memory = ExternalMemory(10)
    for number in range(100):
        memory.keep(name(number), 900, verified())
        assert memory.get(name(0)) is not None, "what is used stays"
    assert len(memory) <= 10
    assert memory.get(name(99)) is not None
    assert memory.get(name(50)) is None


def test_long_tokens_take_the_room_of_several_and_giants_none() -> None:
    memory = ExternalMemory(10)
    for number in range(100):
        memory.keep(name(number), 5000, verified())
    assert len(memory) <= 4
    memory.keep(name(200), 1_000_000, verified())
    assert memory.get(name(200)) is None


def test_a_capacity_is_for_two_generations() -> None:
    with pytest.raises(ValueError, match="2 or more"):
        ExternalMemory(1)
