"""The reader, with keys to read by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.crypto.foreign_tokens import StrictForeignTokenReader
from authserver.domain.upstream_ports import ForeignTokenRefused
from tests.crypto.providers import ISSUER, public_jwk, published, rsa_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.external_tokens import ExternalProblem
    from authserver.domain.provider_documents import ProviderKeys

READER: Final = StrictForeignTokenReader()
RS256: Final = frozenset({"RS256"})
KEY: Final = rsa_key()
OTHER_KEY: Final = rsa_key()
KEYS: Final = published(public_jwk(KEY))


def verified(
    token: str,
    keys: ProviderKeys = KEYS,
    algorithms: frozenset[str] = RS256,
    issuer: str = ISSUER,
    **more: Any,
) -> Mapping[str, object]:
    return READER.verify(token, keys, algorithms, issuer=issuer, **more)


def refusal(token: str, *arguments: Any, **more: Any) -> ExternalProblem:
    with pytest.raises(ForeignTokenRefused) as caught:
        verified(token, *arguments, **more)
    return caught.value.problem
