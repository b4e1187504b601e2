"""Keys of clients that publish them at a `jwks_uri`: fetched seldom, kept for a while."""

from __future__ import annotations

import logging
import threading
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.domain.outbound import OutboundError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from authserver.domain.client_key_ports import AssertionVerifier, PublicKeys
    from authserver.domain.clients import Client
    from authserver.domain.credentials import VerifiedAssertion
    from authserver.domain.outbound import HttpClient
    from authserver.domain.ports import Clock

    Jwks = tuple[Mapping[str, object], ...]

log = logging.getLogger(__name__)

ASK_AGAIN_SECONDS: Final = 60.0
"""A client's server is asked no more often than this, whatever assertions come (CA-10)."""
FRESH_SECONDS: Final = 300.0
"""How long a set counts without a look: a key taken out of it verifies no longer than this."""
STALE_SECONDS: Final = 3600.0
"""How long a set still counts when its server cannot be asked."""
DOCUMENT_BYTES_MAX: Final = 64 * 1024
FETCH_SECONDS_MAX: Final = 3.0
KEYS_LOOKED_AT: Final = 50
CLIENTS_REMEMBERED: Final = 2000


@dataclass(slots=True)
class _Known:
    """What a worker knows of one `jwks_uri`; times are of the monotonic clock."""

    lock: threading.Lock
    jwks: Jwks = ()
    fetched_at: float = float("-inf")
    asked_at: float = float("-inf")


class RemoteKeys:
    """The keys at clients' `jwks_uri`, in this worker's memory."""

    def __init__(
        self,
        *,
        http: HttpClient,
        public_keys: PublicKeys,
        clock: Clock,
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """`aside` makes a context in which this thread only waits, so that another may work."""
        self._http = http
        self._public_keys = public_keys
        self._clock = clock
        self._aside = aside
        self._known: dict[tuple[str, str], _Known] = {}
        self._lock = threading.Lock()

    def of(self, client: Client, kid: str | None) -> Jwks:
        """The client's keys; empty when they are not known.

        They are fetched when they are older than five minutes, or lack the key that an assertion
        names, but never twice within a minute: `kid` is anybody's text. When the server does not
        answer well, the keys known serve on for an hour.
        """
        known = self._entry(client)
        if self._is_due(known, kid):
            # Whoever has keys need not wait for somebody else's fetch.
            with self._aside():
                locked = known.lock.acquire(blocking=not self._serving(known))
            if locked:
                try:
                    if self._is_due(known, kid):
                        self._fetch(client, known)
                finally:
                    known.lock.release()
        return self._serving(known)

    def _serving(self, known: _Known) -> Jwks:
        is_over = self._clock.monotonic() - known.fetched_at > STALE_SECONDS
        return () if is_over else known.jwks

    def _is_due(self, known: _Known, kid: str | None) -> bool:
        now = self._clock.monotonic()
        if now - known.asked_at < ASK_AGAIN_SECONDS:
            return False
        if now - known.fetched_at > FRESH_SECONDS:
            return True
        return kid is not None and all(jwk["kid"] != kid for jwk in known.jwks)

    def _fetch(self, client: Client, known: _Known) -> None:
        known.asked_at = self._clock.monotonic()
        uri = client.profile.jwks_uri
        if not uri.startswith("https://"):
            log.warning("client %s: its jwks_uri is not https", client.client_id)
            return
        try:
            with self._aside():
                document = self._http.get_json(
                    uri, max_body_bytes=DOCUMENT_BYTES_MAX, total_seconds=FETCH_SECONDS_MAX
                )
        except OutboundError as error:
            log.warning("client %s: its keys could not be read: %s", client.client_id, error)
            return
        jwks = self._usable(document)
        if not jwks:
            log.warning("client %s: its jwks_uri has no key that fits", client.client_id)
            return
        known.jwks, known.fetched_at = jwks, self._clock.monotonic()

    def _usable(self, document: Mapping[str, object]) -> Jwks:
        """The keys we can verify with; others' keys stand beside them (RFC 7517 section 5)."""
        keys = document.get("keys")
        usable: dict[object, Mapping[str, object]] = {}
        for jwk in keys[:KEYS_LOOKED_AT] if isinstance(keys, list) else ():
            try:
                (public,) = self._public_keys.normalise({"keys": [jwk]})
            except InvalidField:
                continue
            usable.setdefault(public["kid"], public)
        return tuple(usable.values())

    def _entry(self, client: Client) -> _Known:
        name = (client.client_id, client.profile.jwks_uri)
        with self._lock:
            known = self._known.get(name)
            if known is None:
                if len(self._known) >= CLIENTS_REMEMBERED:
                    del self._known[next(iter(self._known))]
                known = self._known[name] = _Known(threading.Lock())
        return known


class RemoteKeyAssertions:
    """An `AssertionVerifier` for clients whose keys stand here or at their `jwks_uri`."""

    def __init__(self, assertions: AssertionVerifier, keys: RemoteKeys) -> None:
        """Verify with `assertions`, whose clients' keys come from `keys` where they have a URI."""
        self._assertions = assertions
        self._keys = keys

    def claimed_client(self, assertion: str) -> str | None:
        """The client id that an unverified assertion names; `None` when it is malformed."""
        return self._assertions.claimed_client(assertion)

    def claimed_key(self, assertion: str) -> str | None:
        """The `kid` that an unverified assertion names, `None` without one."""
        return self._assertions.claimed_key(assertion)

    def verify(self, assertion: str, client: Client, now: float) -> VerifiedAssertion | None:
        """Signature, claims, times and audience; not yet single use."""
        if client.profile.jwks_uri and not client.jwks and client.is_enabled:
            kid = self._assertions.claimed_key(assertion)
            client = replace(client, jwks=self._keys.of(client, kid))
        return self._assertions.verify(assertion, client, now)
