"""What an endpoint of the administration API is: one value of the table that all else is made of.

The blueprint serves what the table says, the document and the reference page describe it, and the
tests hold every endpoint against every kind of caller.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from authserver.web.admin_api.models.members import NoQuery, NothingSaid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import BaseModel

    from authserver.services.administration import Act
    from authserver.web.admin_api.services import AdminServices
    from authserver.web.cursors import Cursors

SaidModel = TypeVar("SaidModel")
AskedModel = TypeVar("AskedModel")

ALWAYS: Final = frozenset({400, 401, 403, 411, 413, 414, 431, 503})
"""Refusals that any call can get."""
USUAL_BODY: Final = 65_536
"""Longest body of a call in bytes, as everywhere at this server."""
LONG_BODY: Final = 1_048_576
"""Longest where a whole document or table is sent."""
WITH_BODY: Final = frozenset({415, 422})


@dataclass(frozen=True, slots=True)
class Asked(Generic[SaidModel, AskedModel]):
    """One call, checked as far as the table tells: `said` is its body, `query` its parameters.

    `act` is to be given to the service: it knows the caller's permissions, what the caller expects
    to change, and what belongs into its transaction besides.
    """

    services: AdminServices
    act: Act
    path: Mapping[str, str]
    said: SaidModel
    query: AskedModel
    operation: str
    cursors: Cursors
    issuer: str
    document: Callable[[], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer: `location` is a path below the API, of what was created."""

    shown: BaseModel | None = None
    location: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path.

    `needs` is the one scope that a call takes; empty: anybody may call, with or without a token.
    `path` has its variables in braces. `answer` is `None` where there is no content. `creates`: an
    Idempotency-Key counts. `shows` turns what a service describes into what is shown: with it
    answers carry an ETag, and If-Match is compared in the transaction that changes; with
    `needs_match` it must be sent. `shows_secret`: the answer holds one that was made just now, and
    nobody shows it again. What `longest_body` allows beyond the usual, in bytes, is read only of
    whoever may make the call. `refusals` are statuses beside those that follow from the rest;
    `pointers` lead from the name of a field in a service's refusal to the body's own.
    """

    method: str
    path: str
    operation: str
    summary: str
    needs: str
    handle: Callable[[Asked[Any, Any]], Answered]
    about: str = ""
    said: type[BaseModel] = NothingSaid
    query: type[BaseModel] = NoQuery
    answer: type[BaseModel] | None = None
    status: int = 200
    creates: bool = False
    shows: Callable[[Mapping[str, object]], BaseModel] | None = None
    needs_match: bool = False
    shows_secret: bool = False
    longest_body: int = USUAL_BODY
    refusals: frozenset[int] = frozenset()
    pointers: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_body(self) -> bool:
        """Whether calls may have a body."""
        return self.said is not NothingSaid

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the path's variables, in their order."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def tag(self) -> str:
        """The noun it is about: the path's first segment."""
        return self.path.split("/")[1]

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"

    @property
    def statuses(self) -> frozenset[int]:
        """Every status that an answer can have."""
        found = ALWAYS | self.refusals | {self.status}
        if not self.needs:
            found -= {401}
        if self.variables:
            found |= {404}
        if self.has_body:
            found |= WITH_BODY
        if self.creates:
            found |= {409, 422}
        if self.shows is not None and self.writes:
            found |= {412}
        if self.needs_match:
            found |= {428}
        return found
