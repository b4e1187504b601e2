"""The services behind the administration API, by the names that the container gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from authserver.domain.ports import Clock
    from authserver.services.clients import Clients
    from authserver.services.gateways import Gateways
    from authserver.services.hand_overs import HandOvers
    from authserver.services.resources import Resources
    from authserver.services.subject_accounts import SubjectAccounts


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

    @property
    def resources(self) -> Resources:
        """Resource administration."""
        ...

    @property
    def hand_overs(self) -> HandOvers:
        """How calls are handed over to sites."""
        ...

    @property
    def subject_accounts(self) -> SubjectAccounts:
        """Accounts of sites that stand for subjects."""
        ...

    @property
    def gateways(self) -> Gateways:
        """Gateway administration."""
        ...
