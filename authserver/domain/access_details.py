"""What a credential is limited to beyond its scopes: operations and projects of one site.

As authorization details of type `atlassian_api` (RFC 9396) in tokens and requests, and as limits of
API tokens. Limits only ever take away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DETAIL_TYPE: Final = "atlassian_api"


@dataclass(frozen=True, slots=True)
class AccessDetail:
    """One permitted combination: these operations on these projects of one site.

    `location` is the protected resource's identifier. `operations` are selectors (see
    `domain.operation_selectors`), `projects` keys or numeric ids of Jira projects or Confluence
    spaces; `None` does not limit, and empty means nothing.
    """

    location: str
    operations: tuple[str, ...] | None = None
    projects: tuple[str, ...] | None = None


def stated(details: tuple[AccessDetail, ...]) -> list[dict[str, object]]:
    """As `authorization_details` (RFC 9396 section 2): a limit that is not there is left out."""
    return [_stated(each) for each in details]


def _stated(detail: AccessDetail) -> dict[str, object]:
    members: dict[str, object] = {"type": DETAIL_TYPE, "locations": [detail.location]}
    for name, values in (("operations", detail.operations), ("projects", detail.projects)):
        if values is not None:
            members[name] = list(values)
    return members


def details_at(
    details: tuple[AccessDetail, ...] | None, location: str
) -> tuple[AccessDetail, ...] | None:
    """Those that speak of one site; `None` where nothing limits, empty where nothing is allowed."""
    if details is None:
        return None
    return tuple(each for each in details if each.location == location)
