"""A provider's userinfo endpoint (OpenID Connect Core section 5.3), JSON alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.upstream.oidc_failures import failures, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.upstream.oidc_budget import BudgetedCalls

HTTP_OK: Final = 200
PLACE: Final = "userinfo endpoint"


def ask_userinfo(calls: BudgetedCalls, endpoint: str, access_token: str) -> Mapping[str, object]:
    """The claims; whose they are is for the caller to check. Raises UpstreamFailure."""
    with failures(PLACE):
        answer = calls.request_json("GET", endpoint, {"Authorization": f"Bearer {access_token}"})
    if answer.status != HTTP_OK:
        raise refused(PLACE, answer.status, answer.document)
    return answer.document
