"""One task that there are three ways to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """One task: pages of the console by their names, operations of the API, commands."""

    task: str
    pages: tuple[str, ...]
    operations: tuple[str, ...]
    commands: tuple[str, ...]
