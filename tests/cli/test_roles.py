"""Roles on the command line, and the administration API among the resources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from authserver.services.administration_resource import AdministrationResource
from tests.services.world import ADMIN, ISSUER

if TYPE_CHECKING:
    from tests.cli.administered import Administered


@pytest.fixture
def here(here: Administered) -> Administered:
    """With the administration API, as after `init`."""
    administration = here.world.administration
    AdministrationResource(administration=administration, issuer=ISSUER).ensure(ADMIN)
    return here


def test_roles_are_given_shown_and_taken(here: Administered) -> None:
    made = here.json("user", "create", "ada", "--role", "auditor", "--role", "help-desk")["user"]
    assert made["roles"] == made["roles_now"] == ["auditor", "help-desk"]
    assert made["administrator"] is False
    told = here.json("user", "update", "ada", "--no-role", "auditor", "--role", "owner")
    assert told["roles"] == ["help-desk", "owner"]
    assert told["administrator"] is True
    here.done("user", "create", "bob", "--role", "client-admin")
    listed = here.done("user", "list").stdout
    assert re.search(r"(?m)^ada .*enabled, administrator, one-time password", listed)
    assert re.search(r"(?m)^bob .*enabled, client-admin, one-time password", listed)
    shown = here.done("user", "show", "bob").stdout
    assert re.search(r"(?m)^administrator +yes$", shown)
    assert re.search(r"(?m)^roles +client-admin$", shown)


def test_a_role_that_is_none_is_refused(here: Administered) -> None:
    here.done("user", "create", "ada")
    assert "'king' is not one of" in here.refused(2, "user", "update", "ada", "--role", "king")
    told = here.refused(2, "user", "update", "ada", "--role", "auditor", "--no-role", "auditor")
    assert "--no-role" in told


def test_the_administration_api_is_listed_and_stays(here: Administered) -> None:
    (api,) = [
        each for each in here.json("resource", "list")["resources"] if each["kind"] == "authserver"
    ]
    assert api["name"] == "administration"
    assert api["hand_over"] is None
    shown = here.done("resource", "show", "administration").stdout
    assert f"{ISSUER}/admin/api/v1" in shown
    assert here.json("resource", "show", "administration")["kind"] == "authserver"
    for command in (
        ("resource", "delete", "administration", "--yes"),
        ("resource", "update", "administration", "--url", "https://x.example"),
        ("resource", "rotate-credential", "administration"),
        ("gateway", "add", "edge", "--resource", "administration"),
    ):
        assert "own administration API" in here.refused(1, *command)
    here.done("resource", "disable", "administration")
    here.done("resource", "enable", "administration")
    create = ("resource", "create", "x", "--kind", "authserver", "--url", "https://x.example")
    assert "is not one of" in here.refused(2, *create)


def test_a_client_for_the_administration_is_registered_like_any(here: Administered) -> None:
    made = here.json(
        *("client", "create", "backup-bot", "--resource", "administration"),
        *("--scope", "admin:audit:read"),
    )
    assert made["client"]["scopes"] == ["admin:audit:read"]
    create = ("client", "create", "other-bot", "--resource", "jira-main")
    assert "is not a scope of jira-dc" in here.refused(2, *create, "--scope", "admin:audit:read")
