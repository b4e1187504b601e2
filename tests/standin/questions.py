"""An allowed call, as the answers see it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.operations import Operation
    from tests.standin.wire import Body

_DATA: Final = Path(__file__).parent / "data"
LARGEST_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Question:
    """`segments` are those of the path, `parameters` the query's, `site` the site's URL."""

    operation: Operation
    segments: tuple[str, ...]
    parameters: Mapping[str, str]
    body: Body
    site: str
    account: str

    @property
    def url(self) -> str:
        """The URL of what was asked for."""
        return f"{self.site}/{'/'.join(self.segments)}"

    @property
    def value(self) -> dict[str, Any]:
        """The JSON object that was sent; empty when none was."""
        try:
            sent = json.loads(self.body.start)
        except ValueError:
            return {}
        return sent if isinstance(sent, dict) else {}

    def number(self, name: str, default: int) -> int:
        """A number of the query or the body."""
        text = str(self.parameters.get(name, self.value.get(name, default)))
        return int(text) if text.isascii() and text.isdigit() else default

    def from_file(self, name: str) -> dict[str, Any]:
        """An answer from a file, with the links as they look from outside."""
        return dict(json.loads(_text(name).replace("{site}", self.site)))


@cache
def _text(name: str) -> str:
    return (_DATA / name).read_text()
