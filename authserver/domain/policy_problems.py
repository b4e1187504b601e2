"""What is wrong with a policy document: everything at once, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """`path` is the place in the document (`network[2].allow[0]`, the first rule being 0).

    It is empty where the whole text is meant. `allowed` says what may stand there.
    """

    path: str
    allowed: str

    def __str__(self) -> str:
        """Both, for people."""
        return f"{self.path}: {self.allowed}" if self.path else self.allowed


class PolicyInvalid(DomainError):
    """A document that is refused, with all that is wrong with it, in the document's order."""

    def __init__(self, problems: Sequence[PolicyProblem]) -> None:
        """Keep the problems; the error's text has one on each line."""
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)
