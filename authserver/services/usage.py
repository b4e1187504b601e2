"""When a credential was last used, without a write per request."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authserver.domain.api_tokens import LastUse
    from authserver.domain.ports import Database


class LastUses:
    """Collects last uses in the worker; `flush` writes them now and then (coarse on purpose)."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._client_secrets: dict[str, float] = {}
        self._resource_credentials: dict[str, float] = {}
        self._gateway_keys: dict[str, float] = {}
        self._api_tokens: dict[str, LastUse] = {}

    def note_client_secret(self, secret_id: str, at: float) -> None:
        """Remember a use (seconds since the epoch)."""
        with self._lock:
            self._client_secrets[secret_id] = at

    def note_resource_credential(self, secret_id: str, at: float) -> None:
        """Remember a use (seconds since the epoch)."""
        with self._lock:
            self._resource_credentials[secret_id] = at

    def note_gateway_key(self, secret_id: str, at: float) -> None:
        """Remember a use (seconds since the epoch), to the second: there is one for each call."""
        known = self._gateway_keys.get(secret_id)
        if known is not None and 0.0 <= at - known < 1.0:
            return
        with self._lock:
            self._gateway_keys[secret_id] = at

    def note_api_token(self, token_id: str, use: LastUse) -> None:
        """Remember a use."""
        with self._lock:
            self._api_tokens[token_id] = use

    def flush(self, database: Database) -> int:
        """Write what was collected since the last time; how many credentials were used.

        Raises:
            StorageUnavailable: nothing was written; the uses are kept for the next time.
        """
        with self._lock:
            clients, self._client_secrets = self._client_secrets, {}
            resources, self._resource_credentials = self._resource_credentials, {}
            gateways, self._gateway_keys = self._gateway_keys, {}
            tokens, self._api_tokens = self._api_tokens, {}
        if not clients and not resources and not gateways and not tokens:
            return 0
        try:
            with database.writing() as stores:
                if clients:
                    stores.clients.note_use(clients)
                if resources:
                    stores.resources.note_use(resources)
                if gateways:
                    stores.gateways.note_use(gateways)
                if tokens:
                    stores.api_tokens.note_use(tokens)
        except BaseException:
            with self._lock:
                self._client_secrets = {**clients, **self._client_secrets}
                self._resource_credentials = {**resources, **self._resource_credentials}
                self._gateway_keys = {**gateways, **self._gateway_keys}
                self._api_tokens = {**tokens, **self._api_tokens}
            raise
        return len(clients) + len(resources) + len(gateways) + len(tokens)
