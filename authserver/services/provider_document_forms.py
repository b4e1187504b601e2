"""A provider's documents as they are kept, and what they are still worth."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from authserver.domain.provider_documents import (
    KEYS_STALE_SECONDS,
    DocumentKind,
    ProviderDocument,
    ProviderKeys,
    ProviderMetadata,
)
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.providers import Provider

METADATA_STALE_SECONDS: Final = 7 * 86_400.0
"""How long metadata counts when the provider cannot be asked. Addresses seldom move."""
STALE_SECONDS: Final = {
    DocumentKind.METADATA: METADATA_STALE_SECONDS,
    DocumentKind.KEYS: KEYS_STALE_SECONDS,
}
NO_KEYS: Final = "it publishes no key that can be used"
NEVER_READ: Final = "it has not been read yet"


def metadata_body(metadata: ProviderMetadata) -> str:
    """The text that is kept of metadata."""
    return json.dumps(asdict(metadata))


def keys_body(jwks: Sequence[Mapping[str, object]]) -> str:
    """The text that is kept of keys."""
    return json.dumps({"keys": [dict(jwk) for jwk in jwks]})


def metadata_in(
    document: ProviderDocument | None, provider: Provider, now: float
) -> ProviderMetadata:
    """The metadata, where it counts.

    Raises:
        UpstreamFailure: there is none that does.
    """
    metadata = ProviderMetadata(**json.loads(_body_of(document, "metadata", now)))
    if metadata.issuer != provider.issuer:
        raise UpstreamFailure(SignInProblem.ANSWER_UNUSABLE, "its metadata is of another issuer")
    return metadata


def keys_in(document: ProviderDocument | None, now: float) -> ProviderKeys:
    """The keys, where they count; perhaps none.

    Raises:
        UpstreamFailure: nobody knows them.
    """
    body = _body_of(document, "key set", now)
    fetched_at = 0.0 if document is None else document.fetched_at
    return ProviderKeys(tuple(json.loads(body)["keys"]), fetched_at)


def is_unusable(document: ProviderDocument | None) -> bool:
    """Whether nothing could be done with it when it was last asked for."""
    if document is None:
        return False
    if document.is_refused or not document.body or document.problem == NO_KEYS:
        return True
    age = document.asked_at - document.fetched_at
    return bool(document.problem) and age > STALE_SECONDS[document.kind]


def _body_of(document: ProviderDocument | None, noun: str, now: float) -> str:
    if document is None:
        raise UpstreamFailure(SignInProblem.PROVIDER_UNREACHABLE, f"its {noun}: {NEVER_READ}")
    if document.is_refused:
        raise UpstreamFailure(SignInProblem.ANSWER_UNUSABLE, f"its {noun}: {document.problem}")
    if not document.body or now - document.fetched_at > STALE_SECONDS[document.kind]:
        problem = document.problem or NEVER_READ
        raise UpstreamFailure(SignInProblem.PROVIDER_UNREACHABLE, f"its {noun}: {problem}")
    return document.body
