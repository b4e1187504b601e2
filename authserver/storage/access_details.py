"""Limits to operations and projects, as they stand in one column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.access_details import AccessDetail
from authserver.storage.json_texts import Members, coded, objects_from

if TYPE_CHECKING:
    from collections.abc import Sequence


def coded_details(details: Sequence[AccessDetail] | None) -> str | None:
    """As a JSON array in ASCII; no limit is no text."""
    if details is None:
        return None
    return f"[{','.join(coded(_members(each)) for each in details)}]"


def details_from(text: str | None, what: str) -> tuple[AccessDetail, ...] | None:
    """What stands in a column. Raises StorageUnavailable when it cannot be understood here."""
    if text is None:
        return None
    return tuple(_detail(each) for each in objects_from(text, what))


def _members(detail: AccessDetail) -> dict[str, object]:
    members: dict[str, object] = {"location": detail.location}
    # A limit that is not there is left out: `null` might be read as an empty one some day.
    for name, values in (("operations", detail.operations), ("projects", detail.projects)):
        if values is not None:
            members[name] = list(values)
    return members


def _detail(members: Members) -> AccessDetail:
    location = members.text("location")
    limited = set(members.names())
    detail = AccessDetail(
        location,
        members.texts("operations") if "operations" in limited else None,
        members.texts("projects") if "projects" in limited else None,
    )
    members.finish()
    return detail
