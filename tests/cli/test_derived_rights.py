"""`user show`, `user list` and `group list` tell what came by an identity provider."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.group_rules import GroupSnapshot, SnapshotState
from authserver.domain.groups import Group
from authserver.domain.identities import Identity, IdentityStatus
from authserver.services.users import UserDraft
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from tests.cli.administered import Administered


@pytest.fixture
def here(here: Administered) -> Administered:
    """ada is in crew by hand, and staff and an administrator by groups at oidc."""
    world = here.world
    here.container.office.added()
    now = world.clock.now()
    with world.database.writing() as stores:
        for name in ("crew", "staff"):
            stores.groups.add(Group(name, "", frozenset(), now))
    user = world.users.create(UserDraft("ada", groups=("crew",)), ADMIN).known.user
    identity = Identity(
        provider="oidc",
        subject_key="ada-there",
        subject=user.subject,
        shown="ada@example.org",
        status=IdentityStatus.LINKED,
        created_at=now,
        last_sign_in_at=now,
        last_checked_at=now,
        snapshot=GroupSnapshot(("Admins",), SnapshotState.COMPLETE, "id token", now),
        is_administrator=True,
        ceiling=frozenset({"READ"}),
    )
    with world.database.writing() as stores:
        stores.users.save(replace(user, password_hash=b""))
        stores.identities.add(identity)
        stores.identities.set_groups("oidc", user.subject, frozenset({"staff"}))
    return here


def test_a_user_is_shown_with_what_each_identity_gives(here: Administered) -> None:
    shown = here.done("user", "show", "ada").stdout.splitlines()
    for line in (
        "administrator  yes, by oidc",
        "password       none here",
        "groups         crew, staff (by oidc)",
        (
            "at oidc        ada@example.org; last sign-in 2027-01-15 08:00:00 UTC; "
            "groups complete; scopes at most READ"
        ),
    ):
        assert line in shown
    value = here.json("user", "show", "ada")
    assert value["administrator"] is False
    assert value["administers_by"] == ["oidc"]
    (identity,) = value["identities"]
    assert (identity["provider"], identity["groups"]) == ("oidc", ["staff"])
    assert (identity["administrator"], identity["ceiling"]) == (True, ["READ"])


def test_the_list_tells_administrators_by_group(here: Administered) -> None:
    row = next(
        line for line in here.done("user", "list").stdout.splitlines() if line.startswith("ada")
    )
    assert "enabled, administrator" in row
    (user,) = here.json("user", "list")["users"]
    assert user["administers_by"] == ["oidc"]


def test_a_disabled_provider_makes_nobody_an_administrator(here: Administered) -> None:
    here.container.office.providers.disable("oidc", ADMIN)
    shown = here.done("user", "show", "ada").stdout
    assert re.search(r"(?m)^administrator +no$", shown)
    assert "the provider is disabled" in shown
    assert ", administrator" not in here.done("user", "list").stdout


def test_groups_say_which_members_came_by_a_provider(here: Administered) -> None:
    rows = [re.split(" {2,}", each) for each in here.done("group", "list").stdout.splitlines()]
    assert rows[1:] == [["crew", "ada", "-"], ["staff", "ada (by oidc)", "-"]]
    crew, staff = here.json("group", "list")["groups"]
    assert [each["by_provider"] for each in (*crew["members"], *staff["members"])] == [[], ["oidc"]]
