"""The grammar of `authorization_details` of type `atlassian_api` (RFC 9396 section 2)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NoReturn

from authserver.domain.access_details import DETAIL_TYPE, AccessDetail
from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Mapping

DETAILS_CHARACTERS: Final = 8192
"""Longest parameter that is read."""
MOST_DETAILS: Final = 10
MOST_VALUES: Final = 100
SELECTOR_CHARACTERS: Final = 255

FIELD: Final = "authorization_details"
_MEMBERS: Final = frozenset({"type", "locations", "operations", "projects"})
_PROJECT: Final = re.compile(r"[A-Za-z0-9~._-]{1,255}")


def parse_details(value: str, location: str) -> tuple[AccessDetail, ...]:
    """Read the parameter of a request for the site `location` (its identifier).

    `locations` may be left out, or names that site and nothing else. Values come sorted, each once:
    equal limits look equal. Whether operations exist is for who knows the catalogue.

    Raises:
        InvalidField: for `authorization_details`, saying what is allowed. A member that is not
            known is refused: it would be a limit that nobody keeps (RFC 9396 section 5).
    """
    if len(value) > DETAILS_CHARACTERS:
        raise InvalidField(FIELD, f"at most {DETAILS_CHARACTERS} characters")
    try:
        document = json.loads(value, object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise InvalidField(FIELD, "a JSON array of objects, no member twice") from None
    if not isinstance(document, list) or not 1 <= len(document) <= MOST_DETAILS:
        raise InvalidField(FIELD, f"a JSON array of 1 to {MOST_DETAILS} objects")
    return tuple(dict.fromkeys(_detail(each, location) for each in document))


def _detail(value: object, location: str) -> AccessDetail:
    if not isinstance(value, dict) or value.get("type") != DETAIL_TYPE:
        raise InvalidField(FIELD, f"objects with type {DETAIL_TYPE}")
    if not value.keys() <= _MEMBERS:
        raise InvalidField(FIELD, "no other members than " + ", ".join(sorted(_MEMBERS)))
    if value.get("locations", [location]) != [location]:
        raise InvalidField(FIELD, "locations: the one site that the token is for, or left out")
    operations = _texts(value, "operations")
    projects = _texts(value, "projects")
    if any(not _PROJECT.fullmatch(each) for each in projects or ()):
        raise InvalidField(FIELD, "projects: keys or ids of projects or spaces")
    return AccessDetail(location, operations, projects)


def _texts(value: Mapping[str, object], name: str) -> tuple[str, ...] | None:
    if name not in value:
        return None
    texts = value[name]
    if (
        not isinstance(texts, list)
        or not 1 <= len(texts) <= MOST_VALUES
        or not all(isinstance(each, str) and 0 < len(each) <= SELECTOR_CHARACTERS for each in texts)
    ):
        raise InvalidField(
            FIELD, f"{name}: 1 to {MOST_VALUES} texts; empty would let nothing pass, leave it out"
        )
    return tuple(sorted(set(texts)))


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")
