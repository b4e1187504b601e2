"""The work of every day at the console, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from tests.browser.console_gallery import owner_of
from tests.browser.console_work import call_refused, many_tokens
from tests.browser.steps import sign_in
from tests.people.cast import add_user

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.browser.conftest import MakeContext
    from tests.browser.served import ServedPeople
    from tests.people.cast import Person

pytestmark = pytest.mark.slow

MANY = 10_000
LONG_MS = 180_000


@pytest.fixture
def console(page: Page, served: ServedPeople) -> Page:
    """A tab in which an owner has come to the console."""
    page.goto("/login?next=/admin")
    sign_in(page, owner_of(served))
    expect(page.locator("#title")).to_have_text("Overview")
    return page


def somebody(served: ServedPeople) -> Person:
    """A user of this test alone."""
    with served.container() as container:
        return add_user(container, f"worker-{next(served.numbers)}")


def statuses(served: ServedPeople, owner: Person) -> set[ApiTokenStatus]:
    """What the tokens of somebody are."""
    with served.container() as container:
        found = container.api_tokens.page(ApiTokenFilter(owner=owner.subject), limit=100)
    return {each.status for each in found}


@pytest.mark.feature(59)
def test_why_a_call_was_refused_is_found_in_two_clicks(console: Page, served: ServedPeople) -> None:
    number = call_refused(served)
    console.locator("#decision-id").fill(number)
    console.locator("#decision-look").click()
    expect(console.locator("#verdict")).to_contain_text("Refused")
    expect(console.locator("#change")).to_be_visible()
    console.goto("/admin")
    console.get_by_role("link", name="Why did a call fail?").first.click()
    console.locator("#refused a").first.click()
    expect(console.locator("#verdict")).to_contain_text("Refused")


def test_a_token_is_made_for_somebody_who_picks_it_up_once(
    console: Page, served: ServedPeople, make_context: MakeContext
) -> None:
    owner = somebody(served)
    console.goto("/admin/tokens")
    console.locator("#new, #nothing-next").first.click()
    console.locator("#user").fill(owner.username)
    console.locator("#resources-jira-main").check()
    console.locator("#continue").click()
    console.locator("#purpose").fill("Weekly report")
    console.locator("#scope-READ").check()
    console.locator("#make").click()
    link = console.locator("#link").inner_text()
    assert "asv_pat_" not in console.content()
    theirs: BrowserContext = make_context()
    page = theirs.new_page()
    page.goto("/login")
    sign_in(page, owner)
    page.goto(urlsplit(link).path)
    page.locator("#pick-up").click()
    expect(page.locator("#token")).to_contain_text("asv_pat_")
    again = page.goto(urlsplit(link).path)
    assert again is not None
    assert again.status == 410


def test_all_tokens_of_a_user_are_revoked(console: Page, served: ServedPeople) -> None:
    owner = somebody(served)
    many_tokens(served, owner, 3)
    console.goto("/admin/users")
    console.locator("#q").fill(owner.username)
    console.locator("#find").click()
    console.get_by_role("link", name=owner.username).click()
    console.locator("#revoke-tokens").click()
    expect(console.locator("#meant-title")).to_have_text("3 tokens are meant")
    console.locator("#reason").fill("left the company")
    console.locator("#act").click()
    expect(console.locator("#done")).to_contain_text("3 tokens")
    assert statuses(served, owner) == {ApiTokenStatus.REVOKED}


def test_a_policy_is_changed_after_a_preview_and_taken_back(
    console: Page, served: ServedPeople
) -> None:
    call_refused(served, path="/rest/api/2/myself")
    with served.container() as container:
        container.policies.apply("jira-main", "# before\n", container.operator)
    console.goto("/admin/policies/jira-main")
    console.locator("#edit").click()
    console.locator("#text").fill('[access]\nclients = ["nobody-there"]\n')
    console.locator("#check").click()
    expect(console.locator("#problems")).to_contain_text("clients")
    console.locator("#text").fill('[access]\nclients = ["web-app"]\nreason = "Only the app"\n')
    console.locator("#check").click()
    expect(console.locator("#differences")).to_contain_text("clients")
    expect(console.locator("#replayed")).to_be_visible()
    console.locator("#comment").fill("only the app")
    console.locator("#apply").click()
    expect(console.locator("#done")).to_contain_text("counts from now on")
    console.locator("#version-1").click()
    console.locator("#restore").click()
    expect(console.locator("#differences")).to_be_visible()
    console.locator("#restore").click()
    expect(console.locator("#text")).to_have_text("# before\n")


def test_ten_thousand_tokens_are_stopped_in_an_incident_and_work_again(
    console: Page, served: ServedPeople
) -> None:
    owner = somebody(served)
    many_tokens(served, owner, MANY)
    console.goto("/admin/incidents")
    console.locator("#where").fill(f"owner={owner.username}")
    console.locator("#preview").click()
    expect(console.locator("#meant-title")).to_have_text("10000 tokens are meant")
    console.locator("#reason").fill("the laptop was stolen")
    console.locator("#act").click(timeout=LONG_MS)
    expect(console.locator("#done")).to_contain_text("10000 tokens", timeout=LONG_MS)
    assert statuses(served, owner) == {ApiTokenStatus.DISABLED}
    console.locator("#undo").click()
    console.locator("#reason").fill("found again")
    console.locator("#act").click(timeout=LONG_MS)
    expect(console.locator("#done")).to_contain_text("10000 tokens", timeout=LONG_MS)
    assert statuses(served, owner) == {ApiTokenStatus.ENABLED}
