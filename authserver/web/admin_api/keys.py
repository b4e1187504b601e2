"""`/keys`: the keys that sign tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.keys import SigningAlgorithm
from authserver.domain.roles import Area, to_read, to_write
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.keys import (
    ActiveKeys,
    KeyPage,
    KeyQuery,
    KeyRotation,
    ResealedShown,
    RevokedKey,
    key_shown,
)
from authserver.web.admin_api.pages import page_of, sorted_page

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

READ: Final = to_read(Area.KEYS)
WRITE: Final = to_write(Area.KEYS)


def list_keys(asked: Asked[NothingSaid, KeyQuery]) -> Answered:
    """One page of them."""
    query, keys = asked.query, asked.services.signing_keys.list()
    found = [
        each
        for each in keys
        if query.algorithm in {None, str(each.algorithm)} and query.state in {None, str(each.state)}
    ]
    fetch = sorted_page(found, lambda each: (each.created_at, each.kid), descending=True)
    items, following = page_of(asked, fetch)
    times = asked.services.signing_keys.times
    shown = [key_shown(each, keys, times) for each in items]
    return Answered(KeyPage(items=shown, next_cursor=following))


def rotate_keys(asked: Asked[KeyRotation, NoQuery]) -> Answered:
    """Let the announced keys sign from now on."""
    chosen = asked.said.algorithm
    service = asked.services.signing_keys
    active = service.rotate(None if chosen is None else SigningAlgorithm(chosen), asked.act)
    keys = service.list()
    return Answered(ActiveKeys(active=[key_shown(each, keys, service.times) for each in active]))


def revoke_key(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """End one at once."""
    kid = asked.path["kid"]
    successor = asked.services.signing_keys.revoke(kid, asked.act)
    return Answered(RevokedKey(kid=kid, successor=None if successor is None else successor.kid))


def reseal(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Seal everything under the newest key file."""
    service = asked.services.resealing
    done = service.reseal(asked.act)
    shown = ResealedShown(
        keys=[each.kid for each in done.keys],
        site_credentials=[each.resource for each in done.credentials],
        provider_secrets=[
            f"{each.provider}:{each.secret_id or 'directory'}" for each in done.provider_secrets
        ],
        connect_keys=[f"{each.resource}:{each.issuer}" for each in done.connect_keys],
        mails=len(done.mails),
        key_files_in_use=list(service.key_files_in_use()),
    )
    return Answered(shown)


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/keys", "listKeys", "List signing keys", READ, list_keys),
        query=KeyQuery,
        answer=KeyPage,
    ),
    Endpoint(
        *("POST", "/keys/rotate", "rotateKeys", "Rotate signing keys", WRITE, rotate_keys),
        about="Earlier than they would by themselves. Tokens signed before stay good.",
        said=KeyRotation,
        answer=ActiveKeys,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("POST", "/keys/{kid}/revoke", "revokeKey", "Revoke a signing key", WRITE, revoke_key),
        about="Every token that it signed is refused before the answer.",
        answer=RevokedKey,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("POST", "/keys/reseal", "resealKeys", "Seal everything under the newest key file"),
        *(WRITE, reseal),
        about="Private keys, credentials, secrets and mail that waits; what they are stays as it "
        "is. The file is made on a node (`authserver key add-file`), and every server has to have "
        "started since it was there.",
        answer=ResealedShown,
        refusals=frozenset({409}),
    ),
)
