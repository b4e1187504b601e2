"""Strict reading of `application/x-www-form-urlencoded` bodies.

Stricter than the parsers of browsers' servers on purpose: two readers that disagree about a form
are a way around every rule, so whatever could be read in two ways is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.domain.form_components import FormComponentError, decode_component

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS_MOST: Final = 100


def parse_form(body: bytes, known: Mapping[str, int]) -> dict[str, list[str]]:
    """The values of every name, in order; empty values stay.

    `known` says which names a refusal may repeat: a name from outside never gets into an answer.

    Raises:
        InvalidField: the body is not a strictly encoded form, or has more than 100 fields.
    """
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        raise InvalidField(
            "body", "ASCII only, other characters percent-encoded as UTF-8"
        ) from None
    if text.count("&") >= FIELDS_MOST:
        raise InvalidField("body", f"at most {FIELDS_MOST} fields")
    values: dict[str, list[str]] = {}
    for pair in text.split("&"):
        if not pair:
            continue
        raw_name, _, raw_value = pair.partition("=")
        name = raw_name if raw_name in known else _decoded_name(raw_name)
        try:
            value = decode_component(raw_value)
        except FormComponentError as broken:
            raise InvalidField(name if name in known else "body", str(broken)) from None
        if name in values:
            values[name].append(value)
        else:
            values[name] = [value]
    return values


def _decoded_name(raw_name: str) -> str:
    try:
        return decode_component(raw_name)
    except FormComponentError as broken:
        raise InvalidField("body", f"field names: {broken}") from None
