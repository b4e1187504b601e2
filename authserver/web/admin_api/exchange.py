"""Requests and answers as plain values: no framework knows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.calls import Call


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request; `path` is below the API, header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    call: Call


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """One answer; its body is JSON, or empty."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes = field(repr=False)
