"""Clients of ours that exchange tokens of fake providers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.clients import GrantType
from tests.federation.bearing import APP, Bearing, bearing
from tests.rfc.lanes import TOKEN

if TYPE_CHECKING:
    from authserver.domain.providers import ProviderKind
    from tests.federation.bearing import BearingInstallation
    from tests.instances import Caller
    from tests.machine.doors import Answer

ACCESS_TOKEN: Final = "urn:ietf:params:oauth:token-type:access_token"
JWT: Final = "urn:ietf:params:oauth:token-type:jwt"
ONE_TEXT: Final = "subject_token: not one that counts here, now, for this"
BOTH: Final = {"jira.read": frozenset({"READ"}), "jira.write": frozenset({"WRITE"})}


@dataclass(frozen=True, slots=True)
class Exchanging:
    """One provider whose tokens may be exchanged, and one client of ours that may do it."""

    world: Bearing
    caller: Caller

    def exchange(self, token: str, caller: Caller | None = None, **form: Any) -> Answer:
        """Present a token of the provider; an empty value leaves a parameter out."""
        fields = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token": token,
            "subject_token_type": ACCESS_TOKEN,
            **form,
        }
        sent = {name: value for name, value in fields.items() if value}
        lane = self.world.installation.lane
        return lane.post(TOKEN, sent, (caller or self.caller).authorization)

    def token(self, **claims: object) -> str:
        """A token of the person with both scopes."""
        return self.world.token(**{"scope": "jira.read jira.write", **claims})


def refused(answer: Answer) -> None:
    """Whatever is wrong with the token, nobody is told what."""
    assert answer.error == (400, "invalid_request"), answer.body
    assert answer.json["error_description"] == ONE_TEXT


def exchanging(installation: BearingInstallation, kind: ProviderKind, **bearer: Any) -> Exchanging:
    """Register everything. The provider's tokens open nothing here by themselves."""
    world = bearing(installation, kind)
    usual = {"is_on": False, "for_exchange": True, "clients": {APP: ""}, "scopes": BOTH}
    world.configure(bearer={**usual, **bearer})
    caller = installation.caller(
        "exchanger", world.site, "READ", "WRITE", grant_types=(GrantType.TOKEN_EXCHANGE,)
    )
    return Exchanging(world, caller)
