"""What those who administer may do: permissions by area, and the roles that bundle them.

A permission is a scope of this server's own administration API, so that one word says the same in
a token, in a role and in a refusal.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Area(StrEnum):
    """What permissions are about."""

    CLIENTS = "clients"
    """Clients, their secrets, initial access tokens."""
    RESOURCES = "resources"
    """Protected resources, gateways, hand-over, accounts, Connect keys."""
    PEOPLE = "people"
    """Users, groups, identities."""
    SUPPORT = "support"
    """Sessions, grants, stopping all that somebody has, one-time passwords."""
    TOKENS = "tokens"
    """API tokens."""
    PROVIDERS = "providers"
    KEYS = "keys"
    POLICIES = "policies"
    AUDIT = "audit"
    """Records, decisions and their explanation, reports."""
    MAIL = "mail"
    SETTINGS = "settings"
    DECLARATIONS = "declarations"
    """Configuration in files; each kind of object in them takes the permissions of its area too."""
    ROLES = "roles"
    """Who administers: roles, those who have them, and clients that may administer."""


READ_ONLY: Final = frozenset({Area.AUDIT, Area.SETTINGS})
"""Areas that nobody writes through the administration API: records stand, settings are files."""


def to_read(area: Area) -> str:
    """The permission to look at an area."""
    return f"admin:{area}:read"


def to_write(area: Area) -> str:
    """The permission to change what an area is about; it does not include looking at it."""
    return f"admin:{area}:write"


READING: Final = frozenset(to_read(area) for area in Area)
WRITING: Final = frozenset(to_write(area) for area in Area if area not in READ_ONLY)
PERMISSIONS: Final = READING | WRITING
"""All there are."""
ROLES_WRITE: Final = to_write(Area.ROLES)
"""What touching those who administer takes."""


class Role(StrEnum):
    """What somebody who administers is there for."""

    OWNER = "owner"
    CLIENT_ADMIN = "client-admin"
    POLICY_ADMIN = "policy-admin"
    HELP_DESK = "help-desk"
    AUDITOR = "auditor"


def _of(*areas: Area, reads: Iterable[Area]) -> frozenset[str]:
    """Reading and writing `areas`, and reading `reads`."""
    written = frozenset(to_write(area) for area in areas if area not in READ_ONLY)
    return written | {to_read(area) for area in (*areas, *reads)}


ROLE_PERMISSIONS: Final[Mapping[Role, frozenset[str]]] = MappingProxyType(
    {
        Role.OWNER: PERMISSIONS,
        Role.CLIENT_ADMIN: _of(
            Area.CLIENTS,
            Area.TOKENS,
            reads=(Area.RESOURCES, Area.PEOPLE, Area.SUPPORT, Area.POLICIES, Area.AUDIT),
        ),
        Role.POLICY_ADMIN: _of(
            Area.POLICIES,
            reads=(Area.CLIENTS, Area.RESOURCES, Area.PEOPLE, Area.TOKENS, Area.AUDIT),
        ),
        Role.HELP_DESK: _of(
            Area.SUPPORT,
            Area.TOKENS,
            reads=(Area.PEOPLE, Area.CLIENTS, Area.RESOURCES, Area.POLICIES, Area.AUDIT, Area.MAIL),
        ),
        Role.AUDITOR: READING,
    }
)


def permissions_of(roles: Iterable[Role]) -> frozenset[str]:
    """What roles allow together."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))
