"""What the core asks of a site itself: where something belongs now, and what is open there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.project_places import Place
    from authserver.domain.resources import ProtectedResource


class SiteProjects(Protocol):
    """Asks sites, over the network."""

    def names_of(
        self, resource: ProtectedResource, place: Place, headers: Mapping[str, str]
    ) -> frozenset[str] | None:
        """The key (lower case) and the id of the project or space that the place belongs to.

        `headers` are what the site knows the asker by. `None`: there is no such place, or the asker
        may not see it. A key that looks like an id is left out: numbers mean ids.

        Raises:
            OutboundError: the site gave no answer that can be used.
        """
        ...


class SiteProbe(Protocol):
    """Asks addresses as nobody: no credential, no cookie, no redirect is followed."""

    def status(self, url: str) -> int:
        """The status code (200 to 599) of the answer to a GET. The answer itself is let go.

        Raises:
            OutboundError: no answer that can be understood; `OutboundRefused` if none was asked.
        """
        ...
