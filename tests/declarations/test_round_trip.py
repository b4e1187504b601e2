"""What is exported can be applied: elsewhere it makes the same, and again it changes nothing."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from authserver.cli.declaration_files import LocalSecretFiles
from authserver.domain.declarations import ChangeSign, DeclaredFile
from authserver.services.declaration_export import as_one
from tests.declarations.rich import SECRETS, add_secrets, add_users, fakes, furnish

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.declarations.office import Office


def test_an_export_applied_to_an_empty_server_makes_an_equal_one_and_again_changes_nothing(
    make_office: Callable[[], Office],
) -> None:
    first, second = make_office(), make_office()
    furnish(first)
    add_users(second)
    add_secrets(second)
    fakes(second)
    second.write_export(first)
    before = second.position
    plan = second.plan()
    assert {each.name for each in plan.changes if each.sign is not ChangeSign.ADDED} == {"grace"}
    assert (second.position, list(second.exported())) == (before, ["roles.toml"])
    made = second.container.declarations.apply(plan, second.act, LocalSecretFiles())
    exported = first.exported()
    assert second.exported() == exported
    assert first.exported() == exported
    assert "s3cret" not in "".join(exported.values())
    assert made
    assert all(each.written_to for each in made)
    for office in (second, first):
        before = office.position
        office.files = second.files
        plan = office.plan(prune=office is second)
        assert not plan.changes
        assert not office.container.declarations.apply(plan, office.act, LocalSecretFiles())
        assert office.position == before


def test_an_export_names_the_secrets_that_have_to_be_there(desk: Office) -> None:
    furnish(desk)
    found = desk.container.declaration_export.export(desk.act, people=True)
    assert sorted(found.to_provide) == sorted(SECRETS)
    # In one text the same: a policy stands in it word for word.
    one = tomllib.loads(as_one(found.files))
    texts = {each.policy: each.text for each in found.files if each.policy}
    assert {each["name"]: each["text"] for each in one["policy"]} == texts
    assert "\r\n" in texts["jira-dc"]
    without_people = desk.container.declaration_export.export(desk.act)
    assert not any("grace" in each.text for each in without_people.files)
    again = desk.container.declarations.plan(
        [DeclaredFile("-", as_one(found.files))], desk.act, LocalSecretFiles()
    )
    assert not again.changes
