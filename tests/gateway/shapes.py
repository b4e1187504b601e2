"""What a whole gateway can look like: its site, its mode, its hand-over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.gateways import SessionCookies
from authserver.domain.hand_over import HandOverKind
from authserver.domain.resources import SITE_KINDS, ResourceKind
from authserver.gateway.site_configuration import Mode
from tests.standin.handed_over import (
    Assertion,
    IdentityHeader,
    ServiceCredential,
    key_set_at,
)

if TYPE_CHECKING:
    from tests.standin.handed_over import HandOverRule

SERVICE_ACCOUNT: Final = "svc-gateway"
SERVICE_SECRET: Final = "of-the-site-0123456789"
IDENTITY_HEADER: Final = "X-Remote-User"
CLOUD: Final = frozenset({ResourceKind.JIRA_CLOUD, ResourceKind.CONFLUENCE_CLOUD})


@dataclass(frozen=True, slots=True)
class Shape:
    """One of them; the default is a Jira Data Center behind an API host."""

    hand_over: HandOverKind = HandOverKind.SERVICE_CREDENTIAL
    mode: Mode = Mode.API_HOST
    kind: ResourceKind = ResourceKind.JIRA_DC
    context_path: str = ""
    session_cookies: SessionCookies = SessionCookies.BLOCK

    def __str__(self) -> str:
        """Words for the name of a test."""
        return f"{self.kind}-{self.mode}-{self.hand_over}-{self.session_cookies}"

    @property
    def is_cloud(self) -> bool:
        """Whether its site is reached over https only."""
        return self.kind in CLOUD

    @property
    def pages(self) -> bool:
        """Whether browsers come through the gateway too."""
        return self.mode is Mode.IN_FRONT

    def rule(self, issuer: str, audience: str) -> HandOverRule:
        """What the stand-in takes for a credential."""
        if self.hand_over is HandOverKind.SERVICE_CREDENTIAL:
            return ServiceCredential(f"Bearer {SERVICE_SECRET}", SERVICE_ACCOUNT)
        if self.hand_over is HandOverKind.IDENTITY_HEADER:
            return IdentityHeader(IDENTITY_HEADER)
        return Assertion(key_set_at(f"{issuer}/oauth2/jwks"), issuer, audience)


API_HOSTS: Final = tuple(Shape(kind) for kind in HandOverKind)
IN_FRONT: Final = tuple(Shape(kind, Mode.IN_FRONT) for kind in HandOverKind)
BOTH_MODES: Final = (Shape(), Shape(mode=Mode.IN_FRONT))
EVERY_SHAPE: Final = API_HOSTS + IN_FRONT
"""Each mode with each way to hand over."""
EVERY_KIND: Final = tuple(Shape(kind=kind) for kind in SITE_KINDS)
"""Each kind of site, behind an API host."""
