"""A person makes a token in a browser that runs no scripts, and it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.steps import sign_in
from tests.people.cast import ADA, add_user

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.browser.conftest import MakeContext
    from tests.browser.served import ServedPeople

pytestmark = pytest.mark.slow


@pytest.mark.feature(4)
def test_a_token_is_made_without_javascript(
    make_context: MakeContext, served: ServedPeople
) -> None:
    context: BrowserContext = make_context(java_script_enabled=False)
    page = context.new_page()
    with served.container() as container:
        person = add_user(container, f"maker-{next(served.numbers)}", data=ADA)
    page.goto("/login?next=/account/tokens")
    sign_in(page, person)
    expect(page.locator("#none")).to_be_visible()
    page.locator("#new").click()
    page.locator("#purpose").fill("Nightly export")
    page.locator("#continue").click()
    page.locator("#site-jira-main").check()
    page.locator("#continue").click()
    page.locator("#find_scope").fill("account may see")
    page.locator("#find").click()
    page.locator("#scope-READ").check()
    page.locator("#continue").click()
    page.locator("#make").click()
    expect(page.locator("#token")).to_contain_text("asv_pat_")
    page.locator("#all").click()
    expect(page.locator("#token-1")).to_contain_text("Nightly export")
    page.locator("#revoke-1").click()
    page.locator("#revoke").click()
    expect(page.locator("#done")).to_be_visible()
    expect(page.locator("#none")).to_be_visible()
