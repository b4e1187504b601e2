"""What goes wrong at a provider is told on our page, and is nobody else's trouble."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.served import ISSUER
from tests.browser.steps import request_url, sign_in
from tests.standins.cast import STRANGER
from tests.standins.house import KINDS
from tests.standins.walking import choose, prove, sign_in_through

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.standins.house import House


def expect_problem(page: Page, problem: str, title: str) -> None:
    """Our page for a problem, with a way on, and nothing of the provider's on it."""
    expect(page.locator("#error")).to_have_attribute("data-problem", problem)
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("#advice")).to_be_visible()
    assert page.url.startswith(ISSUER)


def expect_others_work(house: House, page: Page, other: str) -> None:
    """From the problem's page on: another provider, and a local account."""
    page.locator("#try-again").click()
    sign_in_through(page, other)
    page.wait_for_url(f"{ISSUER}/account")
    page.context.clear_cookies()
    page.goto("/login?next=/account")
    sign_in(page, house.served.newcomer())
    page.wait_for_url(f"{ISSUER}/account")


@pytest.mark.parametrize(
    "kind",
    # By Basic and in the form; how the other two are spoken to is the same.
    ["okta", "entra", *(pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS[2:])],
)
def test_a_wrong_client_secret_is_our_trouble_and_not_the_persons(
    house: House, page: Page, kind: str
) -> None:
    wrong = house.provider(f"{kind}-wrong")
    page.goto("/account")
    sign_in_through(page, wrong)
    expect_problem(page, "provider-refused", "The identity provider did not accept our request")
    # The administrator reads what the person need not know.
    said = house.served.instance.log_tail(20_000)
    assert "invalid_client" in said


def test_a_provider_that_stops_is_told_and_the_others_go_on(house: House, page: Page) -> None:
    provider, other = house.provider("cognito"), house.provider("generic")

    def stop_behind(route: Route) -> None:
        # The person is on her way back with a code that nobody will redeem any more.
        answer = route.fetch(max_redirects=0)
        house.stop("cognito")
        onward = html.escape(answer.headers["location"])
        body = f'<meta http-equiv="refresh" content="0; url={onward}">'
        route.fulfill(content_type="text/html", body=body)

    page.route(re.compile("/oauth2/authorize$"), stop_behind)
    page.goto("/account")
    sign_in_through(page, provider)
    expect_problem(page, "provider-unreachable", "The identity provider does not answer")
    page.unroute_all()
    expect_others_work(house, page, other)
    page.context.clear_cookies()

    # Back again, it is as if nothing had been.
    house.provider("cognito")
    page.goto("/account")
    sign_in_through(page, provider)
    page.wait_for_url(f"{ISSUER}/account")


def test_a_person_who_refuses_at_the_provider_is_not_signed_in(house: House, page: Page) -> None:
    provider = house.provider("generic")
    page.goto(request_url(house.app))
    choose(page, provider)
    page.get_by_role("link", name="Cancel").click()
    expect_problem(page, "access-denied", "You were not signed in")
    # The app's request waits: the person may choose another way.
    page.locator("#try-again").click()
    sign_in(page, house.served.newcomer())
    expect(page.locator("#allow")).to_be_visible()


def test_a_person_of_another_tenant_is_not_signed_in(house: House, page: Page) -> None:
    provider = house.provider("entra")
    page.goto("/account")
    choose(page, provider)
    prove(page, provider, STRANGER)
    expect(page.locator("#error")).to_be_visible()
    expect(page.locator("#try-again")).to_be_visible()
    page.goto("/account")
    expect(page.locator("#username")).to_be_visible()
