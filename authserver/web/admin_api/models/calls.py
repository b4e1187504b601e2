"""Counted calls: how often who called what, hour by hour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from authserver.domain.roles import Area, to_read
from authserver.services.counted_calls import ALL_LEGACY, MOST_ADDED, NOBODY, WAY_NAMES
from authserver.web.admin_api.models.members import ListQuery, Moment, Shown, moment, unstated

if TYPE_CHECKING:
    from authserver.services.counted_calls import NamedCount

LONGEST = 300
_WAYS = "|".join(WAY_NAMES)
_LISTED = ", ".join(f"`{each}`" for each in WAY_NAMES)
_OR_NONE = f"`{NOBODY}`: calls of which none is known."
_TIME = "A time with its zone, or an age like `15m`. An hour counts as a whole."


class CallQuery(ListQuery):
    """Which counts; those of the newest hour first."""

    since: str = unstated(_TIME, max_length=50)
    until: str = unstated("The same.", max_length=50)
    way: str = unstated(
        f"One of {_LISTED}; `{ALL_LEGACY}` are those with which nobody proved anything.",
        pattern=f"^({_WAYS})$",
    )
    resource: str = unstated("A site's name or identifier.", max_length=LONGEST)
    client: str = unstated(_OR_NONE, max_length=LONGEST)
    user: str = unstated(f"A subject or user name. {_OR_NONE}", max_length=LONGEST)
    outcome: Literal["success", "refused"] = unstated()
    reason: str = unstated("The first word of a refusal's reason.", max_length=LONGEST)
    sort: Literal["hour", "-hour"] = "-hour"


class CountShown(Shown):
    """Calls of one kind in one hour. Texts are empty where nothing is known, or was proved."""

    hour: Moment = Field(description="Where it begins.")
    resource: str = Field(description="The site's identifier.")
    way: str
    client_id: str
    subject: str
    username: str = Field(
        description="What the user with that subject is called here; "
        f"empty without the scope `{to_read(Area.PEOPLE)}`."
    )
    outcome: str
    reason: str
    calls: int


class CountPage(Shown):
    """Some counts, what all that fit come to, and the cursor of the next ones."""

    items: list[CountShown]
    calls: int = Field(
        description=f"The calls of all pages. {MOST_ADDED} counts are added up at most."
    )
    complete: bool = Field(description="false: there are more calls than `calls` says.")
    next_cursor: str | None


def count_shown(named: NamedCount, *, is_named: bool) -> CountShown:
    """One count; `is_named`: whoever asks may know what people are called."""
    key = named.count.key
    shown: dict[str, Any] = {
        "hour": moment(key.hour),
        "resource": key.resource,
        "way": key.way,
        "client_id": key.client_id,
        "subject": key.subject,
        "username": named.username if is_named else "",
        "outcome": key.outcome,
        "reason": key.reason,
        "calls": named.count.calls,
    }
    return CountShown.model_validate(shown)
