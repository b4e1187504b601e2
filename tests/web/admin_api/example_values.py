"""What an example of a call is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Example:
    """The path's variables, the body, the query; `also` are scopes for what the body is about."""

    path: Mapping[str, str] = field(default_factory=dict)
    said: Any = None
    query: str = ""
    also: frozenset[str] = frozenset()
