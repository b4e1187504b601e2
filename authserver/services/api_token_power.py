"""Stopping API tokens one by one, for ever or until they are enabled again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import OVER, ApiTokenStatus
from authserver.domain.errors import Conflict
from authserver.domain.texts import check_text
from authserver.services.administrators import guard_subject
from authserver.services.api_token_lookup import changed, existing_token, held_lineage
from authserver.services.api_token_records import record
from authserver.services.token_mail_ends import cancel_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration

LONGEST_REASON: Final = 200
_ACTIONS: Final[Mapping[ApiTokenStatus, str]] = {
    ApiTokenStatus.REVOKED: "token.revoked",
    ApiTokenStatus.DISABLED: "token.disabled",
}


class ApiTokenPower:
    """Takes the power of tokens away, everywhere at once, and gives it back.

    With a token go those that it took the place of and that still run: whoever stops it means that
    connection. Its successors go on.
    """

    def __init__(self, administration: Administration) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration

    def revoke(self, token_id: str, act: Act, *, reason: str = "") -> Sequence[ApiToken]:
        """End a token for ever; what was ended, nothing where that was so already.

        When this returns, no worker accepts the token any more, also where somebody else did it.

        Raises:
            NotFound: there is no such token.
            InvalidField: for `reason`.
        """
        return self._stop(token_id, ApiTokenStatus.REVOKED, act, reason)

    def disable(self, token_id: str, act: Act, *, reason: str = "") -> Sequence[ApiToken]:
        """Stop a token until it is enabled again; the same.

        Raises:
            NotFound: there is no such token.
            InvalidField: for `reason`.
            Conflict: it is over.
        """
        return self._stop(token_id, ApiTokenStatus.DISABLED, act, reason)

    def enable(self, token_id: str, act: Act) -> ApiToken:
        """Let a disabled token work again.

        Raises:
            NotFound: there is no such token.
            Forbidden: its owner administers, and the act may not touch such users.
            Conflict: it is over.
        """
        now = self._administration.clock.now()
        with self._administration.changing([], takes_power=False) as stores:
            token = existing_token(stores, token_id)
            guard_subject(stores, act, token.owner)
            status = token.status_at(now)
            if status in OVER:
                raise Conflict(f"token {token_id} is {status}: make a new one")
            if token.status is not ApiTokenStatus.DISABLED:
                return token
            enabled = replace(token, status=enabled_status(token), status_changed_at=now, reason="")
            stores.api_tokens.save(enabled)
            stores.authority.advance([changed(token_id, now)])
            record(stores, act, "token.enabled", enabled, at=now, details=_before(token))
        return enabled

    def _stop(
        self, token_id: str, status: ApiTokenStatus, act: Act, reason: str
    ) -> Sequence[ApiToken]:
        why = check_text("reason", reason, longest=LONGEST_REASON, required=False)
        now = self._administration.clock.now()
        with self._administration.changing([], takes_power=True) as stores:
            token, others = held_lineage(stores, token_id, now)
            if status is ApiTokenStatus.DISABLED and token.status in OVER:
                raise Conflict(f"token {token_id} is {token.status}: it counts nowhere any more")
            return [
                stopped_in(stores, each, status, act, at=now, reason=why)
                for each in [token, *_replaced_by(token, others)]
                if each.status is not status and each.status not in OVER
            ]


def stopped_in(
    stores: Stores, token: ApiToken, status: ApiTokenStatus, act: Act, *, at: float, reason: str
) -> ApiToken:
    """Stop one token in the caller's transaction, which waits at the barrier itself."""
    stopped = replace(token, status=status, status_changed_at=at, reason=reason)
    stores.api_tokens.save(stopped)
    if status in OVER:
        cancel_all(stores, [token.token_id])
    stores.authority.advance([changed(token.token_id, at)])
    record(stores, act, _ACTIONS[status], stopped, at=at, details=_before(token), reason=reason)
    return stopped


def enabled_status(token: ApiToken) -> ApiTokenStatus:
    """What a disabled token becomes: one that nobody has picked up still waits for that."""
    return ApiTokenStatus.PENDING if token.secret is None else ApiTokenStatus.ENABLED


def _replaced_by(token: ApiToken, others: Sequence[ApiToken]) -> list[ApiToken]:
    """Those of its lineage that it took the place of, however many rotations ago."""
    earlier = {each.successor_id: each for each in others}
    found, current = [], token
    while current.token_id in earlier:
        current = earlier.pop(current.token_id)
        found.append(current)
    return found


def _before(token: ApiToken) -> dict[str, object]:
    return {"before": str(token.status)}
