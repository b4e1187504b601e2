"""A snippet, and values as each language writes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Snippet:
    """`name` is part of an element's id; `before` are words of ours for whoever copies `text`."""

    name: str
    title: str
    text: str
    before: str = ""


def shell(value: str) -> str:
    """One argument of a shell command."""
    return quote(value)


def literal(value: str) -> str:
    """A text between double quotes, as Python, Java and JSON read it: ASCII only."""
    return json.dumps(value)


def settings(pairs: Iterable[tuple[str, str]]) -> str:
    """Lines of a name and a value, the values below each other; empty ones are left out."""
    shown = [(name, value) for name, value in pairs if value]
    width = max((len(name) for name, _ in shown), default=0) + 2
    return "\n".join(f"{name + ':':<{width}} {value}" for name, value in shown)
