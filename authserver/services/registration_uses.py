"""When a client that registered itself was last in use, without a write per token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authserver.domain.clients import Client
    from authserver.domain.ports import Stores

DAY_SECONDS: Final = 86_400


def note_registration_use(stores: Stores, client: Client, at: float) -> None:
    """Remember the day: a write at most once in it. Does nothing for any other client."""
    if client.profile.is_dynamic:
        stores.registrations.note_use(client.client_id, at - at % DAY_SECONDS)
