"""Who can do something in a project is one question, and the answer is what decisions say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.errors import InvalidField, NotFound
from authserver.services import who_may_call
from authserver.services.api_token_drafts import ApiTokenDraft, Maker
from authserver.services.openings import Question
from tests.web.admin.calling import decided

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from authserver.services.site_callers import Holder
    from tests.web.admin.conftest import Desk

DELETE: Final = Question("delete", project="HR")
POLICY: Final = """
[access]
groups = ["staff"]
reason = "the API is for staff"

[[project]]
name = "hr"
groups = ["staff"]
deny = ["HR"]
reason = "personnel files are for their own people"
"""


def token(desk: Desk, purpose: str, scopes: str = "WRITE", **stated: Any) -> str:
    """A token that ada makes for herself: its secret."""
    subject = desk.world.ada.subject
    draft = ApiTokenDraft(
        user=subject, purpose=purpose, scopes=[scopes], resources=["jira-main"], **stated
    )
    container = desk.world.container
    made = container.api_tokens.create(draft, container.operator, Maker(subject))
    return made.value


def find(desk: Desk, question: Question = DELETE) -> Sequence[Holder]:
    desk.world.installation.poll()
    return desk.world.container.who_may_call.find(question).page.items


def called(desk: Desk, question: Question = DELETE) -> set[str]:
    return {each.called or each.name for each in find(desk, question)}


@pytest.mark.feature(59)
def test_who_can_delete_in_a_project_is_one_question(desk: Desk) -> None:
    token(desk, "Cleaner of HR", projects=["HR"])
    token(desk, "Cleaner of OPS", projects=["OPS"])
    token(desk, "Reader", "READ")
    token(desk, "Writer of issues", operations=["read"])
    token(desk, "From the office", networks=["203.0.113.0/24"])
    desk.world.tokens(desk.world.web_app, scope="openid WRITE")
    page = desk.get("/who?what=delete&project=HR")
    shown = page.texts["holders"]
    assert "Cleaner of HR" in shown
    assert "DELETE /rest/" in shown
    assert "ada" in shown
    assert "certain networks only" in shown
    for other in ("Cleaner of OPS", "Reader", "Writer of issues"):
        assert other not in shown
    # What a browser's cookie opens is the site's matter, and said.
    assert "signed in at the site" in shown


@pytest.mark.feature(59)
def test_the_answer_is_what_a_decision_says(desk: Desk) -> None:
    operator = desk.world.container.operator
    secrets = {
        "mine": token(desk, "mine"),
        "reader": token(desk, "reader", "READ"),
        "listed": token(desk, "listed", operations=["DELETE /rest/api/2/issue/{issueIdOrKey}"]),
    }
    desk.world.container.groups.create("staff", "", operator)
    question = Question("DELETE /rest/api/2/issue/{issueIdOrKey}")
    for is_staff in (False, True):
        if is_staff:
            desk.world.container.groups.add("staff", "ada", operator)
        else:
            desk.world.container.policies.apply("default", POLICY.partition("[[")[0], operator)
        answered = called(desk, question)
        for name, secret in secrets.items():
            number = decided(desk.world, secret, method="DELETE")
            found = desk.world.container.policy_explanations
            desk.world.container.audit.catch_up()
            explained = found.of_decision(number)
            # Whether the site has an account for ada is asked behind everything else.
            passes = explained.recorded in {"allowed", "hand-over-missing"}
            assert (name in answered) is passes, explained
    assert {"mine", "listed"} <= answered


def test_what_policy_denies_in_a_project_nobody_can_there(desk: Desk) -> None:
    operator = desk.world.container.operator
    desk.world.container.groups.create("staff", "", operator)
    desk.world.container.groups.add("staff", "ada", operator)
    token(desk, "mine")
    desk.world.container.policies.apply("default", POLICY, operator)
    assert "mine" not in called(desk)
    assert "mine" in called(desk, Question("delete", project="OPS"))


def test_with_an_address_limits_on_networks_count(desk: Desk) -> None:
    token(desk, "office", networks=["203.0.113.0/24"])
    inside = Question("delete", address="203.0.113.7")
    assert "office" in called(desk, inside)
    assert "office" not in called(desk, Question("delete", address="198.51.100.1"))


def test_clients_speak_for_themselves_and_stopped_tokens_for_nobody(desk: Desk) -> None:
    container = desk.world.container
    desk.world.installation.caller("cleaner", desk.world.jira, "WRITE")
    desk.world.installation.caller("reader", desk.world.jira, "READ")
    token(desk, "stopped")
    (made,) = container.own_api_tokens.list(desk.world.ada.subject).live
    container.api_token_power.revoke(made.token_id, container.operator, reason="test")
    assert {"stopped", "reader"}.isdisjoint(called(desk))
    assert "cleaner" in called(desk)


def test_pages_join_to_the_whole_answer(desk: Desk) -> None:
    for number in range(5):
        token(desk, f"token-{number}")
    desk.world.tokens(desk.world.web_app, scope="openid WRITE")
    desk.world.tokens(desk.world.spa, scope="openid WRITE")
    desk.world.installation.poll()
    service = desk.world.container.who_may_call
    whole = [each.name for each in service.find(DELETE).page.items]
    assert len(whole) >= 7
    pieces, place = [], None
    while True:
        page = service.find(DELETE, after=place, limit=2).page
        pieces += [each.name for each in page.items]
        place = page.next_place
        if place is None:
            break
    assert pieces == whole


def test_a_page_asks_the_policy_about_few_and_goes_on_behind_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        token(desk, f"token-{number}")
        token(desk, f"reader-{number}", "READ")
    whole = [each.name for each in find(desk)]
    monkeypatch.setattr(who_may_call, "MOST_LOOKED_AT", who_may_call.CLOSE)
    pieces, place = [], None
    while True:
        page = desk.world.container.who_may_call.find(DELETE, after=place).page
        assert len(page.items) <= who_may_call.CLOSE
        assert sum(each.kind == "api-token" for each in page.items) <= 1
        pieces += [each.name for each in page.items]
        place = page.next_place
        if place is None:
            break
    assert pieces == whole


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (Question("destroy"), "what"),
        (Question(""), "what"),
        (Question("read", address="here"), "address"),
        (Question("read", project="x" * 101), "project"),
    ],
)
def test_what_cannot_be_answered_names_the_field(
    desk: Desk, question: Question, field: str
) -> None:
    with pytest.raises(InvalidField) as refusal:
        find(desk, question)
    assert refusal.value.field == field


def test_a_site_that_is_not_there_has_nobody(desk: Desk) -> None:
    with pytest.raises(NotFound):
        find(desk, Question("read", resource="nowhere"))
    assert desk.get("/who?what=read&resource=nowhere").status in {400, 404}
    assert desk.get("/who?what=read&cursor=forged").status == 400
