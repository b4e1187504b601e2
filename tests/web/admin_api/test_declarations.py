"""Configuration in files by REST: whole or not at all, and never more than the caller may."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.declarations import DeclaredFile
from authserver.domain.errors import Forbidden
from authserver.domain.roles import PERMISSIONS
from authserver.web.admin_api.sent_secrets import SentSecrets
from tests.web.admin_api.rest import pointers, problem

if TYPE_CHECKING:
    from tests.machine.doors import Answer
    from tests.web.admin_api.rest import Rest

PATH: Final = "/declarations"
CLIENT: Final = '[[client]]\nclient_id = "from-file"\nname = "From a file"\nscopes = ["READ"]\n'
CLIENT_FILE: Final = CLIENT + 'resources = ["jira-main"]\nsecret_file = "secrets/from-file"\n'
FILES: Final = (
    {"name": "clients.toml", "text": CLIENT_FILE},
    {"name": "groups.toml", "text": '[[group]]\nname = "from-file"\n'},
    {"name": "policies/jira-main.toml", "text": '[emails]\ndomains = []\nreason = "x"\n'},
)
SITE: Final = '[[resource]]\nname = "new-site"\nkind = "jira-dc"\nurl = "https://new.example.com"\n'
GATEWAY: Final = '[[gateway]]\nname = "new-gateway"\nresource = "jira-main"\n'
PROVIDER: Final = """\
[[provider]]
name = "new-provider"
kind = "oidc"
display_name = "New"
issuer = "https://new.example.com"
client_id = "us"
auth = "client_secret_basic"
secret_file = "secrets/provider"
"""
OF_AREAS: Final = {
    "resources": (SITE, GATEWAY),
    "clients": (CLIENT + 'resources = ["jira-main"]\n',),
    "people": ('[[group]]\nname = "new-group"\n',),
    "providers": (PROVIDER,),
    "roles": ('[[user]]\nusername = "ada"\nroles = ["auditor"]\n',),
    "policies": ('[[policy]]\nname = "default"\ntext = "# nothing"\n',),
}


def send(rest: Rest, token: str = "", key: str = "", **said: Any) -> Answer:
    """Apply files."""
    headers = {"Idempotency-Key": key} if key else {}
    return rest.call("POST", PATH, said, token=token, headers=headers)


def test_files_are_looked_at_applied_once_and_written_down_again(rest: Rest) -> None:
    look = send(rest, files=FILES, dry_run=True)
    assert look.status == 200, look.body
    assert (look.json["applied"], look.json["secrets"]) == (False, [])
    found = [(each["change"], each["kind"], each["name"]) for each in look.json["changes"]]
    added = [("client", "from-file"), ("group", "from-file"), ("policy", "jira-main")]
    assert found == [("added", *each) for each in added]
    assert rest.call("GET", "/clients/from-file").status == 404
    other = send(rest, files=FILES, plan="another")
    assert problem(other) == (409, "conflict")
    key = "apply-these-files"
    done = send(rest, key=key, files=FILES, plan=look.json["plan"])
    assert done.json["changes"] == look.json["changes"]
    (secret,) = done.json["secrets"]
    assert (secret["name"], secret["path"]) == ("from-file", "secrets/from-file")
    assert secret["secret"].startswith("asv_cs_")
    again = send(rest, key=key, files=FILES, plan=look.json["plan"])
    assert again.body == done.body
    assert send(rest, files=FILES).json["changes"] == []
    record = rest.get("/audit/records", query="action=client.created&limit=1")["items"][0]
    assert (record["object"]["id"], record["details"]["via"]) == ("from-file", "rest")
    written = rest.get(PATH, query="kinds=client,group,policy")["files"]
    names = {each["name"] for each in written}
    assert names == {"clients.toml", "groups.toml", "policies/jira-main.toml"}
    assert "asv_cs_" not in str(written)
    pruned = send(rest, files=FILES[2:], prune=True).json["changes"]
    assert {(each["change"], each["name"]) for each in pruned} == {("removed", "from-file")}


def test_every_mistake_is_told_with_file_line_and_field_and_nothing_changes(rest: Rest) -> None:
    before = len(rest.world.installation.records())
    wrong = {"name": "b.toml", "text": '\n[[group]]\nname = "x"\ncolour = "red"\n'}
    answer = send(rest, files=[*FILES, wrong])
    assert problem(answer) == (422, "invalid-members")
    (mistake,) = answer.json["errors"]
    assert mistake["pointer"] == "#/files/3/text"
    assert (mistake["file"], mistake["line"], mistake["field"]) == ("b.toml", 4, "group[0].colour")
    for said in ({"text": "", "files": FILES}, {"dry_run": True}):
        neither = rest.call("POST", PATH, said)
        assert (neither.status, pointers(neither)) == (422, ["#/text"])
    assert pointers(rest.call("POST", PATH)) == ["#/text"]
    unsent = send(rest, text=PROVIDER)
    assert [each["field"] for each in unsent.json["errors"]] == ["provider[0].secret_file"]
    assert len(rest.world.installation.records()) == before


@pytest.mark.rule("AD-04")
def test_each_kind_of_object_takes_the_scopes_of_its_area(rest: Rest) -> None:
    container = rest.container
    secrets = SentSecrets({"secrets/provider": "x" * 20})
    texts = [(area, text) for area, texts in OF_AREAS.items() for text in texts]
    for verb, (area, text) in product(("read", "write"), texts):
        act = replace(container.operator, powers=PERMISSIONS - {f"admin:{area}:{verb}"})
        with pytest.raises(Forbidden) as refusal:
            container.declarations.plan([DeclaredFile("a.toml", text)], act, secrets)
        assert refusal.value.needs == f"admin:{area}:{verb}", text
        if verb == "read":
            with pytest.raises(Forbidden) as refusal:
                container.declaration_export.export(act, people=True)
            assert refusal.value.needs == f"admin:{area}:read"


@pytest.mark.rule("AD-04")
def test_nothing_is_pruned_that_its_remover_may_not_look_at(rest: Rest) -> None:
    container = rest.container
    send(rest, files=FILES[1:2])
    for missing in ("admin:people:read", "admin:people:write"):
        act = replace(container.operator, powers=PERMISSIONS - {missing})
        with pytest.raises(Forbidden) as refusal:
            container.declarations.plan([], act, SentSecrets({}), prune=True)
        assert refusal.value.needs == missing


@pytest.mark.rule("AD-04")
def test_files_give_no_power_that_their_sender_may_not_give(rest: Rest) -> None:
    rest.made("/groups", {"name": "helpers"})
    token = rest.token_with(PERMISSIONS - {"admin:roles:write"}, client_id="no-roles")
    for text in (
        CLIENT.replace("READ", "admin:people:write") + 'resources = ["administration"]\n',
        '[[user]]\nusername = "ada"\nroles = ["owner"]\n',
    ):
        answer = send(rest, token, text=text)
        assert problem(answer) == (403, "missing-scope"), answer.body
        assert 'scope="admin:roles:write"' in answer.headers["www-authenticate"]
