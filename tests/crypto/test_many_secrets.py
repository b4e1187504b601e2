"""A million secrets: none is made twice."""

from __future__ import annotations

from typing import Final

import pytest

from authserver.crypto.secret_values import ReadableSecretMaker
from authserver.crypto.system import SystemEntropy
from authserver.domain.api_tokens import API_TOKEN_PREFIX

MANY: Final = 1_000_000


@pytest.mark.slow
@pytest.mark.rule("AK-01")
@pytest.mark.feature(1)
def test_a_million_api_tokens_are_all_different() -> None:
    maker = ReadableSecretMaker(SystemEntropy())
    made = {maker.secret(API_TOKEN_PREFIX) for _ in range(MANY)}
    assert len(made) == MANY
    one = next(iter(made))
    # 43 characters of base64url are 256 bit; the rest tells what it is, and that it is whole.
    assert len(one) == len("asv_pat_") + 43 + 6
    assert maker.looks_like(API_TOKEN_PREFIX, one)
