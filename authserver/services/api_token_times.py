"""Times in conditions on API tokens: dates, moments, and so long ago or ahead."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from authserver.domain.api_token_conditions import Relation, TokenField
from authserver.domain.durations import seconds_written
from authserver.services.api_token_words import refusal

if TYPE_CHECKING:
    from authserver.services.api_token_words import Word

DAY: Final = 86_400.0
_BEHIND_THE_DAY: Final = {
    Relation.AFTER: Relation.NOT_BEFORE,
    Relation.NOT_AFTER: Relation.BEFORE,
}
"""What these mean of a whole day, said of the next one's beginning."""
_ALLOWED: Final = (
    "a date (2025-01-01), a moment with its zone (2025-01-01T08:00:00Z), or an amount of time (90d)"
)


def time_meant(
    field: TokenField, relation: Relation, value: Word, now: float
) -> tuple[Relation, float]:
    """How to compare, and with which moment (seconds since the epoch).

    A date is a day in UTC: `<` means before it begins, `>` after it has ended, and `<=` and `>=`
    take the whole day in. An amount of time counts back from `now`, but for `expires` ahead.

    Raises:
        InvalidField: it is none of these; names the place.
    """
    amount = seconds_written(value.text)
    if amount is not None:
        return relation, now + amount if field is TokenField.EXPIRES else now - amount
    day = _day(value.text)
    if day is not None:
        behind = _BEHIND_THE_DAY.get(relation)
        return (relation, day) if behind is None else (behind, day + DAY)
    moment = _moment(value.text)
    if moment is None:
        raise refusal(value, _ALLOWED)
    return relation, moment


def _moment(text: str) -> float | None:
    try:
        stated = datetime.fromisoformat(text)
        return None if stated.tzinfo is None else stated.timestamp()
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> float | None:
    try:
        stated = date.fromisoformat(text)
    except ValueError:
        return None
    try:
        return datetime(stated.year, stated.month, stated.day, tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None
