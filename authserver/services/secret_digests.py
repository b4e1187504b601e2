"""Digests of a presented secret, under every pepper that its stored one may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authserver.domain.ports import SecretDigester


def digests_of(digester: SecretDigester, purpose: str, value: str) -> tuple[tuple[str, bytes], ...]:
    """(pepper id, digest) pairs; the work is the same whatever `value` is."""
    return tuple(
        (pepper_id, digester.digest(purpose, value, pepper_id)) for pepper_id in digester.peppers
    )
