"""Policies in the console: written, looked at, applied, taken back."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from tests.web.admin.calling import decided
from tests.web.admin.test_tokens import own_token

if TYPE_CHECKING:
    import pytest

    from tests.web.admin.conftest import Desk

STRICT = '[access]\ngroups = ["planners"]\nreason = "Only those who plan"\n'


def text_of(desk: Desk) -> str:
    return desk.world.container.policies.show("jira-main").text


def test_a_document_is_applied_only_after_its_own_preview_and_taken_back(desk: Desk) -> None:
    operator = desk.world.container.operator
    desk.world.container.groups.create("planners", "Those who plan", operator)
    desk.world.container.policies.apply("jira-main", STRICT, operator)
    decided(desk.world, own_token(desk)[0])
    desk.get("/policies/jira-main/edit")
    page = desk.browser.submit("policy_edit", {"text": "# open\n"}, button="check")
    assert page.status == 200, page.text
    assert "[access]" in page.texts["differences"]
    assert "1 would be allowed now" in page.texts["replayed"]
    assert "olive" in page.texts["allowed"]
    assert text_of(desk) == STRICT
    # Another text than the one that was looked at is looked at first.
    other = {"text": "# opened\n", "comment": "New app"}
    page = desk.browser.submit("policy_edit", other, button="apply")
    assert text_of(desk) == STRICT
    page = desk.browser.submit("policy_edit", other, button="apply")
    assert text_of(desk) == "# opened\n"
    assert "New app" in page.texts["versions"]
    desk.get("/policies/jira-main/versions/1/restore")
    page = desk.browser.submit("policy_restore", {"comment": "too open"})
    assert text_of(desk) == STRICT
    assert "too open" in page.texts["versions"]


def test_a_preview_judges_calls_as_far_as_the_time_goes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    decided(desk.world, own_token(desk)[0])
    desk.get("/policies/jira-main/edit")
    hands = count(step=60.0)
    monkeypatch.setattr(desk.world.clock, "monotonic", lambda: next(hands))
    page = desk.browser.submit("policy_edit", {"text": "# open\n"}, button="check")
    assert page.status == 200
    assert "could not be looked at in time" in page.texts["replayed"]


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
    operator = desk.world.container.operator
    desk.world.container.groups.create("planners", "Those who plan", operator)
    desk.get("/policies/jira-main/edit")
    desk.browser.submit("policy_edit", {"text": STRICT}, button="check")
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
