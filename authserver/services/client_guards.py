"""Clients that may administer: nobody but those who may give roles touches them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.errors import InvalidField
from authserver.domain.resources import ADMINISTRATION
from authserver.domain.roles import PERMISSIONS, ROLES_WRITE

if TYPE_CHECKING:
    from collections.abc import Collection

    from authserver.domain.clients import Client
    from authserver.services.administration import Act


def may_administer(client: Client) -> bool:
    """Whether a token of the client may be good for the administration."""
    return not PERMISSIONS.isdisjoint(client.scopes)


def guard_client(act: Act, *looks: Client) -> None:
    """Let only those who may give roles touch a client that may administer, before or after.

    Raises:
        Forbidden: the act is done without that permission.
    """
    for client in looks:
        if may_administer(client):
            act.need(
                ROLES_WRITE,
                f"client {client.client_id} may administer: changing it takes {ROLES_WRITE}",
            )


def refuse_to_register(resources: Collection[str], scopes: Collection[str]) -> None:
    """Let nobody register clients by themselves that administer: there is no token for that.

    Raises:
        InvalidField: names `resources` or `scopes`.
    """
    if ADMINISTRATION in resources:
        raise InvalidField("resources", "sites only: no client that registers itself administers")
    if not PERMISSIONS.isdisjoint(scopes):
        raise InvalidField("scopes", "none of the administration, which nobody gets by registering")
