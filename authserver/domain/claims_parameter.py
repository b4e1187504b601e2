"""The grammar of the `claims` parameter (OpenID Connect Core section 5.5)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from authserver.domain.errors import InvalidField
from authserver.domain.requested_claims import RequestedClaims

if TYPE_CHECKING:
    from collections.abc import Mapping

CLAIMS_MOST: Final = 100
NAME_CHARACTERS: Final = 100
VALUES_MOST: Final = 20
VALUE_CHARACTERS: Final = 255

_FIELD: Final = "claims"


@dataclass(frozen=True, slots=True)
class ClaimsParameter:
    """The claims asked for, and the one subject they must be of (empty: whoever signs in)."""

    requested: RequestedClaims
    subject: str


def parse_claims(value: str) -> ClaimsParameter:
    """Read the parameter; members that mean nothing here are ignored, as the standard says.

    Raises:
        InvalidField: for `claims`, saying what is allowed.
    """
    try:
        document = json.loads(value, object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise InvalidField(_FIELD, "a JSON object, no member twice") from None
    if not isinstance(document, dict):
        raise InvalidField(_FIELD, "a JSON object")
    userinfo = _members(document, "userinfo")
    id_token = _members(document, "id_token")
    subjects = {
        subject
        for place in (userinfo, id_token)
        if (subject := _subject(place.get("sub"))) is not None
    }
    if len(subjects) > 1:
        raise InvalidField(_FIELD, "one value for sub, the same in both places")
    requested = RequestedClaims(
        userinfo=frozenset(userinfo),
        id_token=frozenset(id_token),
        essential_acr=_essential_acr(id_token.get("acr")),
    )
    return ClaimsParameter(requested, next(iter(subjects), ""))


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members


def _no_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _members(document: Mapping[str, object], place: str) -> dict[str, Mapping[str, object]]:
    """The claims of one place by name; `null` asks for a claim without conditions."""
    members = document.get(place)
    if members is None:
        return {}
    if not isinstance(members, dict) or len(members) > CLAIMS_MOST:
        raise InvalidField(_FIELD, f"{place}: a JSON object of at most {CLAIMS_MOST} claims")
    found: dict[str, Mapping[str, object]] = {}
    for name, conditions in members.items():
        if len(name) > NAME_CHARACTERS:
            raise InvalidField(_FIELD, f"names of at most {NAME_CHARACTERS} characters")
        if conditions is not None and not isinstance(conditions, dict):
            raise InvalidField(_FIELD, f"{place}: each claim null or a JSON object")
        found[name] = conditions or {}
    return found


def _subject(conditions: Mapping[str, object] | None) -> str | None:
    values = _values("sub", conditions)
    if len(values) > 1:
        raise InvalidField(_FIELD, "sub: one value")
    return values[0] if values else None


def _essential_acr(conditions: Mapping[str, object] | None) -> tuple[str, ...]:
    if conditions is None or conditions.get("essential") is not True:
        return ()
    return _values("acr", conditions)


def _values(claim: str, conditions: Mapping[str, object] | None) -> tuple[str, ...]:
    if conditions is None:
        return ()
    values = conditions.get("values", [])
    if not isinstance(values, list) or len(values) > VALUES_MOST:
        raise InvalidField(_FIELD, f"{claim}: values is a list of at most {VALUES_MOST}")
    stated = [*([conditions["value"]] if "value" in conditions else []), *values]
    texts = tuple(
        each
        for each in stated
        if isinstance(each, str) and 0 < len(each) <= VALUE_CHARACTERS and each.isprintable()
    )
    if len(texts) != len(stated):
        raise InvalidField(_FIELD, f"{claim}: texts of 1 to {VALUE_CHARACTERS} characters")
    return texts
