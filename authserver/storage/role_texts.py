"""Roles as they stand in one column: a JSON array of their names."""

from __future__ import annotations

from authserver.domain.roles import Role
from authserver.storage.json_texts import texts_from, unreadable


def roles_from(text: str) -> frozenset[Role]:
    """The roles of one row. Raises StorageUnavailable for one that is not known here."""
    if text == "[]":
        return frozenset()
    try:
        return frozenset(Role(name) for name in texts_from(text, "roles"))
    except ValueError:
        raise unreadable("roles", "an unknown role") from None
