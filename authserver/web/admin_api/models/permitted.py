"""Who can do something at a site now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from authserver.web.admin_api.models.members import ListQuery, Shown, unstated

if TYPE_CHECKING:
    from authserver.services.site_callers import Holder

LONGEST = 200


class WhoQuery(ListQuery):
    """Who can do what, where?"""

    what: str = Field(
        min_length=1,
        max_length=LONGEST,
        description="`delete`, or as policies write it: `read`, `write`, `tag:<tag>`, an operation "
        "id, or `<METHOD> <template>`.",
    )
    project: str = unstated("A project or space, by its key.", max_length=100)
    resource: str = unstated("The site, where there are several.", max_length=LONGEST)
    address: str = unstated(
        "Where the caller would be. Without one, limits on networks do not count.",
        max_length=LONGEST,
    )


class HolderShown(Shown):
    """Whoever can."""

    kind: str = Field(description="`way` (without a token), `client`, `api-token` or `grant`.")
    id: str = Field(description="Of the client, the token or the grant; else the way of calling.")
    called: str
    speaks_for: str = Field(description="A user, or a service's client, by name.")
    only_from_networks: bool
    operations: list[str] = Field(description="Some of what is open, three at most.")


class HolderPage(Shown):
    """One page of them. It may be short, or empty, and not be the last."""

    items: list[HolderShown]
    next_cursor: str | None


def holder_shown(holder: Holder) -> HolderShown:
    """One of them."""
    return HolderShown(
        kind=str(holder.kind),
        id=holder.name,
        called=holder.called,
        speaks_for=holder.who,
        only_from_networks=holder.opened.only_from_networks,
        operations=list(holder.opened.operations),
    )
