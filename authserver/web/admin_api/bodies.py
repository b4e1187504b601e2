"""Reading bodies and queries so that everybody who reads them reads the same."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from authserver.web.admin_api import problem_kinds as kinds
from authserver.web.admin_api.problems import (
    Mistake,
    Problem,
    mistakes_in_body,
    mistakes_in_query,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.web.admin_api.endpoints import Endpoint

MOST_PARAMETERS: Final = 30
MOST_MISTAKES: Final = 500
"""More are counted, and not told: nobody reads them."""
NUL: Final = "\0"
_NO_NUL: Final = "no text has the character U+0000 in it"
_TYPE: Final = re.compile(
    r"application/(?P<kind>json|merge-patch\+json)"
    r'[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?\Z',
    re.IGNORECASE,
)
_STRICT_JSON: Final = "one JSON object in UTF-8 in which no member stands twice"


def read_body(endpoint: Endpoint, content_type: str, body: bytes) -> BaseModel:
    """The body as the endpoint's model.

    Raises:
        Problem: 415, 400 for what is no JSON or does not belong here, 422 with every mistake, or
            with the first of too many.
    """
    model = endpoint.said
    if not endpoint.has_body:
        if body:
            raise Problem(kinds.MALFORMED, "no body belongs here: leave it out")
        return model()
    if not body and not any(each.is_required() for each in model.model_fields.values()):
        return model()
    _check_type(endpoint, content_type)
    _check_json(body)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    if any(each["type"] == "json_invalid" for each in found):
        raise Problem(kinds.MALFORMED, f"the body must be {_STRICT_JSON}")
    about, count = kinds.INVALID.about, len(found)
    if count > MOST_MISTAKES:
        about = f"{about} These are the first {MOST_MISTAKES} of {count} mistakes."
    raise Problem(kinds.INVALID, about, mistakes_in_body(found[:MOST_MISTAKES]))


def read_query(endpoint: Endpoint, query: str) -> BaseModel:
    """The parameters as the endpoint's model.

    Raises:
        Problem: 400 with every mistake.
    """
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
        )
    except ValueError:
        raise Problem(
            kinds.MALFORMED, f"query: UTF-8, percent-encoded, at most {MOST_PARAMETERS} parameters"
        ) from None
    stated = dict(pairs)
    if len(stated) != len(pairs):
        raise Problem(kinds.INVALID_PARAMETER, "no parameter may stand twice")
    odd = [Mistake(_NO_NUL, parameter=name[:50]) for name in stated if NUL in name + stated[name]]
    if odd:
        raise Problem(kinds.INVALID_PARAMETER, kinds.INVALID_PARAMETER.about, odd)
    try:
        return endpoint.query.model_validate(stated)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    raise Problem(kinds.INVALID_PARAMETER, kinds.INVALID_PARAMETER.about, mistakes_in_query(found))


def _check_type(endpoint: Endpoint, content_type: str) -> None:
    found = _TYPE.match(content_type)
    if found is None or (found["kind"].lower() != "json" and endpoint.method != "PATCH"):
        raise Problem(kinds.WRONG_TYPE, kinds.WRONG_TYPE.about)


def _check_json(body: bytes) -> None:
    """Refuse what different readers read differently."""
    try:
        read = json.loads(
            body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_number
        )
        # Lone surrogates: texts that nobody can write down.
        json.dumps(read, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Problem(kinds.MALFORMED, f"the body must be {_STRICT_JSON}") from None
    wrong = "" if isinstance(read, dict) else "must be an object"
    # JSON has it in its escaped form only.
    if rb"\u0000" in body and any(NUL in each for each in _texts(read)):
        wrong = _NO_NUL
    if wrong:
        mistake = Mistake(wrong, pointer="#")
        raise Problem(kinds.INVALID, kinds.INVALID.about, (mistake,))


def _texts(read: Any) -> Iterator[str]:
    """Every text in a document, names of members too."""
    if isinstance(read, str):
        yield read
    elif isinstance(read, list):
        for each in read:
            yield from _texts(each)
    elif isinstance(read, dict):
        for name, value in read.items():
            yield name
            yield from _texts(value)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _no_number(_: str) -> Any:
    raise ValueError("no number of JSON")
