"""Reading the parameters of an authorization request, from a query string or a form body alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.authorization_queries import LIMITS, REPEATABLE, AuthorizationQuery
from authserver.domain.errors import InvalidField
from authserver.domain.form_components import FormComponentError, decode_component, decode_opaque

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PARAMETERS_MOST: Final = 100


def read_parameters(encoded: str) -> AuthorizationQuery:
    """The parameters of a form-encoded text (RFC 6749 appendix B).

    Nothing is mended: a parameter that came twice, is too long or badly encoded becomes a fault of
    its own, so that the others still say where the refusal goes (RFC 6749 section 4.1.2.1). A name
    that is not one of ours in plain ASCII or validly escaped is nobody's and ignored.

    Raises:
        InvalidField: there are more than 100 parameters.
    """
    pairs = [pair for pair in encoded.split("&") if pair]
    if len(pairs) > PARAMETERS_MOST:
        raise InvalidField("parameters", f"at most {PARAMETERS_MOST}")
    sent: dict[str, list[str]] = {}
    for pair in pairs:
        raw_name, _, raw_value = pair.partition("=")
        name = raw_name if raw_name in LIMITS else _decoded_name(raw_name)
        if name in LIMITS:
            sent.setdefault(name, []).append(raw_value)
    values: dict[str, str] = {}
    faults: dict[str, str] = {}
    resources: tuple[str, ...] = ()
    for name, raw_values in sent.items():
        try:
            if name in REPEATABLE:
                decoded = (_decoded(name, raw_value) for raw_value in raw_values)
                resources = tuple(value for value in decoded if value)
            elif len(raw_values) > 1:
                faults[name] = "a parameter must not be repeated"
            elif value := _decoded(name, raw_values[0]):
                values[name] = value
        except FormComponentError as broken:
            faults[name] = str(broken)
    return AuthorizationQuery(values, faults, resources)


def of_form(fields: Mapping[str, str], resources: tuple[str, ...]) -> AuthorizationQuery:
    """The same from a form that has passed the machine lane's gate."""
    return AuthorizationQuery(
        {name: value for name, value in fields.items() if name in LIMITS and name != "resource"},
        {},
        resources,
    )


def _decoded_name(raw_name: str) -> str:
    try:
        return decode_component(raw_name)
    except FormComponentError:
        return ""


def _decoded(name: str, raw_value: str) -> str:
    if not raw_value.isascii():
        raise FormComponentError("ASCII only, other characters percent-encoded as UTF-8")
    # Clients may put anything into `state`, and get exactly that back.
    decode: Callable[[str], str] = decode_opaque if name == "state" else decode_component
    value = decode(raw_value)
    if len(value) > LIMITS[name]:
        raise FormComponentError(f"at most {LIMITS[name]} characters")
    if "\0" in value:
        raise FormComponentError("no character NUL")
    return value
