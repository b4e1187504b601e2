"""The project's own files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
_NOT_OURS: Final = frozenset(
    {".git", ".venv", ".make", "__pycache__", "var", "build", "dist", "authserver.egg-info"}
)
_TEXT: Final = frozenset(
    {"", ".cfg", ".html", ".ini", ".lua", ".mako", ".md", ".py", ".sql", ".toml", ".tsv", ".txt"}
)


def files() -> Iterator[Path]:
    """Every file of the project, without caches, environments and data."""
    for folder, names, found in os.walk(ROOT):
        names[:] = sorted(
            name for name in names if name not in _NOT_OURS and not name.endswith("_cache")
        )
        if Path(folder).parent.name == ".hypothesis" or ".hypothesis" in Path(folder).parts:
            continue
        yield from (Path(folder) / name for name in sorted(found))


def python_files(*tops: str) -> list[Path]:
    """Python files below the folders at the top, or everywhere."""
    return [
        path
        for path in files()
        if path.suffix == ".py" and (not tops or path.relative_to(ROOT).parts[0] in tops)
    ]


def text_files() -> list[Path]:
    """Files that people read or write."""
    return [
        path for path in files() if path.suffix in _TEXT and not path.name.startswith(".coverage")
    ]


def shown(path: Path) -> str:
    """The path as people name it."""
    return str(path.relative_to(ROOT))
