"""What all models share: how strictly they read, how times are written, what may be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from authserver.domain.audit_times import written

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT_MAX: Final = 200
LONGEST_QUERY: Final = 200
LONGEST_CURSOR: Final = 2000


class Said(BaseModel):
    """What a caller states: nothing that is not named here, and nothing in another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Shown(BaseModel):
    """What an answer holds. Lists and texts are empty rather than absent."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Asking(BaseModel):
    """The parameters of a query: texts, read as what they stand for."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ListQuery(Asking):
    """Which part of a list."""

    limit: int = Field(50, ge=1, le=LIMIT_MAX, description="How many members one page has.")
    cursor: str = Field(
        "",
        max_length=LONGEST_CURSOR,
        description="`next_cursor` of the page before, with the same parameters.",
    )


class NoQuery(Asking):
    """No parameters."""


class NothingSaid(Said):
    """No body."""


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def unstated(description: str = "", **limits: Any) -> Any:
    """A member that may be left out; nobody can state the `None` it has then.

    Whether it was stated is in `model_fields_set`.
    """
    return Field(
        None, description=description or None, json_schema_extra=_without_default, **limits
    )


Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""A time in UTC: `2027-01-15T08:00:00.000Z` (RFC 3339)."""


def moment(at: Any) -> str | None:
    """Seconds since the epoch as a `Moment`, `None` for `None`."""
    return None if at is None else written(float(at))


def timed(described: Mapping[str, object], *times: str) -> dict[str, Any]:
    """Members as services describe them, those that are `times` as `Moment`s."""
    return {**described, **{name: moment(described[name]) for name in times}}
