"""The administration API as a protected resource: made by the server, never by hand."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import AlreadyExists, Conflict
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.resources import (
    ADMINISTRATION,
    ADMINISTRATION_PATH,
    ProtectedResource,
    ResourceKind,
    ResourceStatus,
)
from authserver.domain.roles import ROLES_WRITE

if TYPE_CHECKING:
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration


class AdministrationResource:
    """Sees to it that tokens for the administration API can be asked for."""

    def __init__(self, *, administration: Administration, issuer: str) -> None:
        """Take the collaborator; `issuer` is the server's own."""
        self._administration = administration
        self.identifier = issuer.rstrip("/") + ADMINISTRATION_PATH
        """What tokens for the administration have as their audience (RFC 8707)."""

    def ensure(self, act: Act) -> bool:
        """Make the resource where it is missing; whether that happened now.

        Raises:
            Conflict: a site has its name or its identifier.
            StorageUnavailable: the database does not answer.
        """
        with self._administration.database.reading() as stores:
            if self._is_there(stores):
                return False
        resource = self._resource()
        change = Change(ChangeKind.RESOURCE, resource.name, 0.0)
        with suppress(AlreadyExists):
            with self._administration.changing([change], takes_power=False) as stores:
                stores.resources.add(resource)
                details = {"kind": str(resource.kind), "identifier": resource.identifier}
                self._administration.record(
                    stores, act, "resource.created", resource.name, {"after": details}
                )
            return True
        # Another process made it first, or a site was there.
        with self._administration.database.reading() as stores:
            if not self._is_there(stores):
                raise Conflict(
                    f"{self.identifier} is the identifier of a protected resource: without another "
                    "one for that the administration API takes no tokens"
                )
        return False

    def _is_there(self, stores: Stores) -> bool:
        found = stores.resources.get(ADMINISTRATION)
        if found is None:
            return False
        if found.is_site:
            raise Conflict(
                f"a protected resource has the name {ADMINISTRATION}, which the administration API "
                "needs: it takes no tokens"
            )
        return found.identifier == self.identifier

    def _resource(self) -> ProtectedResource:
        return ProtectedResource(
            name=ADMINISTRATION,
            kind=ResourceKind.AUTHSERVER,
            identifier=self.identifier,
            url=self.identifier,
            context_path="",
            signing_algorithm=SigningAlgorithm.ES256,
            status=ResourceStatus.ENABLED,
            credentials=(),
            created_at=self._administration.clock.now(),
        )


def only_sites(resource: ProtectedResource, refused: str) -> None:
    """Keep hands off the administration API, which is no site: `refused` says what it has none of.

    Raises:
        Conflict: the resource is the administration API.
    """
    if not resource.is_site:
        raise Conflict(f"{resource.name} is this server's own administration API: {refused}")


def guard_switch(resource: ProtectedResource, act: Act) -> None:
    """Let only those switch the administration API off and on who may give roles.

    Raises:
        Forbidden: the act is done without that permission.
    """
    if not resource.is_site:
        act.need(ROLES_WRITE, f"switching the administration API takes {ROLES_WRITE}")
