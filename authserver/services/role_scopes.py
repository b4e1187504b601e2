"""How far a user may go with scopes of the administration: as far as the roles of now go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import ProtocolRefusal
from authserver.domain.roles import PERMISSIONS, permissions_of
from authserver.services.administrators import roles_of

if TYPE_CHECKING:
    from authserver.domain.ports import Stores

NOTHING: Final[frozenset[str]] = frozenset()


def beyond_roles(stores: Stores, subject: str, scopes: frozenset[str]) -> frozenset[str]:
    """Those of `scopes` that are about administration, and that no role of the user gives now."""
    asked = scopes & PERMISSIONS
    # Hardly any request is about administration; the others cost nothing.
    user = stores.users.get(subject) if asked else None
    given = NOTHING if user is None else permissions_of(roles_of(stores, user))
    return asked - given


def refuse_administration(scopes: frozenset[str], where: str) -> None:
    """Refuse scopes of the administration where nobody could say who uses them.

    Raises:
        ProtocolRefusal: `invalid_scope`.
    """
    if scopes & PERMISSIONS:
        raise ProtocolRefusal("invalid_scope", f"scopes of the administration: not {where}")
