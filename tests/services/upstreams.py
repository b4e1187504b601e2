"""Providers' servers that say what a test tells them, and workers that ask them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from authserver.domain.outbound import OutboundError, OutboundReason, OutboundUnavailable
from authserver.services.administration import Administration
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.provider_documents import ProviderDocuments
from authserver.services.provider_fetches import ProviderFetches
from tests.doubles import FakeClock
from tests.memory_database import MemoryDatabase
from tests.upstream.providers import OKTA, OKTA_METADATA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from authserver.domain.provider_documents import (
        DocumentKind,
        ProviderDocument,
        ProviderMetadata,
    )
    from authserver.domain.providers import Provider

DOWN = OutboundUnavailable(OutboundReason.TIMEOUT, "no answer in time")


def jwk(kid: str) -> dict[str, object]:
    return {"kty": "RSA", "kid": kid, "n": f"n-{kid}", "e": "AQAB", "use": "sig"}


@dataclass
class ScriptedServer:
    """Satisfies the part of `UpstreamServer` that reads documents.

    `trouble` is raised instead of an answer. `meanwhile` runs while it is asked.
    """

    metadata: ProviderMetadata = OKTA_METADATA
    kids: tuple[str, ...] = ("a",)
    trouble: Exception | None = None
    meanwhile: Callable[[], None] | None = None
    asked: list[tuple[str, float | None]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def discover(self, provider: Provider, *, seconds: float | None = None) -> ProviderMetadata:
        self._answer("metadata", seconds)
        return self.metadata

    def keys(
        self, jwks_uri: str, *, seconds: float | None = None
    ) -> Sequence[Mapping[str, object]]:
        self._answer(jwks_uri, seconds)
        return [jwk(kid) for kid in self.kids]

    def asked_for_keys(self) -> int:
        return sum(each != "metadata" for each, _ in self.asked)

    def asked_for_metadata(self) -> int:
        return sum(each == "metadata" for each, _ in self.asked)

    def _answer(self, what: str, seconds: float | None) -> None:
        with self.lock:
            self.asked.append((what, seconds))
            meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        if self.trouble is not None:
            raise self.trouble

    def redeem(self, *_: object, **__: object) -> Any:
        raise AssertionError("nobody signs in here")

    userinfo = graph_groups = okta_groups = redeem


class DocumentScene:
    """One provider, one database, and as many workers as are asked for."""

    def __init__(self, provider: Provider = OKTA, *, clock: FakeClock | None = None) -> None:
        self.clock = clock or FakeClock()
        self.database = MemoryDatabase()
        self.server = ScriptedServer()
        self.provider = provider
        self.administration = Administration(
            database=self.database, clock=self.clock, barrier=CommitBarrier(self.clock)
        )
        self.asides = 0
        with self.database.writing() as stores:
            stores.providers.add(provider)
        self.worker = self.another_worker()

    def another_worker(self) -> ProviderDocuments:
        return ProviderDocuments(
            database=self.database,
            clock=self.clock,
            fetches=ProviderFetches(administration=self.administration, server=self.server),
            aside=self._aside,
        )

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """Counts how often a thread let another one work, as it must while it waits."""
        self.asides += 1
        yield

    def kids(self, kid: str | None = "a", worker: ProviderDocuments | None = None) -> list[object]:
        keys = (worker or self.worker).keys(self.provider, kid)
        return [each["kid"] for each in keys.jwks]

    def stored(self, kind: DocumentKind) -> ProviderDocument | None:
        with self.database.reading() as stores:
            return stores.providers.document(self.provider.name, kind)

    def save(self, **changes: Any) -> None:
        self.provider = replace(self.provider, **changes)
        with self.database.writing() as stores:
            stores.providers.save(self.provider)

    def recorded(self) -> list[tuple[str, str]]:
        """Actions about the provider, each with its document."""
        return [(event.action, str(event.details["document"])) for event in self.database.audit]

    def outage(self, error: OutboundError = DOWN) -> None:
        self.server.trouble = error

    def recovery(self) -> None:
        self.server.trouble = None
