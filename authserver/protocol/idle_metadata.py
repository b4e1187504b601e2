"""Metadata that changes nothing here: of the right form it is kept, to be told back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson

from authserver.domain.errors import InvalidField
from authserver.domain.web_links import check_link
from authserver.protocol.stated_values import flag, text, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LONGEST: Final = 16_384
"""Bytes of all of it together, as JSON."""
_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def _links(name: str, value: object) -> object:
    return [check_link(name, each) for each in texts(name, value)]


def _link(name: str, value: object) -> object:
    return check_link(name, text(name, value))


def _key_set(name: str, value: object) -> object:
    """Public keys that nothing here is verified with; a private one is told to be lost."""
    keys = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise InvalidField(name, "a JWK set: a JSON object whose member keys is a list")
    if any(not _PRIVATE_MEMBERS.isdisjoint(key) for key in keys):
        raise InvalidField(
            name, "public members only; a private part has left its owner: make a new key"
        )
    return {"keys": keys}


_READERS: Final[Mapping[str, Callable[[str, object], object]]] = {
    "contacts": texts,
    "default_acr_values": texts,
    "initiate_login_uri": _link,
    "request_uris": _links,
    # Every ID token holds auth_time, whether it was asked for or not.
    "require_auth_time": flag,
}
_KEY_READERS: Final[Mapping[str, Callable[[str, object], object]]] = {
    "jwks": _key_set,
    "jwks_uri": _link,
}


def idle_metadata(stated: Mapping[str, object], *, with_keys: bool) -> Mapping[str, object]:
    """The members that are kept; `with_keys` for a client that does not sign with its keys.

    Raises:
        InvalidField: names the member and what is allowed.
    """
    readers = {**_READERS, **(_KEY_READERS if with_keys else {})}
    kept = {name: read(name, stated[name]) for name, read in readers.items() if name in stated}
    if len(orjson.dumps(kept)) > LONGEST:
        raise InvalidField("body", f"at most {LONGEST} bytes of metadata without effect")
    return kept
