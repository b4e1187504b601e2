"""What shows first what it would do is done once, too, and says so to a second click."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest

from authserver.services.audit_searches import SearchTerms
from authserver.services.repeated_creations import RepeatedCreations
from authserver.services.users import UserDraft, UserUpdate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.admin.conftest import Desk


@dataclass(frozen=True)
class Deed:
    """A form by its path; what is typed before the button `look` shows what it would do.

    `step` is what the button says that does it then.
    """

    path: str
    form: str
    look: str = ""
    step: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        return "/admin" + self.path

    def looked_at(self, desk: Desk) -> Mapping[str, str]:
        """What the form sends that does what was looked at."""
        page = desk.get(self.path)
        if not self.look:
            return page.forms[self.form].fields
        page = desk.browser.submit(self.form, self.typed, button=self.look)
        return {**page.forms[self.form].fields, **self.typed, "step": self.step}


APPLY: Final = Deed(
    *("/policies/jira-main/edit", "policy_edit", "check", "apply"), {"text": "# open\n"}
)
RESTORE: Final = Deed("/policies/jira-main/versions/1/restore", "policy_restore")
IMPORT: Final = Deed(
    *("/resources/jira-main/accounts/import", "account_import", "look", "import"),
    {"rows": "client_id,account\nspa,svc-spa\n"},
)


def done(desk: Desk) -> int:
    """How often something was applied, restored or imported at the console."""
    actions = ("policy.applied", "policy.rolled_back", "account.imported")
    records = [
        record
        for action in actions
        for record in desk.world.container.audit.search(SearchTerms(action=action)).records
    ]
    return sum(record.details.get("via") == "console" for record in records)


def meanwhile(desk: Desk) -> None:
    """Somebody else changes both between the clicks."""
    container = desk.world.container
    container.policies.apply("jira-main", "# theirs\n", container.operator)
    container.subject_accounts.map("jira-main", "client:spa", "svc-theirs", container.operator)


@pytest.fixture
def two_versions(desk: Desk) -> None:
    """Of a policy, so that there is one to go back to."""
    container = desk.world.container
    for text in ("# first\n", "# second\n"):
        container.policies.apply("jira-main", text, container.operator)


@pytest.mark.usefixtures("two_versions")
@pytest.mark.parametrize("deed", [APPLY, RESTORE, IMPORT], ids=lambda deed: deed.form)
def test_a_second_click_is_not_told_that_somebody_else_was_faster(desk: Desk, deed: Deed) -> None:
    fields = deed.looked_at(desk)
    first = desk.browser.post(deed.target, fields, follow=False)
    assert first.status == 303, first.text
    assert "done=" in first.location
    meanwhile(desk)
    second = desk.browser.post(deed.target, fields, follow=False)
    assert (second.status, second.location) == (303, first.location), second.text
    assert done(desk) == 1


@pytest.mark.usefixtures("two_versions")
@pytest.mark.parametrize("deed", [APPLY, RESTORE, IMPORT], ids=lambda deed: deed.form)
def test_two_clicks_at_once_do_it_once_and_get_the_same_answer(
    desk: Desk, deed: Deed, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields = deed.looked_at(desk)
    first = desk.browser.post(deed.target, fields, follow=False)
    meanwhile(desk)
    # The later one looked before the earlier one had done anything.
    found, looks = RepeatedCreations.answered, iter((None,))
    monkeypatch.setattr(
        RepeatedCreations,
        "answered",
        lambda self, creation: next(looks, found(self, creation)),
    )
    second = desk.browser.post(deed.target, fields, follow=False)
    assert (second.status, second.location) == (303, first.location), second.text
    assert done(desk) == 1


def test_what_was_only_looked_at_may_be_looked_at_again_in_the_same_form(desk: Desk) -> None:
    fields = {**desk.get(APPLY.path).forms[APPLY.form].fields, "step": APPLY.look}
    for text in ("# open\n", "# open to more\n"):
        page = desk.browser.post(APPLY.target, {**fields, "text": text})
        assert page.status == 200
        assert "apply" in page.texts
    assert done(desk) == 0


@pytest.mark.usefixtures("two_versions")
@pytest.mark.parametrize("deed", [APPLY, RESTORE, IMPORT], ids=lambda deed: deed.form)
def test_whoever_may_not_do_it_any_more_is_not_told_how_it_was_answered(
    desk: Desk, deed: Deed
) -> None:
    fields = deed.looked_at(desk)
    assert desk.browser.post(deed.target, fields, follow=False).status == 303
    container = desk.world.container
    container.users.create(UserDraft("other", is_administrator=True), container.operator)
    container.users.update("olive", UserUpdate(is_administrator=False), container.operator)
    second = desk.browser.post(deed.target, fields, follow=False)
    assert (second.status, second.location) == (403, "")
    assert done(desk) == 1
