"""How the authorization endpoint may be asked: GET, POST, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.people.world import AUTHORIZE, ISSUER
from tests.rfc.authorizing import asked_for, assert_local, rows_of_codes

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld


def test_the_endpoint_takes_posts_from_the_clients_page(world: PeopleWorld) -> None:
    browser = world.signed_in()
    page = browser.post(AUTHORIZE, world.asked(world.web_app), cross_site=True)
    assert page.path == "/consent"
    page = browser.click("allow")
    assert world.redeem(world.web_app, page.answer["code"]).status == 200
    # Signed in or not: the cookies came with the link after the post.
    page = browser.post(AUTHORIZE, world.asked(world.web_app, prompt="none"), cross_site=True)
    assert "code" in page.answer


def test_a_posted_request_is_good_for_one_visit(world: PeopleWorld) -> None:
    browser = world.signed_in()
    held = browser.post(AUTHORIZE, world.asked(world.web_app), cross_site=True, follow=False)
    assert held.status == 303
    assert "state-of-the-app" not in held.location
    assert browser.get(held.location).path == "/consent"
    assert_local(browser.get(held.location), error="invalid_request_uri")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data"])
def test_a_post_of_another_type_is_refused(world: PeopleWorld, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    page = world.browser().post(AUTHORIZE, world.asked(world.web_app), headers=headers)
    assert (page.status, page.location) == (415, "")


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH"])
def test_other_methods_do_nothing(world: PeopleWorld, method: str) -> None:
    browser = world.signed_in()
    target = f"{ISSUER}{AUTHORIZE}?{urlencode(world.asked(world.web_app))}"
    assert browser.ask(method, target).status == 405
    world.authorize(browser, world.web_app)
    onward = browser.click("allow", follow=False).location
    assert browser.ask(method, ISSUER + onward.removeprefix(ISSUER)).status == 405
    assert rows_of_codes(world) == 0


def test_more_parameters_than_anybody_needs_are_refused(world: PeopleWorld) -> None:
    query = urlencode(world.asked(world.web_app)) + "&x=1" * 100
    assert_local(asked_for(world, world.browser(), query))
