"""What the scopes of a Connect app's descriptor mean in ours, for each kind of site.

Atlassian's table says what each implies (PROJECT_ADMIN implies DELETE, and so on); the classic
scopes of Cloud do not tell writing from deleting, and neither does Data Center.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.domain.resources import ResourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_JIRA_READ: Final = frozenset({"read:jira-work", "read:jira-user", "read:servicedesk-request"})
_JIRA_WRITE: Final = _JIRA_READ | {"write:jira-work", "write:servicedesk-request"}
_JIRA_PROJECTS: Final = _JIRA_WRITE | {"manage:jira-project"}
_JIRA_ADMIN: Final = _JIRA_PROJECTS | {
    *("manage:jira-configuration", "manage:jira-webhook", "manage:servicedesk-customer")
}
_CONFLUENCE_READ: Final = frozenset(
    {
        *("read:confluence-content.all", "read:confluence-content.summary"),
        *("read:confluence-content.permission", "read:confluence-space.summary"),
        *("read:confluence-props", "read:confluence-user", "read:confluence-groups"),
        *("readonly:content.attachment:confluence", "search:confluence"),
    }
)
_CONFLUENCE_WRITE: Final = _CONFLUENCE_READ | {
    *("write:confluence-content", "write:confluence-space"),
    *("write:confluence-file", "write:confluence-props"),
}
_CONFLUENCE_ADMIN: Final = _CONFLUENCE_WRITE | {
    *("manage:confluence-configuration", "write:confluence-groups")
}
_READ, _WRITE, _ADMIN = frozenset({"READ"}), frozenset({"WRITE"}), frozenset({"ADMIN"})

MEANINGS: Final[Mapping[ResourceKind, Mapping[str, frozenset[str]]]] = MappingProxyType(
    {
        ResourceKind.JIRA_CLOUD: MappingProxyType(
            {
                "READ": _JIRA_READ,
                "WRITE": _JIRA_WRITE,
                "DELETE": _JIRA_WRITE,
                "PROJECT_ADMIN": _JIRA_PROJECTS,
                "ADMIN": _JIRA_ADMIN,
            }
        ),
        ResourceKind.CONFLUENCE_CLOUD: MappingProxyType(
            {
                "READ": _CONFLUENCE_READ,
                "WRITE": _CONFLUENCE_WRITE,
                "DELETE": _CONFLUENCE_WRITE,
                "SPACE_ADMIN": _CONFLUENCE_WRITE,
                "ADMIN": _CONFLUENCE_ADMIN,
            }
        ),
        # Data Center has no scope between writing and administering: nobody gets the wider one.
        ResourceKind.JIRA_DC: MappingProxyType(
            {
                "READ": _READ,
                "WRITE": _WRITE,
                "DELETE": _WRITE,
                "PROJECT_ADMIN": _WRITE,
                "ADMIN": _ADMIN,
            }
        ),
        ResourceKind.CONFLUENCE_DC: MappingProxyType(
            {
                "READ": _READ,
                "WRITE": _WRITE,
                "DELETE": _WRITE,
                "SPACE_ADMIN": _WRITE,
                "ADMIN": _ADMIN,
            }
        ),
    }
)
WITHOUT_MEANING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "NONE": "it opens nothing at a site",
        "ACT_AS_USER": "nobody acts as a user by a Connect JWT here",
        "ACCESS_EMAIL_ADDRESSES": "what of a user is shown is the site's to say",
    }
)


def our_scopes(field: str, names: Iterable[str], kind: ResourceKind) -> frozenset[str]:
    """The scopes of ours that the descriptor's mean at a site of `kind`; any case.

    Raises:
        InvalidField: one has no meaning here.
    """
    meanings = MEANINGS[kind]
    found: frozenset[str] = frozenset()
    for name in names:
        known = name.upper()
        if known in WITHOUT_MEANING:
            raise InvalidField(field, f"without {known}: {WITHOUT_MEANING[known]}")
        if known not in meanings:
            raise InvalidField(field, "one of " + ", ".join(meanings))
        found |= meanings[known]
    return found
