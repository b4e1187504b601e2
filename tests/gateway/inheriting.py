"""A block of nginx's configuration with what it inherits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Block:
    """A block with the settings that nginx would inherit into it."""

    line: int
    arguments: tuple[str, ...]
    directives: tuple[dict[str, Any], ...]
    inherited: tuple[dict[str, Any], ...]

    def all(self, name: str) -> list[tuple[str, ...]]:
        """The arguments of each directive of this name in the block itself."""
        return [tuple(each["args"]) for each in self.directives if each["directive"] == name]

    def effective(self, name: str) -> list[tuple[str, ...]]:
        """Those of the block, or the inherited ones when it has none (nginx's rule)."""
        return self.all(name) or [
            tuple(each["args"]) for each in self.inherited if each["directive"] == name
        ]

    def sent(self) -> dict[str, str]:
        """Headers that are set for the next server, names in lower case."""
        return {name.lower(): value for name, value in self.effective("proxy_set_header")}

    @property
    def modifier(self) -> str:
        """`=`, `^~`, `~`, `~*` or nothing."""
        return self.arguments[0] if len(self.arguments) > 1 else ""

    @property
    def path(self) -> str:
        """What a location is for."""
        return self.arguments[-1]
