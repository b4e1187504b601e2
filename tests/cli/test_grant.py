"""`authserver grant`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.grants import Grant, GrantEnd, GrantOrigin
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.users import User, UserStatus
from tests.doubles import EPOCH

if TYPE_CHECKING:
    from tests.cli.administered import Administered

USUAL = Grant(
    grant_id="g-1",
    client_id="web-app",
    subject="user:ada",
    audience="https://jira-main.example.com",
    resource="jira-main",
    scopes=frozenset({"READ", "openid"}),
    origin=GrantOrigin.CODE,
    session_id="",
    session_bound=False,
    nonce="n",
    auth_time=EPOCH,
    acr="",
    amr=(),
    claims=RequestedClaims(),
    created_at=EPOCH - 60,
    expires_at=EPOCH + 3600,
)


@pytest.fixture
def granted(here: Administered) -> Administered:
    """Two grants of ada's, to two apps, and one of somebody who has no account here."""
    ada = User(
        subject="user:ada",
        username="ada",
        is_administrator=False,
        status=UserStatus.ENABLED,
        password_hash=b"",
        must_change_password=False,
        created_at=EPOCH,
    )
    with here.world.database.writing() as stores:
        stores.users.add(ada)
        stores.grants.add(USUAL)
        stores.grants.add(
            replace(USUAL, grant_id="g-2", client_id="spa", resource="", created_at=EPOCH)
        )
        stores.grants.add(replace(USUAL, grant_id="g-3", subject="user:guest", client_id="spa"))
    return here


def test_live_grants_are_listed_with_names_the_newest_first(granted: Administered) -> None:
    lines = granted.done("grant", "list").stdout.splitlines()
    assert [line.split()[0] for line in lines[-3:]] == ["g-2", "g-1", "g-3"]
    assert "ada" in lines[-2]
    assert "jira-main" in lines[-2]
    assert "READ openid" in lines[-2]
    assert "(sign-in only)" in lines[-3]
    assert "user:guest" in lines[-1]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ((), ["g-2", "g-1", "g-3"]),
        (("--user", "ada"), ["g-2", "g-1"]),
        (("--user", "user:ada", "--client", "spa"), ["g-2"]),
        (("--client", "spa"), ["g-2", "g-3"]),
        (("--client", "nobody"), []),
        (("--resource", "jira-main"), ["g-1", "g-3"]),
        (("--resource", "wiki"), []),
    ],
)
def test_a_list_can_be_narrowed(
    granted: Administered, arguments: tuple[str, ...], found: list[str]
) -> None:
    told = granted.json("grant", "list", *arguments)
    assert [each["grant_id"] for each in told["grants"]] == found


def test_scripts_get_every_field(granted: Administered) -> None:
    told = granted.json("grant", "list", "--client", "web-app")["grants"]
    assert told == [
        {
            "grant_id": "g-1",
            "subject": "user:ada",
            "username": "ada",
            "client_id": "web-app",
            "resource": "jira-main",
            "audience": "https://jira-main.example.com",
            "scope": "READ openid",
            "origin": "authorization_code",
            "session_id": None,
            "session_bound": False,
            "created_at": "2027-01-15T07:59:00.000Z",
            "last_used_at": None,
            "expires_at": "2027-01-15T09:00:00.000Z",
        }
    ]


@pytest.mark.rule("RV-06")
def test_one_grant_is_revoked_by_its_id(granted: Administered) -> None:
    assert granted.json("grant", "revoke", "g-1") == {"revoked": ["g-1"]}
    grants = granted.world.database.state.grants
    assert grants["g-1"].end is GrantEnd.REVOKED_BY_ADMINISTRATOR
    assert grants["g-2"].ended_at is None
    assert granted.world.database.state.changes[-1].change.value == "g-1"
    again = granted.run("grant", "revoke", "g-1")
    assert again.exit_code == 1
    assert "g-1" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "revoked"),
    [
        (("--user", "ada"), ["g-1", "g-2"]),
        (("--client", "spa"), ["g-2", "g-3"]),
        (("--user", "ada", "--client", "spa"), ["g-2"]),
    ],
)
def test_many_grants_are_revoked_after_a_question(
    granted: Administered, arguments: tuple[str, ...], revoked: list[str]
) -> None:
    assert granted.run("grant", "revoke", *arguments, input_text="n\n").exit_code == 1
    assert all(grant.ended_at is None for grant in granted.world.database.state.grants.values())
    assert granted.json("grant", "revoke", *arguments, "--yes") == {"revoked": revoked}


def test_nothing_stated_is_not_everything(granted: Administered) -> None:
    assert granted.run("grant", "revoke", "--yes").exit_code == 2
    assert granted.run("grant", "list", "--user", "nobody").exit_code == 1


def test_an_empty_list_says_so(here: Administered) -> None:
    assert "no live grants" in here.done("grant", "list").stderr
