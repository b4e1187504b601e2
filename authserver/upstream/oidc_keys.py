"""A provider's key set (RFC 7517): bounded, and reduced to what we can use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.upstream_ports import DocumentRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.upstream_ports import ForeignKeys

KEYS_MAX: Final = 1000
"""Entra ID asks its clients to be ready for that many."""


def read_keys(document: Mapping[str, object], judge: ForeignKeys) -> Sequence[Mapping[str, object]]:
    """The keys we can use, perhaps none.

    Raises:
        DocumentRefused: this is no JWK set, or one without end.
    """
    keys = document.get("keys")
    if not isinstance(keys, list):
        raise DocumentRefused("what stands at its jwks_uri is not a set of keys")
    if len(keys) > KEYS_MAX:
        raise DocumentRefused(f"it publishes more than {KEYS_MAX} keys")
    return judge.usable(keys)
