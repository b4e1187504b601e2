"""From where this server may be administered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services.network_sets import network_set

if TYPE_CHECKING:
    from authserver.domain.calls import Call


class AdminNetworks:
    """The networks whose people and programs may administer; none named: all."""

    def __init__(self, networks: tuple[str, ...] = ()) -> None:
        """Take networks in CIDR notation."""
        self._networks = networks

    def admit(self, call: Call) -> bool:
        """Whether a call comes from one of them; one from nowhere known does not."""
        return not self._networks or network_set(self._networks).contains(call.peer)
