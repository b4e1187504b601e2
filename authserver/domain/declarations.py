"""Configuration that is kept in files: what was said where, what is wrong, what changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from authserver.domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class DeclaredKind(StrEnum):
    """What files may declare; each word heads its tables, in the order in which they are made."""

    RESOURCE = "resource"
    GATEWAY = "gateway"
    CLIENT = "client"
    GROUP = "group"
    PROVIDER = "provider"
    USER = "user"
    POLICY = "policy"


NAME_KEYS: Final[Mapping[DeclaredKind, str]] = {
    DeclaredKind.CLIENT: "client_id",
    DeclaredKind.USER: "username",
}
"""The key that names an object, where it is not `name`."""


@dataclass(frozen=True, slots=True)
class DeclaredFile:
    """A file as it was read. `name` is how people know it; `policy` names the document that it is.

    With `policy` the text is that document, word for word; without it declares objects.
    """

    name: str
    text: str = field(repr=False)
    policy: str = ""


@dataclass(frozen=True, slots=True)
class DeclarationProblem:
    """One mistake: in which file, on which line (from 1), at which place, and what is allowed."""

    file: str
    line: int
    path: str
    allowed: str

    def __str__(self) -> str:
        """All of it, as compilers tell it."""
        where = f"{self.file}:{self.line}"
        return f"{where}: {self.path}: {self.allowed}" if self.path else f"{where}: {self.allowed}"


class DeclarationsInvalid(DomainError):
    """Files that are refused, with all that is wrong with them."""

    def __init__(self, problems: Sequence[DeclarationProblem]) -> None:
        """Keep the problems, by file and line; the error's text has one on each line."""
        self.problems = tuple(sorted(problems, key=lambda each: (each.file, each.line)))
        super().__init__("\n".join(map(str, self.problems)))


class ChangeSign(StrEnum):
    """What happens to an object or to one of its fields."""

    ADDED = "+"
    REMOVED = "-"
    CHANGED = "~"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field; `None` where there was, or will be, nothing."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """One object and its fields that change."""

    sign: ChangeSign
    kind: DeclaredKind
    name: str
    fields: Sequence[FieldChange]


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret that was made for a new object; `written_to` is the file it is in, if any."""

    kind: DeclaredKind
    name: str
    value: str = field(repr=False)
    written_to: str = ""


@dataclass(frozen=True, slots=True)
class MadeObject:
    """An object that files made, and nothing else: what may go when no file declares it any more.

    `created_at` tells it from another of the same name (seconds since the epoch).
    """

    kind: DeclaredKind
    name: str
    created_at: float


class MadeObjectStore(Protocol):
    """What files made."""

    def list(self) -> Sequence[MadeObject]:
        """All, by kind and name."""
        ...

    def put(self, made: MadeObject) -> None:
        """Remember one, in place of another of its name."""
        ...

    def remove(self, kind: DeclaredKind, name: str) -> None:
        """Forget one; without effect where it is not known."""
        ...
