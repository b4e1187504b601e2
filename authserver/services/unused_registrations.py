"""Removing clients that registered themselves and then did nothing for a long time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.clients import ClientStatus
from authserver.services.registrations import end_registration

if TYPE_CHECKING:
    from authserver.domain.clients import Client
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration

MOST_AT_ONCE: Final = 100


class UnusedRegistrations:
    """A chore: small transactions, each client looked at again before it goes."""

    def __init__(self, administration: Administration) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration

    def remove(self, before: float, act: Act) -> int:
        """Remove up to 100 clients that were last used before that time; how many are gone.

        Raises:
            StorageUnavailable: nothing was removed.
        """
        with self._administration.database.reading() as stores:
            names = stores.registrations.unused_since(before, MOST_AT_ONCE)
        if not names:
            return 0
        changes = [Change(ChangeKind.CLIENT, name, 0.0) for name in names]
        with self._administration.changing(changes, takes_power=True) as stores:
            return sum(self._end(stores, name, before, act) for name in names)

    def _end(self, stores: Stores, name: str, before: float, act: Act) -> bool:
        client = stores.clients.get(name)
        if client is None or client.status is ClientStatus.DELETED:
            stores.registrations.remove(name)
            return False
        used = _last_proof(client)
        if used is not None and used >= before:
            # Its tokens leave no trace in the registration, its secret does.
            stores.registrations.note_use(name, used)
            return False
        registration = stores.registrations.get(name)
        if registration is None or registration.last_used_at >= before:
            return False  # used or removed a moment ago
        now = self._administration.clock.now()
        end_registration(stores, client, now)
        self._administration.record(
            stores,
            act,
            "client.deleted",
            name,
            {
                "before": str(client.status),
                "after": str(ClientStatus.DELETED),
                "unused_since": before,
            },
        )
        return True


def _last_proof(client: Client) -> float | None:
    used = [secret.last_used_at for secret in client.secrets if secret.last_used_at is not None]
    return max(used, default=None)
