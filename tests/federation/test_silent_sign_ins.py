"""A provider that lets somebody in and says no time has perhaps asked that person for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.federation.test_connections import PAGE, connect, linked
from tests.federation.test_step_up import asked_request, fresh_callback
from tests.federation.world import asked, problem

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld


def test_a_silent_sign_in_in_another_tab_proves_nothing_to_a_request_that_waits(
    federated: FederatedWorld,
) -> None:
    fake = federated.provider()
    people = federated.people
    browser = people.browser()
    people.authorize(browser, people.web_app, prompt="login")
    request_id = asked_request(browser).partition("&")[0]
    # Whoever holds the browser has a session at the provider, and no password.
    fake.claims["auth_time"] = None
    people.clock.advance(5)
    page = federated.sign_in(browser, target="/login?next=/account")
    assert page.path == "/account"
    page = browser.get(f"/oauth2/authorize/continue?request={request_id}")
    assert page.path == "/login", page.text
    # It is asked for proof, which such a provider never gives: that is said, and is the end of it.
    for _ in range(2):
        url = federated.press(browser)
        assert (asked(url)["prompt"], asked(url)["max_age"]) == ("login", "0")
        page = browser.get(federated.answer(url), cross_site=True)
        assert (page.status, problem(page)) == (403, "not-fresh")
        assert "auth_time" in page.text
        browser.get(f"/login?request={request_id}")
    page = browser.get(fresh_callback(federated, browser), cross_site=True)
    assert "code" in people.finish(browser).answer


@pytest.mark.rule("FE-13")
def test_a_sign_in_of_which_the_provider_says_no_time_proves_nothing(
    federated: FederatedWorld,
) -> None:
    fake = federated.provider()
    federated.provider("other", fake={"issuer": "https://other.example.net"})
    browser = federated.people.browser()
    federated.sign_in(browser)
    connect(federated, browser, "other")
    fake.claims["auth_time"] = None
    browser = federated.people.browser()
    federated.sign_in(browser, target="/login?next=/account")
    form = browser.get(PAGE).forms["disconnect-form-other"]
    assert browser.post(f"{PAGE}/disconnect", form.fields).path == "/login"
    assert sorted(linked(federated, "grace@example.com")) == ["acme", "other"]
    federated.provider("third", fake={"issuer": "https://third.example.net"})
    browser.get(PAGE)
    assert browser.click("connect-third").path == "/login"
    # Asked for more, the provider gives no more: a page says so, and nobody goes round in circles.
    page = browser.get(federated.answer(federated.press(browser)), cross_site=True)
    assert (page.status, problem(page)) == (403, "not-fresh")
