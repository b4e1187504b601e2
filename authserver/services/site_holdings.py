"""What hangs on a site: whoever stops or deletes it sees first whom that concerns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.api_tokens import ApiTokenFilter
from authserver.domain.searches import ClientSearch, GrantSearch
from authserver.services.long_lists import MOST_COUNTED
from authserver.services.resources import existing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import Clock, Database


@dataclass(frozen=True, slots=True)
class Holdings:
    """Gateways before a site, by name, and how much of everything else there is for it now.

    More than `MOST_COUNTED` only says that there are more.
    """

    gateways: Sequence[str]
    clients: int
    api_tokens: int
    grants: int
    accounts: int
    connect_keys: int
    has_hand_over: bool


class SiteHoldings:
    """Counts them."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._clock = clock

    def of(self, name: str) -> Holdings:
        """What hangs on one. Raises NotFound."""
        now, most = self._clock.now(), MOST_COUNTED + 1
        with self._database.reading() as stores:
            existing(stores, name)
            gateways = stores.gateways.list()
            return Holdings(
                gateways=[each.name for each in gateways if each.resource == name],
                clients=stores.clients.count(ClientSearch(resource=name), most),
                api_tokens=stores.api_tokens.count(
                    ApiTokenFilter(resource=name, live_at=now), most
                ),
                grants=stores.grants.count(GrantSearch(resource=name, live_at=now), most),
                accounts=stores.accounts.count(name),
                connect_keys=len(stores.connect_keys.list(name)),
                has_hand_over=stores.hand_overs.get(name) is not None,
            )
