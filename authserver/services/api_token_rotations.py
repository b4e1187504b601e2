"""Which API tokens may be given new secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import ApiTokenStatus
from authserver.domain.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.api_tokens import ApiToken

MOST_IN_A_LINEAGE: Final = 2
"""Live ones: one in use and its successor."""


def check_rotatable(
    token: ApiToken, others: Sequence[ApiToken], now: float, overlap_seconds: float
) -> None:
    """Let a token be rotated whose live `others` of its lineage are known. Raises Conflict."""
    if token.successor_id:
        raise Conflict(
            f"token {token.token_id} was rotated into {token.successor_id}: rotate that one"
        )
    if not token.is_live(now):
        what = token.status if token.status is not ApiTokenStatus.ENABLED else "expired"
        raise Conflict(f"token {token.token_id} is {what}: make a new one")
    if overlap_seconds > 0 and len(others) >= MOST_IN_A_LINEAGE - 1:
        raise Conflict(
            f"the secret before that of token {token.token_id} is live as well: revoke "
            f"{others[0].token_id}, or rotate with overlap 0 to end both now"
        )
