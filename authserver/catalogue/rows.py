"""Reading the catalogue's data files line by line, and refusing what is wrong in them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from importlib.resources.abc import Traversable

_Choice = TypeVar("_Choice", bound=StrEnum)


class CatalogueError(Exception):
    """A data file breaks a rule: says which file, which line, which field and what is allowed."""

    def __init__(self, file: str, line: int, field: str, allowed: str) -> None:
        """Remember where it is; `line` counts from 1, 0 means the file as a whole."""
        super().__init__(f"{file}:{line}: {field}: {allowed}")
        self.file = file
        self.line = line
        self.field = field
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class Row:
    """A line that says something: not empty, no comment, no space around it."""

    file: str
    line: int
    text: str

    def error(self, field: str, allowed: str) -> CatalogueError:
        """The error that stands at this row."""
        return CatalogueError(self.file, self.line, field, allowed)

    def section(self) -> str:
        """The name between the brackets of a section row, empty for any other row.

        Raises:
            CatalogueError: the row begins like a section and is none.
        """
        if not self.text.startswith("["):
            return ""
        name = self.text[1:-1]
        if not self.text.endswith("]") or not name or name != name.strip():
            raise self.error("section", "a name in square brackets")
        return name

    def choice(self, field: str, value: str, choices: type[_Choice]) -> _Choice:
        """`value` as a member of `choices`.

        Raises:
            CatalogueError: it is none of them.
        """
        try:
            return choices(value)
        except ValueError:
            raise self.one_of(field, tuple(choices)) from None

    def one_of(self, field: str, allowed: Collection[str]) -> CatalogueError:
        """The error that lists every allowed value."""
        return self.error(field, "one of " + ", ".join(allowed))


def read_rows(folder: Traversable, file: str) -> Iterator[Row]:
    """The rows of a file in `folder`; `#` begins a comment line.

    Raises:
        CatalogueError: there is no such file, or it is not UTF-8 text.
    """
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CatalogueError(file, 0, "file", "a file that exists") from None
    except UnicodeDecodeError:
        raise CatalogueError(file, 0, "file", "UTF-8 text") from None
    for line, raw in enumerate(text.split("\n"), start=1):
        stripped = raw.strip()
        if stripped and not stripped.startswith("#"):
            yield Row(file, line, stripped)
