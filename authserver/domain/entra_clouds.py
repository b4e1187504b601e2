"""Microsoft's clouds: where people sign in to each, and where its Graph is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ENTRA_AUTHORITY: Final = "https://login.microsoftonline.com"
"""Of the public cloud."""
GRAPH_HOSTS: Final[Mapping[str, str]] = {
    ENTRA_AUTHORITY: "graph.microsoft.com",
    "https://login.microsoftonline.us": "graph.microsoft.us",
    "https://login.partner.microsoftonline.cn": "microsoftgraph.chinacloudapi.cn",
}
"""Where userinfo and groups are, in the cloud of each authority."""
GRAPH_AUDIENCES: Final = frozenset(
    {"00000003-0000-0000-c000-000000000000", "https://graph.microsoft.com"}
)
"""Of tokens for Graph: nobody but Microsoft can verify these, and they are for nobody else."""
