"""Telling clients that a session ended (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.clients import ClientStatus
from authserver.domain.identity_tokens import StatementType
from authserver.domain.logout_deliveries import LOGOUT_TOKEN_SECONDS
from authserver.domain.outbound import OutboundError, OutboundRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authserver.domain.clients import Client
    from authserver.domain.logout_deliveries import LogoutDelivery
    from authserver.domain.outbound import HttpClient
    from authserver.domain.ports import Clock, Database, SecretMaker
    from authserver.services.directory import Keys

log = logging.getLogger(__name__)

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
"""The member of `events` that makes a token a logout token (section 2.4)."""
FORM: Final = "application/x-www-form-urlencoded"
ANSWER_BYTES: Final = 4096
TOTAL_SECONDS: Final = 5.0
LONGEST_PAUSE_SECONDS: Final = 600.0
AT_ONCE: Final = 8
"""Clients that are called at the same time: one that is slow keeps the others waiting less."""
BATCH: Final = 32
"""At worst a round takes 20 seconds: shorter than a lease."""
SYSTEM: Final = Actor(ActorKind.SYSTEM, "logout")
_SUCCESS: Final = range(200, 300)


class LogoutDeliveries:
    """Delivers what is due; a client that does not answer is tried again, for an hour."""

    def __init__(
        self,
        *,
        issuer: str,
        database: Database,
        clock: Clock,
        keys: Keys,
        secret_maker: SecretMaker,
        http: HttpClient,
    ) -> None:
        """`http` refuses private addresses that no administrator has named."""
        self._issuer = issuer
        self._database = database
        self._clock = clock
        self._keys = keys
        self._secret_maker = secret_maker
        self._http = http

    def deliver(self, may_start: Callable[[], bool]) -> int:
        """Try everything that is due now; how many clients were told.

        `may_start` is asked when there is something to do: the place to take a lease.

        Raises:
            StorageUnavailable: the database or a signing key is missing now.
        """
        if not self._due() or not may_start():
            return 0
        # Whoever had the lease before may have done some of it.
        due = self._due()
        if not due:
            return 0
        self._keys.load()
        with ThreadPoolExecutor(min(AT_ONCE, len(due))) as pool:
            return sum(pool.map(self._try, due))

    def _due(self) -> Sequence[LogoutDelivery]:
        with self._database.reading() as stores:
            return stores.logout_deliveries.due(self._clock.now(), BATCH)

    def _try(self, delivery: LogoutDelivery) -> bool:
        with self._database.reading() as stores:
            client = stores.clients.get(delivery.client_id)
        if client is None or client.status is ClientStatus.DELETED or not _uri(client):
            self._close(delivery, None, "")
            return False
        failure, is_final = self._failure(delivery, client)
        if not failure:
            self._close(delivery, Outcome.SUCCESS, "")
            return True
        now = self._clock.now()
        pause = min(2.0**delivery.attempts, LONGEST_PAUSE_SECONDS)
        if is_final or now + pause >= delivery.expires_at:
            self._close(delivery, Outcome.FAILED, failure)
        else:
            log.warning("client %s was not told of a logout: %s", client.client_id, failure)
            with self._database.writing() as stores:
                stores.logout_deliveries.retry(delivery.delivery_id, next_attempt_at=now + pause)
        return False

    def _failure(self, delivery: LogoutDelivery, client: Client) -> tuple[str, bool]:
        """Why the client was not told, empty when it was; and whether trying again is no use."""
        token = self._token(delivery, client)
        try:
            response = self._http.request(
                "POST",
                _uri(client),
                headers={"Content-Type": FORM},
                body=urlencode({"logout_token": token}).encode(),
                max_body_bytes=ANSWER_BYTES,
                total_seconds=TOTAL_SECONDS,
            )
        except OutboundRefused as refusal:
            return str(refusal.reason), True
        except OutboundError as error:
            return str(error.reason), False
        return ("", False) if response.status in _SUCCESS else (f"status {response.status}", False)

    def _token(self, delivery: LogoutDelivery, client: Client) -> str:
        """The logout token (section 2.4): made anew for each attempt, good for two minutes."""
        now = int(self._clock.now())
        claims = {
            "iss": self._issuer,
            "sub": delivery.subject,
            "aud": client.client_id,
            "iat": now,
            "exp": now + LOGOUT_TOKEN_SECONDS,
            "jti": self._secret_maker.identifier(),
            "sid": delivery.session_id,
            "events": {EVENT: {}},
        }
        # Signed as the client's ID tokens are (section 2.6): it knows no other algorithm.
        algorithm = client.profile.id_token_algorithm
        return self._keys.ring.sign_statement(StatementType.LOGOUT_TOKEN, claims, algorithm)

    def _close(self, delivery: LogoutDelivery, outcome: Outcome | None, reason: str) -> None:
        """Nothing more to do for it; on record unless the client never wanted to be told."""
        with self._database.writing() as stores:
            stores.logout_deliveries.remove(delivery.delivery_id)
            if outcome is None:
                return
            stores.audit.add(
                AuditEvent(
                    at=self._clock.now(),
                    action="logout.told" if outcome is Outcome.SUCCESS else "logout.not_told",
                    outcome=outcome,
                    actor=SYSTEM,
                    object_kind="session",
                    object_id=delivery.session_id,
                    client_id=delivery.client_id,
                    reason=reason,
                    details={"subject": delivery.subject, "attempts": delivery.attempts + 1},
                )
            )


def _uri(client: Client) -> str:
    return client.profile.backchannel_logout_uri
