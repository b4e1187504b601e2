"""`/resources/{resource}/connect-keys`: who signs calls to a site as one of our clients."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from authserver.services.connect_key_rules import ConnectDraft, SigningMaterial
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.connect_keys import (
    ConnectKeyPage,
    ConnectKeyQuery,
    ConnectKeyRotation,
    ConnectKeyShown,
    Material,
    NewConnectKey,
    connect_key_shown,
)
from authserver.web.admin_api.pages import fits, page_of, sorted_page
from authserver.web.admin_api.resources import OVERLAP, READ, WRITE
from authserver.web.written_names import name_as_segment, name_in_segment

if TYPE_CHECKING:
    from typing import Any

    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

ONE: Final = "/resources/{resource}/connect-keys/{connect_key}"


def list_connect_keys(asked: Asked[NothingSaid, ConnectKeyQuery]) -> Answered:
    """One page of the keys of all sites, or of one."""
    query = asked.query
    found = [
        each
        for each in asked.services.connect_keys.list()
        if fits(query.q, each.issuer, each.client_id) and query.resource in {None, each.resource}
    ]
    items, following = page_of(asked, sorted_page(found, lambda key: (key.resource, key.issuer)))
    shown = [connect_key_shown(each) for each in items]
    return Answered(ConnectKeyPage(items=shown, next_cursor=following))


def add_connect_key(asked: Asked[NewConnectKey, NoQuery]) -> Answered:
    """Let an app sign calls to a site."""
    said = asked.said
    key = asked.services.connect_keys.add(
        ConnectDraft(
            resource=said.resource,
            issuer=said.issuer,
            client_id=said.client_id,
            material=_material(said),
            audience=said.audience,
            scopes=said.scopes,
            descriptor_scopes=said.descriptor_scopes,
        ),
        asked.act,
    )
    location = f"/resources/{key.resource}/connect-keys/{name_as_segment(key.issuer)}"
    return Answered(connect_key_shown(key), location)


def show_connect_key(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """One of them."""
    return Answered(connect_key_shown(asked.services.connect_keys.get(*_names(asked))))


def rotate_connect_key(asked: Asked[ConnectKeyRotation, NoQuery]) -> Answered:
    """Verify with something else from now on."""
    said = asked.said
    resource, issuer = _names(asked)
    key = asked.services.connect_keys.rotate(
        resource, issuer, _material(said), asked.act, overlap_seconds=said.overlap_seconds
    )
    return Answered(connect_key_shown(key))


def enable_connect_key(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Let the JWTs of one count again."""
    return _switched(asked, enabled=True)


def disable_connect_key(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Let the JWTs of one count no more, for now."""
    return _switched(asked, enabled=False)


def remove_connect_key(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Delete one with its secret."""
    asked.services.connect_keys.remove(*_names(asked), asked.act)
    return Answered()


def _switched(asked: Asked[NothingSaid, NoQuery], *, enabled: bool) -> Answered:
    asked.services.connect_keys.set_enabled(*_names(asked), asked.act, enabled=enabled)
    return show_connect_key(asked)


def _names(asked: Asked[Any, NoQuery]) -> tuple[str, str]:
    return asked.path["resource"], name_in_segment(asked.path["connect_key"])


def _material(said: Material) -> SigningMaterial:
    jwks = None if said.jwks is None else json.dumps(said.jwks)
    return SigningMaterial(secret=said.secret, jwks=jwks)


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/connect-keys", "listConnectKeys", "List Connect keys", READ, list_connect_keys),
        query=ConnectKeyQuery,
        answer=ConnectKeyPage,
    ),
    Endpoint(
        *("POST", "/connect-keys", "addConnectKey", "Let an app sign calls to a site", WRITE),
        add_connect_key,
        about="A secret is stored sealed and can be shown by nobody later.",
        said=NewConnectKey,
        answer=ConnectKeyShown,
        status=201,
        creates=True,
        refusals=frozenset({404}),
    ),
    Endpoint(
        *("GET", ONE, "showConnectKey", "Show a Connect key", READ, show_connect_key),
        answer=ConnectKeyShown,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("DELETE", ONE, "removeConnectKey", "Delete a Connect key", WRITE, remove_connect_key),
        status=204,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("POST", f"{ONE}/rotate", "rotateConnectKey", "Verify with another secret", WRITE),
        rotate_connect_key,
        about="The secret before goes on for the overlap; a key set is replaced at once.",
        said=ConnectKeyRotation,
        answer=ConnectKeyShown,
        refusals=frozenset({409}),
        pointers=OVERLAP,
    ),
    Endpoint(
        *("POST", f"{ONE}/enable", "enableConnectKey", "Enable a Connect key", WRITE),
        enable_connect_key,
        answer=ConnectKeyShown,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("POST", f"{ONE}/disable", "disableConnectKey", "Disable a Connect key", WRITE),
        disable_connect_key,
        answer=ConnectKeyShown,
        refusals=frozenset({409}),
    ),
)
