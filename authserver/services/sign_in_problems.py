"""A sign-in at a provider that did not succeed, and where the person may go on."""

from __future__ import annotations

from typing import Final

from authserver.domain.errors import DomainError
from authserver.domain.upstream_sign_ins import SignInProblem

OF_AN_ERROR: Final = {
    "access_denied": SignInProblem.REFUSED_BY_USER,
    "interaction_required": SignInProblem.INTERACTION_NEEDED,
    "login_required": SignInProblem.INTERACTION_NEEDED,
    "consent_required": SignInProblem.INTERACTION_NEEDED,
    "account_selection_required": SignInProblem.INTERACTION_NEEDED,
    "temporarily_unavailable": SignInProblem.PROVIDER_BUSY,
    "server_error": SignInProblem.PROVIDER_BUSY,
}
"""What the codes of an authorization response mean; every other one: it refused us."""


class SignInFailed(DomainError):
    """Nobody was signed in, and nothing was linked.

    `request_id` and `next` say where the person wanted to go; both are empty when the answer was
    not this browser's. `detail` is for the log and administrators: never a token, a secret, or text
    of the provider's but its bounded error code.
    """

    def __init__(
        self,
        problem: SignInProblem,
        *,
        request_id: str = "",
        next_target: str = "",
        detail: str = "",
    ) -> None:
        """Remember the problem, and the way on."""
        super().__init__(f"{problem}: {detail}" if detail else str(problem))
        self.problem = problem
        self.request_id = request_id
        self.next = next_target
        self.detail = detail
