"""Asking providers for their documents: once for all workers, and every answer is kept."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.outbound import OutboundError
from authserver.domain.provider_documents import (
    ASK_AGAIN_SECONDS,
    DocumentKind,
    ProviderDocument,
)
from authserver.domain.providers import ProviderStatus
from authserver.domain.upstream_ports import DocumentRefused, UpstreamFailure
from authserver.services.administration import Act
from authserver.services.provider_document_forms import (
    NO_KEYS,
    is_unusable,
    keys_body,
    metadata_body,
    metadata_in,
)

if TYPE_CHECKING:
    from authserver.domain.ports import Stores
    from authserver.domain.providers import Provider
    from authserver.domain.upstream_ports import UpstreamServer
    from authserver.services.administration import Administration

log = logging.getLogger(__name__)

HOUSEKEEPING: Final = Act(Actor(ActorKind.SYSTEM, "housekeeping"))
DETAIL_CHARACTERS_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked for, where, when; `before` is what was known of it."""

    provider: Provider
    kind: DocumentKind
    address: str
    before: ProviderDocument | None
    at: float


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of asking. `body` is empty where nothing usable came."""

    body: str = ""
    problem: str = ""
    is_refused: bool = False


class ProviderFetches:
    """Asks a provider's server, and puts what it says where every worker finds it."""

    def __init__(self, *, administration: Administration, server: UpstreamServer) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._server = server

    def ask(self, provider: Provider, kind: DocumentKind, *, seconds: float) -> bool:
        """Ask for a document; False when somebody else did a moment ago, or nobody knows where.

        Whatever the provider does, this does not raise; what it said or failed to say is kept.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        now = self._administration.clock.now()
        with self._administration.database.writing() as stores:
            before = stores.providers.document(provider.name, kind)
            address = _address(stores, provider, kind, now)
            if not address or not stores.providers.claim_fetch(
                provider.name, kind, at=now, not_after=now - ASK_AGAIN_SECONDS
            ):
                return False
        question = _Question(provider, kind, address, before, now)
        answer = self._answer(question, seconds)
        with self._administration.database.writing() as stores:
            self._keep(stores, question, answer)
        return True

    def record_change(
        self,
        stores: Stores,
        name: str,
        before: ProviderDocument | None,
        after: ProviderDocument,
    ) -> None:
        """Record that a provider has become unusable, or usable again, where it has."""
        other = DocumentKind.KEYS if after.kind is DocumentKind.METADATA else DocumentKind.METADATA
        if is_unusable(before) == is_unusable(after) or is_unusable(
            stores.providers.document(name, other)
        ):
            return
        details: dict[str, object] = {"document": after.kind.value}
        action = "provider.usable"
        if is_unusable(after):
            action = "provider.unusable"
            details["problem"] = after.problem
        self._administration.record(stores, HOUSEKEEPING, action, name, details)

    def _answer(self, question: _Question, seconds: float) -> _Answer:
        try:
            if question.kind is DocumentKind.METADATA:
                found = self._server.discover(question.provider, seconds=seconds)
                return _Answer(metadata_body(found))
            jwks = self._server.keys(question.address, seconds=seconds)
            return _Answer(keys_body(jwks), "" if jwks else NO_KEYS)
        except DocumentRefused as error:
            return _Answer(problem=_bounded(error.problem), is_refused=True)
        except OutboundError as error:
            return _Answer(problem=_bounded(str(error)))

    def _keep(self, stores: Stores, question: _Question, answer: _Answer) -> None:
        provider, kind, before = question.provider, question.kind, question.before
        current = stores.providers.get(provider.name)
        if (
            current is None
            or current.status is ProviderStatus.REMOVED
            or current.endpoint_hosts != provider.endpoint_hosts
            or _address(stores, current, kind, question.at) != question.address
        ):
            # It was configured anew while we asked: what it says at the old place is nothing.
            return
        stored = stores.providers.document(provider.name, kind)
        read_at = 0.0 if before is None else before.fetched_at
        if stored is not None and (stored.asked_at, stored.fetched_at) != (question.at, read_at):
            # Somebody else has read it meanwhile, an administrator's check perhaps.
            return
        # What was read before stays: it counts for a while when nothing usable came.
        after = ProviderDocument(
            provider=provider.name,
            kind=kind,
            body=answer.body or ("" if before is None else before.body),
            fetched_at=question.at if answer.body else read_at,
            asked_at=question.at,
            problem=answer.problem,
            is_refused=answer.is_refused,
        )
        stores.providers.put_document(after)
        self.record_change(stores, provider.name, before, after)
        if after.problem and (before is None or before.problem != after.problem):
            log.warning("provider %s: its %s: %s", provider.name, kind, after.problem)


def _address(stores: Stores, provider: Provider, kind: DocumentKind, now: float) -> str:
    """Where the document is; empty when nobody knows."""
    if kind is DocumentKind.METADATA:
        return provider.discovery_url
    document = stores.providers.document(provider.name, DocumentKind.METADATA)
    try:
        return metadata_in(document, provider, now).jwks_uri
    except UpstreamFailure:
        return ""


def _bounded(text: str) -> str:
    return text[:DETAIL_CHARACTERS_MAX]
