"""Who has not been seen for long rests: apps get nothing for them until they sign in again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.federation.world import ACT

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld
    from tests.people.cast import App

DAY = 86_400.0


def tokens_of(federated: FederatedWorld, app: App) -> dict[str, Any]:
    """What an app gets for somebody who comes by the provider, to keep."""
    people = federated.people
    browser = people.browser()
    people.authorize(browser, app, scope="openid READ offline_access", prompt="consent")
    url = federated.press(browser)
    browser.get(federated.answer(url), cross_site=True)
    answer = people.redeem(app, people.finish(browser).answer["code"])
    assert answer.status == 200, answer.body
    return dict(answer.json)


def kept_alive(federated: FederatedWorld, app: App, token: str, days: int) -> dict[str, Any]:
    """The last tokens after refreshing daily for so long."""
    tokens: dict[str, Any] = {}
    for _ in range(days):
        federated.people.clock.advance(DAY)
        federated.container.living.put_to_sleep_due()
        answer = federated.people.refresh(app, token)
        assert answer.status == 200, answer.body
        tokens = dict(answer.json)
        token = tokens["refresh_token"]
    return tokens


def test_the_family_of_a_leaver_rests_and_goes_on_after_a_sign_in(
    federated: FederatedWorld,
) -> None:
    federated.provider(living_seconds=int(10 * DAY))
    people = federated.people
    first = tokens_of(federated, people.web_app)
    tokens = kept_alive(federated, people.web_app, first["refresh_token"], 10)
    assert people.lane.is_active(people.jira, tokens["access_token"])
    people.clock.advance(1)
    assert federated.container.living.put_to_sleep_due() == 1
    people.installation.poll()
    # What was given a moment ago counts no more.
    assert not people.lane.is_active(people.jira, tokens["access_token"])
    for _ in range(2):
        answer = people.refresh(people.web_app, tokens["refresh_token"])
        assert answer.error == (400, "invalid_grant")
        assert "sign in here again" in answer.description
    people.clock.advance(3 * DAY)
    federated.sign_in()
    answer = people.refresh(people.web_app, tokens["refresh_token"])
    assert answer.status == 200, answer.body
    people.installation.poll()
    assert people.lane.is_active(people.jira, answer.json["access_token"])


def test_only_who_presents_a_good_token_hears_that_its_user_rests(
    federated: FederatedWorld,
) -> None:
    federated.provider(living_seconds=600)
    people = federated.people
    tokens = tokens_of(federated, people.web_app)
    people.clock.advance(601)
    federated.container.living.put_to_sleep_due()
    other = people.refresh(people.spa, tokens["refresh_token"])
    forged = people.refresh(people.web_app, tokens["refresh_token"][:-6] + "AAAAAA")
    for answer in (other, forged):
        assert answer.error == (400, "invalid_grant")
        assert "sign in" not in answer.description


@pytest.mark.rule("FE-12")
def test_a_disabled_provider_ends_what_its_people_gave_to_apps(federated: FederatedWorld) -> None:
    federated.provider()
    people = federated.people
    tokens = tokens_of(federated, people.web_app)
    federated.container.providers.disable("acme", ACT)
    people.installation.poll()
    assert not people.lane.is_active(people.jira, tokens["access_token"])
    answer = people.refresh(people.web_app, tokens["refresh_token"])
    assert answer.error == (400, "invalid_grant")
    # And it does not come back with the provider.
    federated.container.providers.enable("acme", ACT)
    people.clock.advance(60)
    assert people.refresh(people.web_app, tokens["refresh_token"]).error == (400, "invalid_grant")


@pytest.mark.rule("FE-12")
def test_a_disabled_user_is_refused_everywhere(federated: FederatedWorld) -> None:
    federated.provider()
    people = federated.people
    browser = people.browser()
    federated.sign_in(browser)
    tokens = tokens_of(federated, people.web_app)
    federated.container.users.disable("grace@example.com", ACT)
    people.installation.poll()
    assert browser.get("/account").path == "/login"
    assert not people.lane.is_active(people.jira, tokens["access_token"])
    assert people.refresh(people.web_app, tokens["refresh_token"]).error == (400, "invalid_grant")
    assert federated.sign_in().path != "/account"


def test_the_account_page_says_when_the_user_will_rest(federated: FederatedWorld) -> None:
    federated.provider()
    browser = federated.people.browser()
    page = federated.sign_in(browser)
    assert "Feb 14, 2027" in page.texts["rests-at"]
    assert "rests-at" not in federated.people.signed_in().page.texts
