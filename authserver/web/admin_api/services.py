"""The services behind the administration API, by the names that the container gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from authserver.domain.ports import Clock
    from authserver.services.clients import Clients


class AdminServices(Protocol):
    """Everything that handlers use. Each is made when the first call needs it."""

    @property
    def clock(self) -> Clock:
        """Time."""
        ...

    @property
    def clients(self) -> Clients:
        """Client administration."""
        ...
