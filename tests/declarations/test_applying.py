"""Files are applied whole or not at all, and take away what they brought and nothing else."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

import pytest

from authserver.cli.declaration_files import LocalSecretFiles
from authserver.domain.declarations import DeclarationsInvalid
from authserver.domain.errors import Conflict, Forbidden, InvalidField, StorageUnavailable
from authserver.domain.providers import ProviderKind
from authserver.domain.roles import Role, permissions_of
from authserver.services.clients import ClientUpdate
from authserver.services.declared_people import DeclaredUsers
from authserver.services.users import UserDraft
from tests.declarations.test_mistakes import GOOD

if TYPE_CHECKING:
    from authserver.services.declared_objects import Offices
    from tests.declarations.office import Office

POLICY: Final = "[access]\ngroups = ['developers']\nreason = 'Developers only'\n"
EMAILS: Final = "[emails]\ndomains = []\nreason = 'x'\n"
GATEWAY: Final = '[[gateway]]\nname = "front"\nresource = "jira"\n'
SECRET: Final = "s3cret-of-the-site-itself"


def described(office: Office) -> list[str]:
    return [f"{each.sign}{each.kind} {each.name}" for each in office.plan(prune=True).changes]


def test_what_was_changed_by_hand_is_shown_and_brought_back(desk: Office) -> None:
    desk.write("good.toml", GOOD)
    desk.apply()
    before = desk.exported()
    desk.container.clients.update("reader", ClientUpdate(scopes=["WRITE"], contact="me"), desk.act)
    desk.container.resources.disable("jira", desk.act)
    plan = desk.plan()
    fields = {(each.name, field.name) for each in plan.changes for field in each.fields}
    assert fields == {("jira", "status"), ("reader", "scopes"), ("reader", "contact")}
    desk.apply()
    assert desk.exported() == before


def test_pruning_removes_what_files_made_and_nothing_else(desk: Office) -> None:
    desk.fake(ProviderKind.OIDC)
    provider = (
        '[[provider]]\nname = "idp"\nkind = "oidc"\nclient_id = "us"\nauth = "none"\n'
        'issuer = "https://login.example.org"\n'
    )
    desk.container.groups.create("by-hand", "", desk.act)
    desk.write("good.toml", GOOD + '[[group]]\nname = "by-hand"\n')
    desk.write("more.toml", GATEWAY + provider)
    desk.write("policies/default.toml", POLICY)
    desk.write("policies/jira.toml", EMAILS)
    desk.apply()
    # Removed by hand and made again: these are not the files'.
    desk.container.gateways.remove("front", desk.act)
    desk.container.policies.apply("jira", "", desk.act)
    desk.clock.advance(1)
    desk.container.gateways.add("front", "jira", desk.act)
    desk.container.policies.apply("jira", EMAILS, desk.act)
    (desk.files / "policies/jira.toml").unlink()
    (desk.files / "more.toml").unlink()
    (desk.files / "policies/default.toml").unlink()
    desk.write("good.toml", '[[group]]\nname = "other"\n')
    assert not any(each.sign == "-" for each in desk.plan().changes)
    assert described(desk) == [
        "+group other",
        *("-policy default", "-provider idp", "-client reader"),
        *("-group developers", "-resource jira"),
    ]
    desk.apply(prune=True)
    assert desk.exported() == {
        "groups.toml": '[[group]]\nname = "by-hand"\n\n[[group]]\nname = "other"\n'
    }
    assert not desk.plan(prune=True).changes


def test_pruning_ends_no_user_and_takes_no_role(desk: Office) -> None:
    desk.container.users.create(UserDraft("eve"), desk.act)
    desk.write("roles.toml", '[[user]]\nusername = "eve"\nroles = ["auditor"]\n')
    desk.apply(prune=True)
    (desk.files / "roles.toml").unlink()
    desk.write("good.toml", '[[group]]\nname = "other"\n')
    assert described(desk) == ["+group other"]
    desk.apply(prune=True)
    assert desk.container.users.get("eve").user.roles == {Role.AUDITOR}


def test_files_end_no_user_even_if_they_were_asked_to(desk: Office) -> None:
    desk.container.users.create(UserDraft("eve"), desk.act)
    with desk.container.database.writing() as stores:
        users = DeclaredUsers(cast("Offices", desk.container), stores)
        with pytest.raises(Conflict, match="authserver user delete eve"):
            users.remove("eve", desk.act)
    assert desk.container.users.get("eve").user.is_enabled


def test_a_group_that_a_policy_names_is_not_pruned_and_nothing_else_happens(desk: Office) -> None:
    desk.write("good.toml", GOOD)
    desk.apply()
    desk.container.policies.apply("default", POLICY, desk.act)
    desk.write("good.toml", '[[group]]\nname = "other"\n')
    before = desk.position
    with pytest.raises(Conflict, match="policies name the group developers"):
        desk.apply(prune=True)
    assert desk.position == before


def test_new_secrets_are_in_files_for_their_owner_alone_or_told_once(desk: Office) -> None:
    desk.write("good.toml", GOOD + GATEWAY + 'key_file = "secrets/gateway"\n')
    made = {each.name: each for each in desk.apply()}
    path = desk.files / "secrets/gateway"
    assert path.read_text().strip() == made["front"].value
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    assert made["reader"].value.startswith("asv_cs_")
    assert not made["reader"].written_to
    assert "asv_" not in repr(made)


def test_a_secret_never_overwrites_a_file_and_is_never_half_there(desk: Office) -> None:
    two = GATEWAY + 'key_file = "k"\n' + GATEWAY.replace("front", "back") + 'key_file = "k"\n'
    desk.write("good.toml", GOOD + two)
    (only,) = desk.mistakes()
    assert "good.toml:16: gateway[0].key_file: a file of its own" in only
    desk.write("good.toml", GOOD + two.replace('"k"', '"one"', 1))
    before, plan = desk.position, desk.plan()
    desk.write("k", "somebody was here first")
    with pytest.raises(DeclarationsInvalid, match=r"key_file: a file that can be made"):
        desk.container.declarations.apply(plan, desk.act, LocalSecretFiles())
    assert desk.position == before
    assert not (desk.files / "one").exists()
    assert "a file that is not there yet" in desk.mistakes()[0]


def test_a_commit_that_fails_takes_the_secrets_back(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write("good.toml", GOOD + GATEWAY + 'key_file = "one"\n')
    plan, before = desk.plan(), desk.position

    def full(*_: object) -> None:
        raise StorageUnavailable("the disk is full")

    monkeypatch.setattr("authserver.storage.leases.LeaseRows.release", full)
    with pytest.raises(StorageUnavailable):
        desk.container.declarations.apply(plan, desk.act, LocalSecretFiles())
    assert desk.position == before
    assert not (desk.files / "one").exists()


def test_what_changed_since_the_plan_is_not_overwritten(desk: Office) -> None:
    desk.write("good.toml", GOOD)
    desk.apply()
    desk.write("good.toml", GOOD.replace('["READ"]', '["WRITE"]'))
    plan = desk.plan()
    desk.container.clients.update("reader", ClientUpdate(contact="me"), desk.act)
    before = desk.position
    with pytest.raises(Conflict, match="run the command again"):
        desk.container.declarations.apply(plan, desk.act, LocalSecretFiles())
    assert desk.position == before


def test_a_credential_of_a_site_is_read_when_it_is_new_or_another_and_not_again(
    desk: Office,
) -> None:
    text = GOOD.replace(
        "[[client]]",
        "[resource.hand_over]\nkind = 'service-credential'\ntype = 'basic'\nuser = 'bot'\n"
        "account = 'bot'\nsecret_file = 'site'\n[[client]]",
    )
    desk.write("good.toml", text)
    assert "hand_over.secret_file: a file that can be read" in desk.mistakes()[0]
    secret = desk.write("site", SECRET + "\n")
    desk.apply()
    secret.unlink()
    assert not desk.plan().changes
    desk.write("good.toml", text.replace("'bot'", "'other'"))
    assert "hand_over.secret_file" in desk.mistakes()[0]


def test_whoever_applies_may_do_no_more_than_by_hand(desk: Office) -> None:
    act = replace(desk.act, powers=permissions_of([Role.CLIENT_ADMIN]))
    desk.write("good.toml", GOOD)
    before = desk.position
    with pytest.raises(Forbidden, match="admin:resources:write"):
        desk.plan(act)
    assert desk.position == before
    desk.apply()
    desk.write("good.toml", GOOD.replace('["READ"]', '["WRITE"]'))
    desk.apply(act)
    assert "WRITE" in desk.exported()["clients.toml"]


def test_a_provider_is_asked_while_others_may_write(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = desk.fake(ProviderKind.OIDC)
    written = []
    answer = type(fake).answer

    def watched(self: object, *arguments: object) -> object:
        with desk.container.database.writing() as stores:
            written.append(stores.authority.position())
        return answer(self, *arguments)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(type(fake), "answer", watched)
    desk.write(
        "providers.toml",
        '[[provider]]\nname = "idp"\nkind = "oidc"\nclient_id = "us"\nauth = "none"\n'
        f'issuer = "{fake.issuer}"\n',
    )
    desk.apply()
    asked = len(written)
    assert asked
    assert not desk.plan().changes
    assert len(written) == asked


@pytest.mark.slow
def test_of_two_plans_on_either_database_the_second_is_not_half_done(office: Office) -> None:
    office.write("good.toml", GOOD)
    office.write("policies/default.toml", POLICY)
    plan = office.plan()
    first = office.container.declarations.apply(plan, office.act, LocalSecretFiles())
    assert first
    before = office.position
    with pytest.raises(Conflict):
        office.container.declarations.apply(plan, office.act, LocalSecretFiles())
    assert office.position == before


def test_folders_are_read_without_what_is_hidden(desk: Office) -> None:
    desk.write("good.toml", GOOD)
    desk.write(".git/broken.toml", "[")
    desk.write("README.md", "[")
    (desk.files / ".data").symlink_to("nowhere")
    (desk.files / "linked.toml").symlink_to("../elsewhere.toml")
    desk.write("../elsewhere.toml", '[[group]]\nname = "linked"\n')
    assert "+ group linked" in [
        f"{each.sign} {each.kind} {each.name}" for each in desk.plan().changes
    ]


@pytest.mark.parametrize("name", ["lost.toml", "a/lost.toml", "folder"])
def test_what_a_link_hides_is_not_pruned(desk: Office, name: str) -> None:
    desk.write("good.toml", GOOD)
    link = desk.write(name, "")
    link.unlink()
    link.symlink_to(desk.files.parent if name == "folder" else "nowhere")
    with pytest.raises(InvalidField, match=name):
        desk.plan(prune=True)


def test_what_cannot_be_read_is_not_pruned(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("good.toml", GOOD)
    desk.write("closed/more.toml", GOOD)
    scan = os.scandir

    def closed(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(InvalidField, match="closed: Permission denied"):
        desk.plan(prune=True)


@pytest.mark.parametrize(
    "text",
    [
        '[[group]]\nname = "neat"\ndescription = " with blanks "\n',
        GOOD.replace("[[client", 'identifier = "https://id.example/"\n[[client', 1),
    ],
)
def test_what_is_made_neat_is_the_same_the_next_time(desk: Office, text: str) -> None:
    desk.write("untidy.toml", text)
    assert desk.apply() is not None
    assert not desk.plan().changes
