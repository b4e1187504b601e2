"""Policies in the console: written, looked at, applied, taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.admin.calling import decided
from tests.web.admin.test_tokens import own_token

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk

STRICT = '[access]\nclients = ["spa"]\nreason = "Only the new app"\n'


def text_of(desk: Desk) -> str:
    return desk.world.container.policies.show("jira-main").text


def test_a_document_is_applied_only_after_its_own_preview_and_taken_back(desk: Desk) -> None:
    operator = desk.world.container.operator
    desk.world.container.policies.apply("jira-main", "", operator)
    decided(desk.world, own_token(desk)[0])
    desk.get("/policies/jira-main/edit")
    page = desk.browser.submit("policy_edit", {"text": STRICT}, button="check")
    assert page.status == 200, page.text
    assert "clients" in page.texts["differences"]
    assert "1 would be refused now" in page.texts["replay-title"] + page.texts["replayed"]
    assert "olive" in page.texts["refused"]
    assert text_of(desk) == ""
    # Another text than the one that was looked at is looked at first.
    longer = {"text": STRICT + "# more\n", "comment": "New app"}
    page = desk.browser.submit("policy_edit", longer, button="apply")
    assert text_of(desk) == ""
    page = desk.browser.submit("policy_edit", longer, button="apply")
    assert text_of(desk) == STRICT + "# more\n"
    assert "New app" in page.texts["versions"]
    desk.get("/policies/jira-main/versions/1/restore")
    page = desk.browser.submit("policy_restore", {"comment": "too strict"})
    assert text_of(desk) == ""
    assert "restored" not in page.text
    assert "too strict" in page.texts["versions"]


def test_every_mistake_of_a_document_stands_beside_it(desk: Desk) -> None:
    desk.get("/policies/jira-main/edit")
    wrong = '[access]\nclients = ["nobody"]\ncolour = "red"\n'
    page = desk.browser.submit("policy_edit", {"text": wrong}, button="check")
    assert page.status == 400
    assert "clients" in page.texts["problems"]
    assert "colour" in page.texts["problems"]
    assert "colour" in page.texts["text"]
    page = desk.browser.submit("policy_edit", {"text": "not [ toml"}, button="check")
    assert page.status == 400


def test_a_document_that_somebody_else_changed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    desk.get("/policies/jira-main/edit")
    desk.browser.submit("policy_edit", {"text": STRICT}, button="check")
    operator = desk.world.container.operator
    desk.world.container.policies.apply("jira-main", "# mine\n", operator)
    page = desk.browser.submit("policy_edit", {"text": STRICT}, button="apply")
    assert page.status == 400
    assert text_of(desk) == "# mine\n"


def test_a_version_that_never_was_is_not_found(desk: Desk) -> None:
    for path in (
        "/policies/nowhere",
        "/policies/default/versions/7",
        "/policies/default/versions/x",
    ):
        assert desk.get(path).status == 404
    assert "jira-main" in desk.get("/policies").texts["policies"]
