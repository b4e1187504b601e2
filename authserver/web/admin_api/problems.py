"""Refusals as problem documents (RFC 9457): a kind, a status, and every mistake with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic_core import ErrorDetails

PROBLEM_TYPE: Final = "application/problem+json"
_LONGEST_NAME: Final = 100
_PARTS: Final = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem; `about` says for people when it comes and what to do."""

    slug: str
    status: int
    title: str
    about: str

    @property
    def uri(self) -> str:
        """The `type` of the documents."""
        return f"/problems#{self.slug}"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong, and where: in the body, the query or a header.

    `pointer` is a JSON Pointer as a URI fragment (RFC 6901 section 6). `file`, `line` (from 1) and
    `field` say where in a file of configuration that the body holds.
    """

    detail: str
    pointer: str = ""
    parameter: str = ""
    header: str = ""
    file: str = ""
    line: int = 0
    field: str = ""

    @property
    def shown(self) -> dict[str, str | int]:
        """As the document has it."""
        places: dict[str, str | int] = {
            "pointer": self.pointer,
            "parameter": self.parameter,
            "header": self.header,
            "file": self.file,
            "line": self.line,
            "field": self.field,
        }
        return {**{name: place for name, place in places.items() if place}, "detail": self.detail}


class Problem(Exception):
    """A refusal, ready to be written."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        mistakes: Sequence[Mistake] = (),
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Remember all of it; `headers` go with the answer."""
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.mistakes = tuple(mistakes)
        self.headers = tuple(headers)

    def document(self, request_id: str) -> Mapping[str, object]:
        """The problem document."""
        return {
            "type": self.kind.uri,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            "errors": [each.shown for each in self.mistakes],
            "request_id": request_id,
        }


def pointer_of(place: Sequence[object]) -> str:
    """The pointer to a member, escaped and no longer than anybody wants to read."""
    parts = [
        quote(str(each)[:_LONGEST_NAME].replace("~", "~0").replace("/", "~1"), errors="replace")
        for each in place
    ]
    return "#" + "".join(f"/{part}" for part in parts)


def pointer_of_field(field: str, pointers: Mapping[str, str]) -> str:
    """The pointer to what a service calls `field` (`jwks.keys[0].crv`)."""
    parts = _PARTS.findall(field)
    if not parts:
        return "#"
    return pointer_of([*pointers.get(parts[0], parts[0]).split("/"), *parts[1:]])


def mistakes_in_body(errors: Sequence[ErrorDetails]) -> list[Mistake]:
    """What pydantic found, without the values."""
    return [Mistake(_words(each), pointer=pointer_of(each["loc"])) for each in errors]


def mistakes_in_query(errors: Sequence[ErrorDetails]) -> list[Mistake]:
    """The same of parameters."""
    return [
        Mistake(_words(each), parameter=str(each["loc"][0])[:_LONGEST_NAME] if each["loc"] else "")
        for each in errors
    ]


def _words(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return "there is no such member here"
    if error["type"] == "missing":
        return "is required"
    return error["msg"]
