"""Metadata and keys of providers: read seldom, shared by all workers, believed for a while."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.provider_documents import (
    ASK_AGAIN_SECONDS,
    KEYS_FRESH_SECONDS,
    KEYS_STALE_SECONDS,
    METADATA_FRESH_SECONDS,
    DocumentKind,
    ProviderDocument,
    ProviderKeys,
)
from authserver.domain.tokens import FAR_AHEAD_SECONDS
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.services.provider_document_forms import (
    NO_KEYS,
    keys_body,
    keys_in,
    metadata_body,
    metadata_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from authserver.domain.ports import Clock, Database, Stores
    from authserver.domain.provider_documents import ProviderMetadata
    from authserver.domain.providers import Provider
    from authserver.services.provider_fetches import ProviderFetches

LOOK_SECONDS: Final = 5.0
"""How long a worker's memory of the database's copy counts."""
LOOK_AGAIN_SECONDS: Final = 1.0
"""The same for a key that is not in it: anybody can name keys that nobody has."""
POLL_SECONDS: Final = 0.05
AHEAD: Final = 2 / 3
"""Housekeeping asks at this part of the time that keys are fresh: no request has to."""
ASK_SECONDS: Final = 5.0
LEAST_SECONDS: Final = 0.2
"""In less time nobody is asked: the provider is not to blame when ours is over."""
PROVIDERS_REMEMBERED: Final = 500
MOST_WAITING: Final = 16
"""Threads of a worker that may wait for what others fetch: for a key that nobody has, too."""


@dataclass(slots=True)
class _Known:
    """What a worker knows of one provider; `looked_at` is of the monotonic clock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    metadata: ProviderDocument | None = None
    document: ProviderDocument | None = None
    keys: ProviderKeys | None = None
    looked_at: float = float("-inf")

    def has(self, key_id: str | None) -> bool:
        """Whether the key is there; without a name: whether there are keys."""
        if self.keys is None:
            return False
        return key_id is None or any(jwk.get("kid") == key_id for jwk in self.keys.jwks)

    @property
    def is_being_asked(self) -> bool:
        """Whether somebody asks at this moment, as far as the database shows."""
        document = self.document
        return (
            document is not None
            and document.asked_at > document.fetched_at
            and not document.problem
        )


class ProviderDocuments:
    """What providers publish of themselves. Safe to share between threads."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        fetches: ProviderFetches,
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """`aside` makes a context in which this thread only waits, so that another may work."""
        self._database = database
        self._clock = clock
        self._fetches = fetches
        self._aside = aside
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(MOST_WAITING)

    def metadata(self, provider: Provider, *, seconds: float = ASK_SECONDS) -> ProviderMetadata:
        """The metadata; asked for anew when it is a day old, or there is none.

        Raises:
            UpstreamFailure: there is none that counts.
            StorageUnavailable: the database does not answer.
        """
        end = self._clock.monotonic() + seconds
        document = self._document(provider)
        if seconds >= LEAST_SECONDS and self._is_due(document, METADATA_FRESH_SECONDS):
            asked = self._fetches.ask(provider, DocumentKind.METADATA, seconds=seconds)
            document = self._document(provider)
            while document is None and not asked and self._waits(end):
                document = self._document(provider)
        return metadata_in(document, provider, self._clock.now())

    def keys(
        self, provider: Provider, key_id: str | None, *, seconds: float = ASK_SECONDS
    ) -> ProviderKeys:
        """The keys; asked for anew when they are old, or `key_id` is not among them.

        Never twice within a minute by all workers: `key_id` is anybody's text. When the provider
        does not answer well, the keys known serve on for a day. A good answer without a key that
        can be used counts: then nothing verifies.

        Raises:
            UpstreamFailure: nobody knows them.
            StorageUnavailable: the database does not answer.
        """
        end = self._clock.monotonic() + seconds
        known = self._entry(provider)
        age = self._clock.monotonic() - known.looked_at
        if age > LOOK_SECONDS or (age > LOOK_AGAIN_SECONDS and not known.has(key_id)):
            self._look(provider, known)
        others_ask = self._are_due(known, key_id) and self._ask(provider, known, key_id, end)
        while not known.has(key_id):
            first = others_ask and known.document is None
            if not (first or known.is_being_asked) or not self._waits(end):
                break
            self._look(provider, known)
        return self._serving(provider, known)

    def store_checked(
        self,
        stores: Stores,
        provider: Provider,
        metadata: ProviderMetadata,
        jwks: Sequence[Mapping[str, object]],
        now: float,
    ) -> None:
        """Keep what an administrator's check has just read, in the caller's transaction."""
        for kind, body, problem in (
            (DocumentKind.METADATA, metadata_body(metadata), ""),
            (DocumentKind.KEYS, keys_body(jwks), "" if jwks else NO_KEYS),
        ):
            before = stores.providers.document(provider.name, kind)
            after = ProviderDocument(provider.name, kind, body, now, now, problem)
            stores.providers.put_document(after)
            self._fetches.record_change(stores, provider.name, before, after)

    def refresh_due(self) -> int:
        """Ask every enabled provider for what is due; how many documents were asked for.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        with self._database.reading() as stores:
            found = [
                (each, kind, stores.providers.document(each.name, kind))
                for each in stores.providers.list()
                if each.is_enabled
                for kind in DocumentKind
            ]
        fresh = {
            DocumentKind.METADATA: METADATA_FRESH_SECONDS - ASK_AGAIN_SECONDS,
            DocumentKind.KEYS: KEYS_FRESH_SECONDS * AHEAD,
        }
        return sum(
            self._fetches.ask(provider, kind, seconds=ASK_SECONDS)
            for provider, kind, document in found
            if self._is_due(document, fresh[kind])
        )

    def _is_due(self, document: ProviderDocument | None, fresh_seconds: float) -> bool:
        if document is None:
            return True
        # What was asked for far in the future was so by a wrong clock.
        now = self._clock.now()
        if -FAR_AHEAD_SECONDS <= now - document.asked_at < ASK_AGAIN_SECONDS:
            return False
        is_fresh = -FAR_AHEAD_SECONDS <= now - document.fetched_at <= fresh_seconds
        return bool(document.problem) or not is_fresh

    def _are_due(self, known: _Known, key_id: str | None) -> bool:
        if self._is_due(known.document, KEYS_FRESH_SECONDS):
            return True
        asked_at = 0.0 if known.document is None else known.document.asked_at
        return not known.has(key_id) and self._clock.now() - asked_at >= ASK_AGAIN_SECONDS

    def _ask(self, provider: Provider, known: _Known, key_id: str | None, end: float) -> bool:
        """Ask, if it is still due; whether another worker asks at this moment."""
        # Whoever has the key need not wait for somebody else's fetch.
        patience = 0.0 if known.has(key_id) else max(0.0, end - self._clock.monotonic())
        if not known.lock.acquire(blocking=False) and not (
            patience and self._wait(lambda: known.lock.acquire(timeout=patience))
        ):
            return False
        try:
            self._look(provider, known)
            if not self._are_due(known, key_id):
                return False
            self.metadata(provider, seconds=end - self._clock.monotonic())
            left = end - self._clock.monotonic()
            if left < LEAST_SECONDS:
                return False
            asked = self._fetches.ask(provider, DocumentKind.KEYS, seconds=left)
            self._look(provider, known)
        except UpstreamFailure:
            # Without metadata nobody knows where the keys are; what is known serves on.
            self._look(provider, known)
            return False
        else:
            return not asked
        finally:
            known.lock.release()

    def _serving(self, provider: Provider, known: _Known) -> ProviderKeys:
        now = self._clock.now()
        if known.metadata is not None and known.metadata.is_refused:
            metadata_in(known.metadata, provider, now)
        if known.keys is None or now - known.keys.fetched_at > KEYS_STALE_SECONDS:
            return keys_in(known.document, now)
        return known.keys

    def _look(self, provider: Provider, known: _Known) -> None:
        """Read the database's copies; parse keys where they are other ones."""
        looked_at = self._clock.monotonic()
        with self._database.reading() as stores:
            metadata = stores.providers.document(provider.name, DocumentKind.METADATA)
            document = stores.providers.document(provider.name, DocumentKind.KEYS)
        if known.keys is None or document != known.document:
            known.keys = self._parsed(document, known.keys)
        known.metadata, known.document, known.looked_at = metadata, document, looked_at

    def _parsed(
        self, document: ProviderDocument | None, before: ProviderKeys | None
    ) -> ProviderKeys | None:
        try:
            keys = keys_in(document, self._clock.now())
        except UpstreamFailure:
            return None
        if before is None or keys.jwks != before.jwks:
            return keys
        # Verified tokens are remembered with their keys: no copy of these for each fetch.
        return replace(keys, jwks=before.jwks)

    def _document(self, provider: Provider) -> ProviderDocument | None:
        with self._database.reading() as stores:
            return stores.providers.document(provider.name, DocumentKind.METADATA)

    def _waits(self, end: float) -> bool:
        """Wait a moment for another worker's answer; False when the time is over."""
        if self._clock.monotonic() + POLL_SECONDS > end:
            return False
        return self._wait(self._nap)

    def _nap(self) -> bool:
        self._clock.sleep(POLL_SECONDS)
        return True

    def _wait(self, done: Callable[[], bool]) -> bool:
        """Let others work until it is done; False as well when too many wait already."""
        if not self._places.acquire(blocking=False):
            return False
        try:
            with self._aside():
                return done()
        finally:
            self._places.release()

    def _entry(self, provider: Provider) -> _Known:
        with self._lock:
            known = self._known.get(provider.name)
            if known is None:
                if len(self._known) >= PROVIDERS_REMEMBERED:
                    del self._known[next(iter(self._known))]
                known = self._known[provider.name] = _Known()
        return known
