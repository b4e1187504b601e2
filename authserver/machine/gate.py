"""The strict gate: what every form endpoint for machines demands before anything is looked up."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField, ProtocolRefusal
from authserver.machine.client_credentials import CREDENTIAL_FIELDS, presented_credentials
from authserver.machine.forms import parse_form
from authserver.machine.refusals import FrameRefusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from authserver.domain.credentials import PresentedCredentials
    from authserver.machine.requests import Request

FORM: Final = "application/x-www-form-urlencoded"
_FORM_TYPE: Final = re.compile(
    r'application/x-www-form-urlencoded[ \t]*(?:;[ \t]*charset=(?:utf-8|"utf-8")[ \t]*)?\Z',
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FormRules:
    """What one endpoint reads: `limits` maps each field to its longest value in characters.

    Fields in `repeatable` may come more than once (`resource` by RFC 8707 section 2, `audience`
    by RFC 8693 section 2.1); every other name may not. Make it with `form_rules`.
    """

    limits: Mapping[str, int]
    repeatable: frozenset[str]


def form_rules(limits: Mapping[str, int], *, repeatable: Iterable[str] = ()) -> FormRules:
    """Rules for an endpoint's own fields and those of client authentication.

    Raises:
        ValueError: a repeatable field has no limit.
    """
    allowed = frozenset(repeatable)
    if not allowed <= limits.keys():
        raise ValueError(f"repeatable fields without a limit: {sorted(allowed - limits.keys())}")
    return FormRules({**CREDENTIAL_FIELDS, **limits}, allowed)


@dataclass(frozen=True, slots=True)
class FormRequest:
    """A form that passed the gate, and the one client authentication it presents.

    `fields` holds the endpoint's own fields that came once and not empty; `repeated` the values
    of those that came more than once. `credentials` is `None` when no client is named.
    """

    request: Request
    credentials: PresentedCredentials | None
    fields: Mapping[str, str] = field(repr=False)
    repeated: Mapping[str, tuple[str, ...]] = field(repr=False)

    def get(self, name: str) -> str | None:
        """The value of a field, `None` when it is absent or empty.

        Raises:
            ProtocolRefusal: `invalid_target`, when the field came more than once.
        """
        if name in self.repeated:
            raise ProtocolRefusal("invalid_target", f"{name}: only one value per request")
        return self.fields.get(name)

    def require(self, name: str) -> str:
        """The value of a field that must be there.

        Raises:
            InvalidField: it is absent or empty.
            ProtocolRefusal: `invalid_target`, when the field came more than once.
        """
        value = self.get(name)
        if value is None:
            raise InvalidField(name, "required")
        return value

    def every(self, name: str) -> tuple[str, ...]:
        """All values of a repeatable field, in order."""
        if name in self.repeated:
            return self.repeated[name]
        value = self.fields.get(name)
        return () if value is None else (value,)


def is_form(request: Request) -> bool:
    """Whether the body is declared as a form in UTF-8."""
    content_type = request.headers.get("content-type", "")
    return content_type == FORM or _FORM_TYPE.match(content_type) is not None


def read_form(request: Request, rules: FormRules) -> FormRequest:
    """Let a form request through, or refuse it. Fields without a rule are ignored.

    Raises:
        FrameRefusal: 415, the body is not declared as a form in UTF-8.
        InvalidField: a query string, a broken encoding, a repeated or over-long field, two client
            authentications.
        InvalidClient: a malformed Authorization header.
    """
    headers = request.headers
    if not is_form(request):
        raise FrameRefusal(415, f"Content-Type: must be {FORM}, charset utf-8 or none")
    if request.query:
        raise InvalidField("query string", "must be empty, parameters belong in the body")
    limits = rules.limits
    fields: dict[str, str] = {}
    repeated: dict[str, tuple[str, ...]] = {}
    for name, values in parse_form(request.body, limits).items():
        if len(values) > 1:
            if name not in rules.repeatable:
                shown = name if name in limits else "body"
                raise InvalidField(shown, "a parameter must not be repeated")
            given = tuple(_within(name, value, limits[name]) for value in values if value)
            if len(given) > 1:
                repeated[name] = given
                continue
            values = list(given)  # noqa: PLW2901 - what is left when empty ones count as absent
        if values and values[0] and name in limits:
            fields[name] = _within(name, values[0], limits[name])
    credentials = presented_credentials(fields, headers.get("authorization"))
    for name in CREDENTIAL_FIELDS:
        fields.pop(name, None)
    return FormRequest(request, credentials, fields, repeated)


def _within(name: str, value: str, limit: int) -> str:
    if len(value) > limit:
        raise InvalidField(name, f"at most {limit} characters")
    return value
