"""Examples of calls about users, their groups, and what they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.federation.world import FederatedWorld
from tests.services.grouped import identity_of
from tests.web.admin_api.example_values import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.admin_api.rest import Rest

NOTHING: dict[str, Any] = dict.fromkeys(
    (
        *("showUser", "deleteUser", "disableUser", "enableUser", "resetPassword"),
        *("showCredentials", "disableTokensOfUser", "enableTokensOfUser", "stopUser"),
        *("showRolesOfUser", "endSessionsOfUser"),
    )
)


def prepared(rest: Rest) -> Mapping[str, Example]:
    """A user for each act."""
    examples = {}
    for operation, body in {**NOTHING, "changeUser": {"name": "Ada L.", "groups": []}}.items():
        made = rest.made("/users", {"username": operation.lower(), "email": "a@example.com"})
        examples[operation] = Example({"subject": made["user"]["subject"]}, body)
    return {
        **examples,
        **_of_groups(rest),
        **_of_sessions(rest),
        **_of_identities(rest),
        "listUsers": Example(query="q=user&status=enabled&limit=2&sort=-created_at"),
        "createUser": Example(said={"username": "example-new", "name": "New"}),
        "listRoles": Example(),
    }


def _of_groups(rest: Rest) -> Mapping[str, Example]:
    member = rest.made("/users", {"username": "member"})["user"]["subject"]
    for name in ("for-delete", "for-members"):
        rest.made("/groups", {"name": name})
    for group, user in (("for-members", member), ("for-members", "showuser")):
        rest.container.groups.add(group, user, rest.container.operator)
    return {
        "listGroups": Example(query="q=for&sort=-name"),
        "createGroup": Example(said={"name": "example new", "description": "for trying"}),
        "deleteGroup": Example({"group": "for-delete"}),
        "listMembers": Example({"group": "for-members"}, query="limit=1&sort=-username"),
        "addMember": Example({"group": "for-members"}, {"user": "changeuser"}),
        "removeMember": Example({"group": "for-members", "subject": member}),
    }


def _of_sessions(rest: Rest) -> Mapping[str, Example]:
    world = rest.world
    subjects = {}
    for name in ("one-session", "one-grant", "all-grants"):
        person = world.user(name)
        subjects[name] = person.subject
        browser = world.signed_in(person)
        world.code(browser, world.web_app)
    listed = {each["subject"]: each["session_id"] for each in rest.get("/sessions")["items"]}
    grants = {each["subject"]: each["grant_id"] for each in rest.get("/grants")["items"]}
    session = {"session_id": listed[subjects["one-session"]]}
    grant = {"grant_id": grants[subjects["one-grant"]]}
    return {
        "listSessions": Example(query="user=one-session&sort=expires_at"),
        "showSession": Example(session),
        "endSession": Example(session),
        "listGrants": Example(query="user=one-grant&live=true"),
        "showGrant": Example(grant),
        "revokeGrant": Example(grant),
        "revokeGrants": Example(said={"user": "all-grants"}),
    }


def _of_identities(rest: Rest) -> Mapping[str, Example]:
    subject = rest.made("/users", {"username": "known-elsewhere"})["user"]["subject"]
    FederatedWorld(rest.world).provider("okta")
    with rest.container.database.writing() as stores:
        stores.identities.add(identity_of(subject, "okta"))
    return {
        "listIdentities": Example(query="asleep=false&limit=1"),
        "showIdentity": Example({"subject": subject, "provider": "okta"}),
        "unlinkIdentity": Example({"subject": subject, "provider": "okta"}),
    }
