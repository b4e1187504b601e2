"""`authserver provider secret|domain|group-rule|bearer|deny|allow|denials`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from authserver.domain.groups import Group
from authserver.domain.providers import ProviderKind
from authserver.services.provider_drafts import ProviderChanges
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.administered import Administered

NEWER = "a-newer-secret-of-the-provider"


@pytest.fixture
def here(here: Administered) -> Administered:
    here.container.office.added(ProviderKind.OKTA)
    with here.world.database.writing() as stores:
        stores.groups.add(Group("staff", "", frozenset(), 0.0))
    return here


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A file with a secret."""
    path = tmp_path / "secret"
    path.write_text(f"{NEWER}\n")
    return str(path)


def test_a_secret_is_added_and_the_old_one_ended(here: Administered, file: str) -> None:
    here.world.clock.advance(1)
    result = here.done(
        "provider", "secret", "add", "okta", "--secret-file", file, "--secret-expires-in", "180d"
    )
    assert result.stdout.startswith("provider okta uses the new secret until 2027-")
    assert "authserver provider secret expire okta" in result.stderr
    assert NEWER not in result.output
    told = here.refused(1, "provider", "secret", "add", "okta", "--secret-file", file)
    assert "2 live secrets, the most there may be" in told
    later = here.done("provider", "secret", "expire", "okta", "--overlap", "1h")
    assert later.stdout == "client secrets of provider okta that end in 1 hour: 1\n"
    assert here.json("provider", "secret", "expire", "okta") == {"name": "okta", "ended": 1}


def test_the_newest_secret_is_the_one_in_use_for_scripts_too(here: Administered, file: str) -> None:
    value = here.json("provider", "secret", "add", "okta", "--secret-file", file)
    assert set(value) == {"name", "secret_id", "expires_at"}
    assert value["expires_at"] is None


def test_the_credential_for_the_directory_is_set(here: Administered, file: str) -> None:
    arguments = ("provider", "secret", "set-directory", "okta", "--secret-file", file)
    assert "asks no directory for groups" in here.refused(1, *arguments)
    changes = ProviderChanges(groups_source="okta-api")
    here.container.office.providers.update("okta", changes, ADMIN)
    assert here.done(*arguments).stdout == "provider okta reads groups with the new credential\n"
    assert here.json(*arguments) == {"name": "okta", "has_directory_secret": True}


def test_a_domain_is_set_listed_and_removed(here: Administered) -> None:
    assert "provider domain set NAME DOMAIN" in here.done("provider", "domain", "list").stderr
    told = here.done("provider", "domain", "set", "okta", "Example.org", "--routing", "force")
    assert told.stdout == "people of example.org must sign in at okta from now on\n"
    value = here.json("provider", "domain", "set", "okta", "example.com")
    assert (value["domain"], value["routing"]) == ("example.com", "suggest")
    rows = here.done("provider", "domain", "list").stdout.splitlines()
    assert [re.split(" {2,}", each) for each in rows] == [
        ["DOMAIN", "PROVIDER", "ROUTING"],
        ["example.com", "okta", "suggest"],
        ["example.org", "okta", "force"],
    ]
    assert len(here.json("provider", "domain", "list")["domains"]) == 2
    assert (
        "example.org are not sent to okta"
        in here.done("provider", "domain", "remove", "example.org").stdout
    )
    assert here.json("provider", "domain", "remove", "example.com") == {
        "domain": "example.com",
        "provider": None,
    }
    told_again = here.refused(1, "provider", "domain", "remove", "example.com")
    assert "hint: authserver provider domain list" in told_again
    assert "DOMAIN: an e-mail domain like" in here.refused(
        2, "provider", "domain", "set", "okta", "*.example.com"
    )


def test_a_group_rule_is_added_listed_and_removed(here: Administered) -> None:
    listed = here.done("provider", "group-rule", "list", "okta")
    assert "groups of the provider mean nothing here" in listed.stderr
    add = ("provider", "group-rule", "add", "okta")
    result = here.done(*add, "Everyone", "--to-group", "staff", "--label", "All of us")
    assert result.stdout == "members of Everyone at okta are members of staff here\n"
    assert result.stderr == "that changed something for nobody at once\n"
    assert here.done(*add, "Ops", "--scope", "READ", "--scope", "WRITE").stdout == (
        "members of Ops at okta may have the scopes READ WRITE; nobody from there gets others "
        "without a rule\n"
    )
    value = here.json(*add, "Admins", "--administrator")
    assert (value["effect"], value["value"], value["people"]) == ("administrator", "", 0)
    desk = here.done(*add, "Desk", "--role", "help-desk")
    assert desk.stdout == "members of Desk at okta have the role help-desk\n"
    value = here.json(*add, "Bosses", "--role", "owner")
    assert (value["effect"], value["value"]) == ("administrator", "")
    denied = here.done(*add, "Interns", "--deny")
    assert denied.stdout == (
        "members of Interns at okta may not sign in, and no token of theirs counts\n"
    )
    assert "nobody whose list of groups is not complete" in denied.stderr
    rules = here.json("provider", "group-rule", "list", "okta")["group_rules"]
    assert len(rules) == 6
    table = here.done("provider", "group-rule", "list", "okta").stdout
    assert re.search(r"(?m)^Everyone +group staff +All of us +\S+$", table)
    removed = here.done("provider", "group-rule", "remove", "okta", rules[0]["rule_id"])
    assert "has one meaning less" in removed.stdout
    assert here.json("provider", "group-rule", "remove", "okta", rules[1]["rule_id"])["removed"]
    told = here.refused(1, "provider", "group-rule", "remove", "okta", "unknown")
    assert "hint: authserver provider group-rule list" in told


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("A",), 2, "one of --to-group, --administrator, --role, --scope and --deny"),
        (("A", "--deny", "--administrator"), 2, "one of --to-group"),
        (("A", "--to-group", "nowhere"), 1, "no group named 'nowhere'"),
        (("A", "--scope", "openid"), 2, "error: --scope: scopes of sites only"),
        ((" A", "--deny"), 2, "error: GROUP: a group exactly as the provider writes it"),
        (("A", "--deny", "--label", "x" * 101), 2, "error: --label: at most 100"),
    ],
)
def test_an_odd_group_rule_is_refused_by_its_option(
    here: Administered, arguments: tuple[str, ...], code: int, told: str
) -> None:
    assert told in here.refused(code, "provider", "group-rule", "add", "okta", *arguments)


def test_tokens_count_by_lists_that_are_added_to(here: Administered) -> None:
    bearer = ("provider", "bearer", "okta")
    empty = here.done(*bearer, "--on")
    assert "audiences     none, so no token counts" in empty.stdout
    assert "problem  tokens: access tokens may count, but none can: no audience and no" in (
        empty.stderr
    )
    here.world.add_client("ci-reader")
    value = here.json(
        *bearer,
        *("--audience", "api://default", "--client", "0oa1", "--client", "0oa2=ci-reader"),
        *("--scope", "jira.read=READ", "--scope", "jira=all=READ,WRITE", "--longest", "1h"),
    )
    assert value["findings"] == []
    assert value["bearer"] == {
        "is_on": True,
        "for_exchange": False,
        "creates_users": False,
        "longest_seconds": 3600,
        "audiences": ["api://default"],
        "clients": {"0oa1": "", "0oa2": "ci-reader"},
        "scopes": {"jira.read": ["READ"], "jira=all": ["READ", "WRITE"]},
    }
    state = here.world.database.state
    shown = here.done(*bearer).stdout
    assert here.world.database.state is state
    assert "clients       0oa1, 0oa2 as ci-reader" in shown
    assert "scopes        jira.read = READ, jira=all = READ WRITE" in shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--scope", "jira.read"), "--scope: THEIRS=OURS"),
        (("--scope", "jira.read=REED"), "error: --scope: scopes that this server knows"),
        (("--client", "0oa1=nobody"), "error: --client: behind the = one of our clients"),
        (("--longest", "30d"), "error: --longest: 60 to 604800"),
        (("--audience", "a b"), "error: --audience: 1 to 255 visible"),
    ],
)
def test_an_odd_rule_for_tokens_is_refused_by_its_option(
    here: Administered, arguments: tuple[str, ...], told: str
) -> None:
    assert told in here.refused(2, "provider", "bearer", "okta", *arguments)


def test_what_counts_no_more_is_denied_listed_and_allowed(here: Administered) -> None:
    assert "nothing of provider okta is denied" in here.done("provider", "denials", "okta").stderr
    deny = ("provider", "deny", "okta")
    assert here.done(*deny, "--token", "AT.1").stdout == (
        "denied: the token or session AT.1, at okta\n"
    )
    told = here.done(*deny, "--subject", "00u1", "--until", "1h", "--reason", "left us").stdout
    assert told.startswith("denied: every token of 00u1 issued until 2027-01-15 09:00:0")
    value = here.json(*deny, "--client", "0oa9")
    assert (value["kind"], value["issued_until_at"], value["expires_at"]) == ("client", None, None)
    table = here.done("provider", "denials", "okta").stdout
    assert re.search(r"(?m)^client +0oa9 +for ever +for ever +-$", table)
    assert len(here.json("provider", "denials", "okta")["denials"]) == 3
    assert here.done("provider", "allow", "okta", "--client", "0oa9").stdout == (
        "client 0oa9 at okta is not denied any more\n"
    )
    told = here.refused(1, "provider", "allow", "okta", "--client", "0oa9")
    assert "hint: authserver provider denials NAME" in told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "one of --token, --subject and --client"),
        (("--token", "a", "--client", "b"), "one of --token, --subject and --client"),
        (("--token", "a b"), "error: --token: 1 to 255 visible"),
        (("--subject", ""), "error: --subject: 1 to 255"),
        (("--client", "a", "--reason", "a\nb"), "error: --reason: at most 200"),
        (("--client", "a", "--until", "10"), "a number with its unit"),
    ],
)
def test_an_odd_denial_is_refused_by_its_option(
    here: Administered, arguments: tuple[str, ...], told: str
) -> None:
    assert told in here.refused(2, "provider", "deny", "okta", *arguments)
