"""A broken file changes nothing, and every mistake in every file is told with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.declarations import DeclarationsInvalid
from authserver.domain.providers import ProviderKind

if TYPE_CHECKING:
    from tests.declarations.office import Office

GOOD: Final = """\
[[resource]]
name = "jira"
kind = "jira-dc"
url = "https://jira.example"

[[client]]
client_id = "reader"
scopes = ["READ"]
resources = ["jira"]

[[group]]
name = "developers"
"""
PROVIDER: Final = """\
[[provider]]
name = "p"
kind = "oidc"
client_id = "x"
issuer = "https://x.example"
"""
CLOUD: Final = """\
[[resource]]
name = "r"
kind = "jira-cloud"
url = "https://r.example"
"""


@pytest.mark.parametrize(
    ("broken", "mistake"),
    [
        (
            '[[client]]\nclient_id = "x1x"\n\nscops = []\n',
            "broken.toml:4: client[0].scops: no such",
        ),
        ("[[client]\n", "broken.toml:1: must be TOML"),
        ('[[client]]\nclient_id = "x1x"\nname = "a\n', "broken.toml:3: must be TOML"),
        ('a = """\n\n', "broken.toml:3: must be TOML"),
        ('[[client]]\nname = "x"\n', "broken.toml:1: client[0].client_id: is missing"),
        ("\n[client]\n", "broken.toml:2: client: tables, each"),
        ('[[clients]]\nclient_id = "x1x"\n', "broken.toml:1: clients: no such kind of object; did"),
        ('[[group]]\nname = "developers"\n', "good.toml:12: group[0].name: developers is decl"),
        (
            '[[client]]\nclient_id = "x1x"\nscopes = [\n  "REED",\n]\nresources = ["jira"]\n',
            "broken.toml:3: client[0].scopes: REED is not a scope",
        ),
        (
            '[[client]]\nclient_id = "x1x"\nresources = ["nowhere"]\n',
            "broken.toml:3: client[0].resources: names of registered",
        ),
        (
            '[[client]]\nclient_id = "x1x"\n[[client.keys]]\nkty = "EC"\ncrv = "P-1"\n',
            "broken.toml:5: client[0].keys[0].crv: ",
        ),
        (
            '[[gateway]]\nname = "front"\nresource = "nowhere"\n',
            "broken.toml:1: gateway[0]: no resource named",
        ),
        ('[[user]]\nusername = "eve"\nroles = []\n', "broken.toml:2: user[0].username: the name"),
        ('[[group]]\nname = "a"\nmembers = ["eve"]\n', "broken.toml:3: group[0].members: users"),
        (
            '[[policy]]\nname = "default"\ntext = "[acces]"\n',
            "broken.toml:3: policy[0].text: acces: no such key here; did you mean access?",
        ),
        ('[[resource]]\nname = "default"\nkind="jira-dc"\nurl=""\n', "broken.toml:2: resource[0]"),
        (
            '[[provider]]\nname = "p"\nkind = "okta"\nclient_id = "x"\nissuer = "https://x.example"\n',
            "broken.toml:1: provider[0]",
        ),
        (
            PROVIDER + 'secret_file = "nowhere"\n',
            "broken.toml:6: provider[0].secret_file: a file that can be read",
        ),
        (
            PROVIDER + 'auth = "none"\n[provider.groups]\nsource = "graph"\n',
            "broken.toml:8: provider[0].groups.source: one of",
        ),
        (
            CLOUD + '[resource.hand_over]\nkind = "assertion"\n',
            "broken.toml:6: resource[0].hand_over.kind: assertion is for Data Center only",
        ),
        (
            CLOUD + 'client_accounts = { "a\\u0000" = "b" }\n',
            "broken.toml:5: resource[0].client_accounts: keys without U+0000",
        ),
        (
            CLOUD + 'client_accounts = { "" = "b" }\n',
            "broken.toml:5: resource[0].client_accounts: ids of clients",
        ),
        (
            PROVIDER
            + 'auth = "none"\ndomains = [{ domain = "x.example" }, { domain = "X.example" }]\n',
            "broken.toml:7: provider[0].domains[1].domain: X.example is stated already, at ",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_nothing_of_the_good_file_is_done(
    desk: Office, broken: str, mistake: str
) -> None:
    desk.write("good.toml", GOOD)
    desk.write("broken.toml", broken)
    before = desk.position, desk.exported()
    found = desk.mistakes()
    assert any(each.startswith(mistake) for each in found), found
    assert (desk.position, desk.exported()) == before


def test_a_user_is_named_in_one_way(desk: Office) -> None:
    desk.add_user("eve")
    subject = desk.container.users.get("eve").user.subject
    desk.write("roles.toml", f'[[user]]\nusername = "{subject}"\nroles = ["auditor"]\n')
    (only,) = desk.mistakes()
    assert only.startswith("roles.toml:2: user[0].username: the name of a user")


def test_every_mistake_of_every_file_is_told_at_once(desk: Office) -> None:
    desk.write(
        "a.toml",
        '[[resource]]\nname = "Not A Name"\nkind = "jira"\nurl = "ftp://x"\nstatus = "on"\n'
        '[[resource]]\nname = "Not A Name 2"\nkind = "jira"\nurl = "ftp://x"\n',
    )
    desk.write(
        "b/c.toml",
        '[[client]]\nclient_id = "one"\naccess_token_seconds = 1\ncontact = "a\\nb"\n'
        'redirect_uris = ["http://x.example"]\n'
        '[[client]]\nclient_id = "two"\nresources = ["Not A Name"]\n',
    )
    desk.write("policies/default.toml", "[access]\ngroups = ['nobody']\nx = 1\n")
    desk.write("policies/elsewhere.toml", "")
    places = [each.split(": ")[0] for each in desk.mistakes()]
    assert places == [
        *("a.toml:5", "a.toml:7", "a.toml:8", "a.toml:9"),
        *("b/c.toml:3", "b/c.toml:4", "b/c.toml:5"),
        *("policies/default.toml:1", "policies/default.toml:3"),
    ]


def test_what_refers_to_something_wrong_is_not_called_wrong_itself(desk: Office) -> None:
    desk.write("good.toml", GOOD.replace("https://jira", "ftp://jira"))
    desk.write("policies/default.toml", "[access]\ngroups = ['developers']\nreason = 'x'\n")
    (only,) = desk.mistakes()
    assert only.startswith("good.toml:4: resource[0].url: ")


def test_a_provider_that_cannot_be_used_is_a_mistake(desk: Office) -> None:
    fake = desk.fake(ProviderKind.OIDC)
    fake.metadata["issuer"] = "https://other.example"
    desk.write("good.toml", GOOD)
    desk.write(
        "providers.toml",
        '[[provider]]\nname = "idp"\nkind = "oidc"\nclient_id = "us"\nauth = "none"\n'
        f'issuer = "{fake.issuer}"\n',
    )
    before = desk.position
    with pytest.raises(DeclarationsInvalid, match=r"providers.toml:1: provider\[0\]: metadata: "):
        desk.apply()
    assert desk.position == before
    del fake.metadata["issuer"]
    desk.apply()
    assert "idp" in desk.exported()["providers.toml"]


def test_what_is_for_ever_cannot_be_changed_by_a_file(desk: Office) -> None:
    desk.write("good.toml", GOOD)
    desk.apply()
    desk.write(
        "good.toml",
        GOOD.replace("jira-dc", "jira-cloud")
        .replace('scopes = ["READ"]', 'auth_method = "none"')
        .replace('"developers"', '"developers"\ndescription = "x"'),
    )
    found = desk.mistakes()
    assert [each.split(": ")[1] for each in found] == [
        "resource[0].kind",
        "group[0].description",
    ]
