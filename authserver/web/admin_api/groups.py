"""`/groups`: local groups, and who is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import NotFound
from authserver.domain.searches import UserSearch, UserSort
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.groups import (
    ChangedMember,
    GroupPage,
    GroupQuery,
    GroupShown,
    NewGroup,
    NewMember,
    group_shown,
)
from authserver.web.admin_api.models.users import MemberQuery, UserPage
from authserver.web.admin_api.pages import fits, page_of, sorted_page
from authserver.web.admin_api.pieces import pieces_of
from authserver.web.admin_api.users import READ, WRITE, users_shown

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

ONE: Final = "/groups/{group}"
MEMBERS: Final = f"{ONE}/members"


def list_groups(asked: Asked[NothingSaid, GroupQuery]) -> Answered:
    """One page of them."""
    query, lists = asked.query, asked.services.long_lists
    found = [each for each in lists.group_heads() if fits(query.q, each.name, each.description)]
    fetch = sorted_page(found, lambda each: (each.name,), descending=query.sort.startswith("-"))
    items, following = page_of(asked, fetch)
    counts = lists.member_counts([each.name for each in items])
    shown = [group_shown(each, counts[each.name]) for each in items]
    return Answered(GroupPage(items=shown, next_cursor=following))


def create_group(asked: Asked[NewGroup, NoQuery]) -> Answered:
    """Add an empty one."""
    said = asked.said
    made = asked.services.groups.create(said.name, said.description, asked.act)
    return Answered(group_shown(made, len(made.members)), f"/groups/{made.name}")


def delete_group(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Remove one."""
    asked.services.groups.delete(asked.path["group"], asked.act)
    return Answered()


def list_members(asked: Asked[NothingSaid, MemberQuery]) -> Answered:
    """One page of those who are in one."""
    name, lists = asked.path["group"], asked.services.long_lists
    wanted = UserSearch(text=asked.query.q, group=name)
    items, following = pieces_of(
        asked, UserSort, lambda sort, piece: lists.members(name, sort, piece, wanted)
    )
    return Answered(UserPage(items=users_shown(asked.services, items), next_cursor=following))


def add_member(asked: Asked[NewMember, NoQuery]) -> Answered:
    """Put somebody into one."""
    changed = asked.services.groups.add(asked.path["group"], asked.said.user, asked.act)
    return Answered(ChangedMember(changed=changed))


def remove_member(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Take somebody out of one."""
    subject = asked.path["subject"]
    if not asked.services.groups.remove(asked.path["group"], subject, asked.act):
        raise NotFound("member", subject)
    return Answered()


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/groups", "listGroups", "List groups", READ, list_groups),
        query=GroupQuery,
        answer=GroupPage,
    ),
    Endpoint(
        *("POST", "/groups", "createGroup", "Add an empty group", WRITE, create_group),
        said=NewGroup,
        answer=GroupShown,
        status=201,
        creates=True,
    ),
    Endpoint(
        *("DELETE", ONE, "deleteGroup", "Remove a group", WRITE, delete_group),
        about="Its members stay users. A group that a policy names stays.",
        status=204,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("GET", MEMBERS, "listMembers", "List the members of a group", READ, list_members),
        query=MemberQuery,
        answer=UserPage,
    ),
    Endpoint(
        *("POST", MEMBERS, "addMember", "Put a user into a group", WRITE, add_member),
        about="A group that gives power takes `admin:roles:write` too.",
        said=NewMember,
        answer=ChangedMember,
    ),
    Endpoint(
        *("DELETE", f"{MEMBERS}/{{subject}}", "removeMember", "Take a user out of a group", WRITE),
        remove_member,
        about="What it could do as a member counts nowhere any more when this answers.",
        status=204,
    ),
)
