"""What was sent to the authorization endpoint, before anything of it is judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

STATE_CHARACTERS: Final = 2048

LIMITS: Final[Mapping[str, int]] = {
    "response_type": 100,
    "client_id": 100,
    "redirect_uri": 1000,
    "scope": 8192,
    "state": STATE_CHARACTERS,
    "nonce": 1024,
    "code_challenge": 200,
    "code_challenge_method": 20,
    "response_mode": 50,
    "prompt": 100,
    "max_age": 10,
    "display": 50,
    "ui_locales": 500,
    "login_hint": 320,
    "id_token_hint": 8192,
    "acr_values": 1000,
    "claims": 8192,
    "authorization_details": 8192,
    "claims_locales": 500,
    "resource": 500,
    "request": 16_384,
    "request_uri": 1000,
}
"""Every parameter that means something here, and its longest value in characters."""

REPEATABLE: Final = frozenset({"resource"})
"""RFC 8707 section 2. More than one is answered `invalid_target`, not `invalid_request`."""


@dataclass(frozen=True, slots=True)
class AuthorizationQuery:
    """The recognised parameters; unknown ones were dropped, empty ones count as absent.

    `values` holds those that came once and well-formed. `faults` says of each other one what would
    be allowed: who the answer goes to decides how such a fault is told. `resources` are the values
    of `resource`, in order.
    """

    values: Mapping[str, str] = field(repr=False)
    faults: Mapping[str, str] = field(default_factory=dict)
    resources: tuple[str, ...] = ()

    def get(self, name: str) -> str | None:
        """The value of a parameter, `None` when it is absent, empty or at fault."""
        return self.values.get(name)

    def names(self) -> frozenset[str]:
        """The parameters that were sent, well-formed or not."""
        sent = self.values.keys() | self.faults.keys()
        return frozenset(sent | {"resource"}) if self.resources else frozenset(sent)
