"""Every kind of site in every mode with every hand-over that go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.hand_over import HandOverKind
from authserver.domain.resources import SITE_KINDS, ResourceKind
from authserver.gateway.site_configuration import Mode
from tests.gateway.sites import a_site

if TYPE_CHECKING:
    from authserver.gateway.site_configuration import SiteConfiguration

CLOUD: Final = (ResourceKind.JIRA_CLOUD, ResourceKind.CONFLUENCE_CLOUD)


@dataclass(frozen=True, slots=True)
class Combination:
    """One of them."""

    kind: ResourceKind
    mode: Mode
    hand_over: HandOverKind | None
    base_path: str

    def __str__(self) -> str:
        return f"{self.kind}-{self.mode}-{self.hand_over}-{self.base_path.strip('/')}"

    @property
    def pages(self) -> frozenset[str]:
        """Locations that need no decision."""
        return frozenset({"/"}) if self.mode is Mode.IN_FRONT else frozenset()

    def site(self, **values: Any) -> SiteConfiguration:
        """A configuration of it."""
        defaults: dict[str, Any] = {
            "kind": self.kind,
            "mode": self.mode,
            "hand_over": self.hand_over,
            "base_path": self.base_path,
        }
        if self.kind in CLOUD:
            defaults |= {"url": "https://x.atlassian.net", "upstream": "https://127.0.0.1:8443"}
        return a_site(**(defaults | values))


COMBINATIONS: Final = [
    Combination(kind, mode, hand_over, base_path)
    for kind in SITE_KINDS
    for mode in Mode
    for hand_over in (*HandOverKind, None)
    for base_path in ("", "/jira", "/a.b/wiki")
    if kind not in CLOUD
    or (mode is Mode.API_HOST and hand_over is not HandOverKind.IDENTITY_HEADER and not base_path)
]
