"""Local groups and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from authserver.web.admin_api.models.members import (
    LONGEST_QUERY,
    ListQuery,
    Moment,
    Said,
    Shown,
    moment,
)

if TYPE_CHECKING:
    from authserver.domain.groups import Group, GroupHead


class GroupQuery(ListQuery):
    """Which groups."""

    q: str = Field("", max_length=LONGEST_QUERY, description="Words in name or description.")
    sort: Literal["name", "-name"] = "name"


class NewGroup(Said):
    """An empty group."""

    name: str
    description: str = ""


class GroupShown(Shown):
    """A group. Its members are a list of their own."""

    name: str
    description: str
    members: int = Field(description="How many, those that providers put in included.")
    created_at: Moment


class GroupPage(Shown):
    """Some groups, and the cursor of the next ones."""

    items: list[GroupShown]
    next_cursor: str | None


class NewMember(Said):
    """Somebody to be put into a group."""

    user: str = Field(description="A subject or user name.")


class ChangedMember(Shown):
    """Whether that changed anything: who is a member already stays one."""

    changed: bool


def group_shown(group: Group | GroupHead, members: int) -> GroupShown:
    """A group."""
    shown: dict[str, Any] = {
        "name": group.name,
        "description": group.description,
        "members": members,
        "created_at": moment(group.created_at),
    }
    return GroupShown.model_validate(shown)
