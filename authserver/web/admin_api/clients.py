"""`/clients`: who gets tokens, and with which secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.clients import ClientStatus
from authserver.domain.roles import Area, to_read, to_write
from authserver.domain.searches import ClientSearch, ClientSort
from authserver.services.client_descriptions import described
from authserver.services.client_profiles import JSON_ALGORITHM, ProfileChanges
from authserver.services.clients import ClientDraft, ClientUpdate
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.clients import (
    ClientPage,
    ClientPatch,
    ClientQuery,
    ClientShown,
    MadeClient,
    MadeSecret,
    NewClient,
    Profile,
    Rotation,
    SecretPage,
    client_shown,
    secret_shown,
)
from authserver.web.admin_api.models.members import NoQuery, NothingSaid, moment
from authserver.web.admin_api.pages import page_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.clients import Client
    from authserver.domain.pages import Page, Place
    from authserver.web.admin_api.endpoints import Asked

READ: Final = to_read(Area.CLIENTS)
WRITE: Final = to_write(Area.CLIENTS)
POINTERS: Final = {
    "default_max_age": "default_max_age_seconds",
    "secret_expires_in": "secret_expires_in_seconds",
    "overlap": "overlap_seconds",
    "expires_in": "expires_in_seconds",
    **{f"remove_{name}": name for name in ("scopes", "resources", "redirect_uris")},
}
STATUSES: Final[Mapping[str, ClientStatus]] = {str(each): each for each in ClientStatus}
_BACK: Final = -1
"""Takes a client's own time back."""
_TIMES: Final = frozenset({"default_max_age", "refresh_idle_seconds", "refresh_absolute_seconds"})


def list_clients(asked: Asked[NothingSaid, ClientQuery]) -> Answered:
    """One page of them."""
    query = asked.query
    wanted = ClientSearch(
        text=query.q,
        status=STATUSES.get(query.status),
        resource=query.resource or None,
        scope=query.scope or None,
    )

    def fetch(after: Place | None, limit: int) -> Page[Client]:
        return asked.services.client_lists.page(
            wanted,
            sort=ClientSort(query.sort.removeprefix("-")),
            descending=query.sort.startswith("-"),
            after=after,
            limit=limit,
        )

    items, following = page_of(asked, fetch)
    shown = [client_shown(described(each)) for each in items]
    return Answered(ClientPage(items=shown, next_cursor=following))


def create_client(asked: Asked[NewClient, NoQuery]) -> Answered:
    """Register one."""
    said = asked.said
    made = asked.services.clients.create(
        ClientDraft(
            name=said.name,
            client_id=said.client_id,
            auth_method=said.auth_method,
            grant_types=said.grant_types,
            scopes=said.scopes,
            resources=said.resources,
            access_token_seconds=said.access_token_seconds,
            contact=said.contact,
            jwks=said.jwks,
            bcrypt_hash=said.bcrypt_hash,
            secret_expires_in=said.secret_expires_in_seconds,
            profile=_profile(said),
        ),
        asked.act,
    )
    shown = MadeClient(
        client=client_shown(described(made.client)),
        client_secret=None if made.secret is None else made.secret.value,
        token_endpoint=asked.issuer + "/oauth2/token",
    )
    return Answered(shown, f"/clients/{made.client.client_id}")


def show_client(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """One of them."""
    return _answered(asked.services.clients.get(asked.path["client_id"]))


def change_client(asked: Asked[ClientPatch, NoQuery]) -> Answered:
    """Change one."""
    said = asked.said
    stated = said.model_fields_set
    own = ("name", "grant_types", "scopes", "resources", "access_token_seconds", "contact", "jwks")
    update: dict[str, Any] = {name: getattr(said, name) for name in own if name in stated}
    changed = asked.services.clients.update(
        asked.path["client_id"], ClientUpdate(**update, profile=_profile(said)), asked.act
    )
    return _answered(changed)


def disable_client(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Stop one."""
    return _answered(asked.services.clients.disable(asked.path["client_id"], asked.act))


def enable_client(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Let one act again."""
    return _answered(asked.services.clients.enable(asked.path["client_id"], asked.act))


def delete_client(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """End one."""
    asked.services.clients.delete(asked.path["client_id"], asked.act)
    return Answered()


def list_secrets(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """The secrets of a client."""
    found: Any = described(asked.services.clients.get(asked.path["client_id"]))["secrets"]
    return Answered(SecretPage(items=[secret_shown(each) for each in found]))


def rotate_secret(asked: Asked[Rotation, NoQuery]) -> Answered:
    """Give a client a new secret."""
    client_id = asked.path["client_id"]
    said = asked.said
    fresh = asked.services.clients.rotate_secret(
        client_id,
        asked.act,
        overlap_seconds=said.overlap_seconds,
        expires_in=said.expires_in_seconds,
    )
    stored = fresh.stored
    shown = MadeSecret.model_validate(
        {
            "client_id": client_id,
            "client_secret": fresh.value,
            "secret_id": stored.secret_id,
            "expires_at": moment(stored.expires_at),
            "old_secrets_end_at": moment(stored.created_at + said.overlap_seconds),
        }
    )
    return Answered(shown, f"/clients/{client_id}/secrets")


def _answered(client: Client) -> Answered:
    return Answered(client_shown(described(client)))


def _profile(said: Profile) -> ProfileChanges:
    """What was stated, as the service reads it: null takes a value back."""
    changes: dict[str, Any] = {}
    for name in said.model_fields_set & Profile.model_fields.keys():
        own = "default_max_age" if name == "default_max_age_seconds" else name
        value = getattr(said, name)
        if value is None:
            value = _BACK if own in _TIMES else JSON_ALGORITHM
        changes[own] = value
    return ProfileChanges(**changes)


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/clients", "listClients", "List clients", READ, list_clients),
        query=ClientQuery,
        answer=ClientPage,
    ),
    Endpoint(
        *("POST", "/clients", "createClient", "Register a client", WRITE, create_client),
        about="The secret, if the client has one, is in the answer and can be shown by nobody "
        "later. Scopes that administer take `admin:roles:write` too.",
        said=NewClient,
        answer=MadeClient,
        status=201,
        creates=True,
        shows_secret=True,
        pointers=POINTERS,
    ),
    Endpoint(
        *("GET", "/clients/{client_id}", "showClient", "Show a client", READ, show_client),
        answer=ClientShown,
        shows=client_shown,
    ),
    Endpoint(
        *("PATCH", "/clients/{client_id}", "changeClient", "Change a client", WRITE, change_client),
        about="What the client may no longer do ends for its live tokens too, before the answer.",
        said=ClientPatch,
        answer=ClientShown,
        shows=client_shown,
        needs_match=True,
        pointers=POINTERS,
    ),
    Endpoint(
        *("DELETE", "/clients/{client_id}", "deleteClient", "Delete a client", WRITE),
        delete_client,
        about="Its tokens die now; its id is never given out again.",
        status=204,
        shows=client_shown,
    ),
    Endpoint(
        *("POST", "/clients/{client_id}/disable", "disableClient", "Disable a client", WRITE),
        disable_client,
        about="Its tokens are inactive until it is enabled.",
        answer=ClientShown,
        shows=client_shown,
    ),
    Endpoint(
        *("POST", "/clients/{client_id}/enable", "enableClient", "Enable a client", WRITE),
        enable_client,
        answer=ClientShown,
        shows=client_shown,
    ),
    Endpoint(
        *("GET", "/clients/{client_id}/secrets", "listSecrets", "List a client's secrets", READ),
        list_secrets,
        answer=SecretPage,
    ),
    Endpoint(
        *("POST", "/clients/{client_id}/secrets", "rotateSecret", "Rotate a secret", WRITE),
        rotate_secret,
        about="The new secret is in the answer and can be shown by nobody later; the old ones end "
        "after the overlap.",
        said=Rotation,
        answer=MadeSecret,
        status=201,
        creates=True,
        shows_secret=True,
        pointers=POINTERS,
    ),
)
