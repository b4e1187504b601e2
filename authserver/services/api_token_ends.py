"""Putting on record, once, that API tokens have come to their ends by themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import OVER, ApiTokenFilter, ApiTokenStatus
from authserver.domain.audit import Actor, ActorKind
from authserver.services.administration import Act
from authserver.services.api_token_records import record
from authserver.services.token_mail_ends import cancel_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.ports import Stores
    from authserver.services.administration import Administration

BATCH: Final = 200
SYSTEM: Final = Act(Actor(ActorKind.SYSTEM, "housekeeping"))


class ApiTokenEnds:
    """Marks tokens whose time is over.

    Ends are checked at use and wait for nobody here: this is for those who read the record.
    """

    def __init__(self, administration: Administration) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration

    def note(self, go_on: Callable[[], bool]) -> int:
        """Mark whatever is over; how many. `go_on` is asked before each batch.

        What was rotated has been retired, everything else has expired.

        Raises:
            StorageUnavailable: the rest is done next time.
        """
        noted = 0
        for status in sorted(frozenset(ApiTokenStatus) - OVER):
            while go_on():
                with self._administration.changing([], takes_power=False) as stores:
                    count = self._batch(stores, status)
                noted += count
                if count < BATCH:
                    break
        return noted

    def _batch(self, stores: Stores, status: ApiTokenStatus) -> int:
        now = self._administration.clock.now()
        chosen = ApiTokenFilter(status=status, expires_before=now)
        found = stores.api_tokens.page(chosen, limit=BATCH)
        for each in found:
            token = stores.api_tokens.get(each.token_id)
            if token is None or token.status is not status or token.expires_at > now:
                continue
            # Workers need not be told: they look at the time themselves.
            over = replace(token, status=ApiTokenStatus.EXPIRED, status_changed_at=now)
            stores.api_tokens.save(over)
            cancel_all(stores, [token.token_id])
            action = "token.retired" if token.successor_id else "token.expired"
            details = {
                "before": str(token.status),
                "expires_at": token.expires_at,
                "successor_id": token.successor_id,
            }
            record(stores, SYSTEM, action, over, at=now, details=details)
        return len(found)
