"""Sizes, serializations and signatures that are none of ours."""

from __future__ import annotations

import json
import time
import tracemalloc

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.crypto.forging import (
    ES256,
    RS256,
    Workshop,
    decoded,
    segment,
)


def huge_tokens(shop: Workshop) -> dict[str, str]:
    header, payload, signature = shop.forge().split(".")
    mebibytes = 8 * 1024 * 1024
    return {
        "one segment": "A" * mebibytes,
        "long signature": f"{header}.{payload}.{'A' * mebibytes}",
        "long payload": f"{header}.{'A' * mebibytes}.{signature}",
        "long header": f"{'A' * mebibytes}.{payload}.{signature}",
        "dots": "." * mebibytes,
        "padding": f"{header}.{payload}.{signature}{'=' * mebibytes}",
        "not ASCII": "ü" * mebibytes,
        "deep claims": shop.forge(payload=b'{"a":' * 100_000),
        "deep list": shop.forge(payload=b"[" * 1_000_000),
        "many members": shop.forge(payload={f"member-{number}": 1 for number in range(100_000)}),
    }


@pytest.mark.rule("JW-08")
def test_huge_tokens_cost_neither_time_nor_memory(shop: Workshop) -> None:
    for name, value in huge_tokens(shop).items():
        tracemalloc.start()
        began = time.thread_time()
        assert shop.ring.read(value) is None, name
        seconds = time.thread_time() - began
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (seconds < 0.05, peak < 100_000) == (True, True), name


@pytest.mark.rule("JW-08")
def test_the_limit_is_16_kib(shop: Workshop) -> None:
    header, payload, signature = shop.forge().split(".")
    room = 16 * 1024 - len(f"{header}..{signature}")
    at_the_limit = f"{header}.{(payload * 100)[:room]}.{signature}"
    assert len(at_the_limit) == 16 * 1024
    assert shop.ring.read(at_the_limit) is None
    assert shop.ring.read(at_the_limit + "A") is None


@pytest.mark.rule("JW-08")
@pytest.mark.parametrize("segments", [1, 2, 4, 5, 6])
def test_encrypted_and_other_serializations_are_no_access_tokens(
    shop: Workshop, segments: int
) -> None:
    parts = shop.forge().split(".")
    assert shop.ring.read(".".join((parts * 2)[:segments])) is None
    flattened = dict(zip(("protected", "payload", "signature"), parts, strict=True))
    assert shop.ring.read(json.dumps(flattened)) is None


def test_a_second_form_of_a_signature_is_refused(shop: Workshop) -> None:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    header, payload, signature = shop.forge().split(".")
    raw = decoded(signature)
    other = raw[:32] + (order - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    public = shop.opened(ES256).private.public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    assert jwt.get_algorithm_by_name("ES256").verify(f"{header}.{payload}".encode(), public, other)
    assert shop.ring.read(f"{header}.{payload}.{segment(other)}") is None


@pytest.mark.parametrize("length", [0, 1, 32, 63, 65, 70, 72, 128, 256])
def test_signatures_of_another_length_are_refused(shop: Workshop, length: int) -> None:
    for algorithm in (ES256, RS256):
        header, payload, _ = shop.forge(algorithm=algorithm).split(".")
        for filling in (b"\0", b"\xff", b"\x01"):
            value = f"{header}.{payload}.{segment(filling * length)}"
            assert shop.ring.read(value) is None


def test_a_der_signature_is_refused(shop: Workshop) -> None:
    header, payload, signature = shop.forge().split(".")
    raw = decoded(signature)
    r, s = (int.from_bytes(raw[start : start + 32], "big") for start in (0, 32))
    der = encode_dss_signature(r, s)
    assert shop.ring.read(f"{header}.{payload}.{segment(der)}") is None
