"""When a credential was last used, without a write per request."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authserver.domain.ports import Database


class LastUses:
    """Collects last uses in the worker; `flush` writes them now and then (coarse on purpose)."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._client_secrets: dict[str, float] = {}
        self._resource_credentials: dict[str, float] = {}
        self._gateway_keys: dict[str, float] = {}

    def note_client_secret(self, secret_id: str, at: float) -> None:
        """Remember a use (seconds since the epoch)."""
        with self._lock:
            self._client_secrets[secret_id] = at

    def note_resource_credential(self, secret_id: str, at: float) -> None:
        """Remember a use (seconds since the epoch)."""
        with self._lock:
            self._resource_credentials[secret_id] = at

    def note_gateway_key(self, secret_id: str, at: float) -> None:
        """Remember a use (seconds since the epoch)."""
        with self._lock:
            self._gateway_keys[secret_id] = at

    def flush(self, database: Database) -> int:
        """Write what was collected since the last time; how many credentials were used.

        Raises:
            StorageUnavailable: nothing was written; the uses are kept for the next time.
        """
        with self._lock:
            clients, self._client_secrets = self._client_secrets, {}
            resources, self._resource_credentials = self._resource_credentials, {}
            gateways, self._gateway_keys = self._gateway_keys, {}
        if not clients and not resources and not gateways:
            return 0
        try:
            with database.writing() as stores:
                if clients:
                    stores.clients.note_use(clients)
                if resources:
                    stores.resources.note_use(resources)
                if gateways:
                    stores.gateways.note_use(gateways)
        except BaseException:
            with self._lock:
                self._client_secrets = {**clients, **self._client_secrets}
                self._resource_credentials = {**resources, **self._resource_credentials}
                self._gateway_keys = {**gateways, **self._gateway_keys}
            raise
        return len(clients) + len(resources) + len(gateways)
