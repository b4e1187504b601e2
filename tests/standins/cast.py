"""Who is at the stand-ins, and what we are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tests.federation.fake_people import TENANT

CLIENT_ID: Final = "authserver-at-the-stand-in"
CLIENT_SECRET: Final = "secret-of:100%&more"  # characters that Basic has to encode
WRONG_SECRET: Final = "not the secret"
PASSWORD: Final = "Correct-Horse-1"
ENGINEERS: Final = "engineers"


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with an account at each stand-in; `key` is what tells her there from others."""

    login: str
    name: str
    key: str

    @property
    def email(self) -> str:
        """The login, at all of them."""
        return self.login

    @property
    def username(self) -> str:
        """What the generic one calls her."""
        return self.login.partition("@")[0]


GRACE: Final = Somebody("grace@example.com", "Grace Hopper", "00ujmkLgagxeRrAg20g3")
OTHER_TENANT: Final = "11111111-2222-3333-4444-555555555555"
STRANGER: Final = Somebody("eve@elsewhere.example", "Eve Elsewhere", "00uElsewhere")
TENANTS: Final = {GRACE.login: TENANT, STRANGER.login: OTHER_TENANT}
