"""Secrets that are bound to a use move between seals and nowhere else."""

from __future__ import annotations

from typing import Final

import pytest

from authserver.crypto.sealing import SealBroken, Sealer
from authserver.crypto.secret_seals import BoundSecretResealer
from tests.doubles import FakeEntropy

OLD: Final = {"1": bytes(range(32))}
BOTH: Final = OLD | {"2": bytes(range(32, 64))}


def sealed() -> bytes:
    return Sealer(OLD, "1", FakeEntropy()).seal(b"secret", purpose="provider", context="okta/s1")


def test_a_secret_moves_to_the_newest_key_once() -> None:
    both = Sealer(BOTH, "2", FakeEntropy())
    resealer = BoundSecretResealer(both)
    assert resealer.key_file(sealed()) == "kek-1.key"
    after = resealer.reseal(sealed(), purpose="provider", context="okta/s1")
    assert after is not None
    assert resealer.key_file(after) == "kek-2.key"
    assert both.open(after, purpose="provider", context="okta/s1") == b"secret"
    assert resealer.reseal(after, purpose="provider", context="okta/s1") is None


@pytest.mark.parametrize(("purpose", "context"), [("other", "okta/s1"), ("provider", "okta/s2")])
def test_a_secret_of_another_use_does_not_move(purpose: str, context: str) -> None:
    resealer = BoundSecretResealer(Sealer(BOTH, "2", FakeEntropy()))
    with pytest.raises(SealBroken):
        resealer.reseal(sealed(), purpose=purpose, context=context)


def test_without_the_old_file_a_secret_does_not_move() -> None:
    resealer = BoundSecretResealer(Sealer({"2": BOTH["2"]}, "2", FakeEntropy()))
    with pytest.raises(SealBroken, match="whose file is missing"):
        resealer.reseal(sealed(), purpose="provider", context="okta/s1")
    assert resealer.key_file(sealed()) == "kek-1.key"
