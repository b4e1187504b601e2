"""Who may use the console, and with which permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services import administrators

if TYPE_CHECKING:
    from authserver.domain.ports import Database
    from authserver.domain.roles import Role
    from authserver.domain.users import User


class ConsoleAccess:
    """Says which roles somebody has now; nothing is remembered from one page to the next."""

    def __init__(self, database: Database) -> None:
        """Take the database."""
        self._database = database

    def roles(self, user: User) -> frozenset[Role]:
        """The roles of a user at this moment, none for whoever does not administer.

        Raises:
            StorageUnavailable: nobody can tell now.
        """
        with self._database.reading() as stores:
            return administrators.roles_of(stores, user)
