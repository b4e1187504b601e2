"""Who may use the console, and with which permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services import administrators

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.ports import Database
    from authserver.domain.roles import Role
    from authserver.domain.users import User
    from authserver.services.admin_networks import AdminNetworks


class ConsoleAccess:
    """Says which roles somebody has now; nothing is remembered from one page to the next."""

    def __init__(self, database: Database, networks: AdminNetworks) -> None:
        """Take the database and the networks from which it may be used."""
        self._database = database
        self._networks = networks

    def admits(self, call: Call) -> bool:
        """Whether the console may be used from where a call comes."""
        return self._networks.admit(call)

    def roles(self, user: User) -> frozenset[Role]:
        """The roles of a user at this moment, none for whoever does not administer.

        Raises:
            StorageUnavailable: nobody can tell now.
        """
        with self._database.reading() as stores:
            return administrators.roles_of(stores, user)
