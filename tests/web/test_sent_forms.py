"""A form that makes something makes it once, however often it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pytest

from authserver.services.audit_searches import SearchTerms
from authserver.services.repeated_creations import RepeatedCreations
from tests.web.admin.conftest import Desk
from tests.web.admin.test_tokens import make

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.people.browser import Browser
    from tests.people.world import PeopleWorld

ANSWERS: Final = {"purpose": "Export", "resources": "jira-main", "scopes": "READ"}
END: Final = "/account/tokens/new/end"
MINUTES: Final = 300.0


def at_the_last_step(browser: Browser) -> Mapping[str, str]:
    """What the form there sends."""
    return browser.get(f"{END}?{urlencode(ANSWERS)}").forms["new-token"].fields


def how_many(world: PeopleWorld) -> int:
    return len(world.container.own_api_tokens.list(world.ada.subject).live)


@pytest.mark.feature(4)
def test_a_second_click_makes_no_second_token_and_shows_the_same_page(world: PeopleWorld) -> None:
    browser = world.signed_in()
    fields = at_the_last_step(browser)
    first, second = browser.post(END, fields), browser.post(END, fields)
    assert first.texts["token"] == second.texts["token"]
    assert (second.status, second.headers["cache-control"]) == (200, "no-store")
    assert second.headers["content-security-policy"] == first.headers["content-security-policy"]
    assert how_many(world) == 1
    assert browser.post(END, at_the_last_step(browser)).texts["token"] != first.texts["token"]
    assert how_many(world) == 2


def test_after_some_minutes_it_only_says_that_it_was_done(world: PeopleWorld) -> None:
    browser = world.signed_in()
    fields = at_the_last_step(browser)
    browser.post(END, fields)
    world.clock.advance(MINUTES)
    page = browser.post(END, fields)
    assert (page.status, page.title.partition(" · ")[0]) == (409, "This was done already")
    assert "asv_pat_" not in page.text
    assert how_many(world) == 1


def test_a_form_that_was_used_makes_nothing_else(world: PeopleWorld) -> None:
    browser = world.signed_in()
    fields = at_the_last_step(browser)
    browser.post(END, fields)
    page = browser.post(END, {**fields, "purpose": "Something else"})
    assert (page.status, page.title.partition(" · ")[0]) == (409, "This form was used already")
    assert how_many(world) == 1


def test_what_was_wrong_can_be_mended_in_the_same_form(world: PeopleWorld) -> None:
    browser = world.signed_in()
    fields = at_the_last_step(browser)
    assert browser.post(END, {**fields, "lives": "1"}).status == 400
    assert browser.post(END, fields).status == 200


def test_the_number_of_somebody_elses_form_opens_nothing(world: PeopleWorld) -> None:
    browser, other = world.signed_in(), world.signed_in(world.user("bob"))
    fields = at_the_last_step(browser)
    first = browser.post(END, fields).texts["token"]
    theirs = {**at_the_last_step(other), "once": fields["once"]}
    assert other.post(END, theirs).texts["token"] != first


def test_a_rotation_is_done_once_and_its_secret_is_not_lost(world: PeopleWorld) -> None:
    browser = world.signed_in()
    browser.post(END, at_the_last_step(browser))
    (token,) = world.container.own_api_tokens.list(world.ada.subject).live
    path = f"/account/tokens/{token.token_id}/rotate"
    fields = browser.get(path).forms["rotate-form"].fields
    first, second = browser.post(path, fields), browser.post(path, fields)
    assert first.texts["token"] == second.texts["token"]
    assert how_many(world) == 2


def test_two_clicks_at_once_make_one_and_the_later_gets_the_same_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = RepeatedCreations.answered
    for path, form, shown, answers in (
        ("/account/tokens/new/end?" + urlencode(ANSWERS), "new-token", "token", {}),
        ("/admin/clients/web-app/rotate", "client_rotate", "secret", {}),
        # The name is taken then, by the earlier one.
        ("/admin/users/-/new", "user_new", "secret", {"username": "nora"}),
    ):
        fields = {**desk.browser.get(path).forms[form].fields, **answers}
        first = desk.browser.post(path.partition("?")[0], fields)
        looks = iter((None,))
        # The later one looked before the earlier one had done anything.
        monkeypatch.setattr(
            RepeatedCreations,
            "answered",
            lambda self, creation, looks=looks: next(looks, found(self, creation)),
        )
        second = desk.browser.post(path.partition("?")[0], fields)
        assert (second.status, second.texts.get(shown)) == (200, first.texts[shown]), path
    assert len(desk.world.container.own_api_tokens.list(desk.owner.subject).live) == 1
    assert len(desk.world.container.clients.get("web-app").secrets) == 2


def test_where_the_answer_was_lost_nothing_is_done_again(
    world: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = world.signed_in()
    fields = at_the_last_step(browser)
    # As if the worker was killed between the commit and this.
    monkeypatch.setattr(RepeatedCreations, "keep", lambda *_: None)
    browser.post(END, fields)
    page = browser.post(END, fields)
    assert (page.status, page.title.partition(" · ")[0]) == (409, "This was done already")
    assert how_many(world) == 1


@pytest.fixture
def desk(world: PeopleWorld) -> Desk:
    """An owner at the console."""
    owner = world.user("olive", is_administrator=True)
    return Desk(world, owner, world.signed_in(owner))


def test_the_console_registers_a_client_once(desk: Desk) -> None:
    page = desk.get("/clients/-/new/details?kind=service&resources=jira-main")
    form = page.forms["client_details"]
    fields = {**form.fields, "name": "Nightly", "scopes": "READ"}
    first = desk.browser.post("/admin/clients/-/new/details", fields)
    second = desk.browser.post("/admin/clients/-/new/details", fields)
    assert first.texts["secret"] == second.texts["secret"], second.text
    found = [each for each in desk.world.container.clients.list() if each.name == "Nightly"]
    assert len(found) == 1


def test_the_console_makes_a_token_once_and_rotates_it_once(desk: Desk) -> None:
    path = "/admin/tokens/-/new/details"
    query = urlencode({"user": "ada", "kind": "user", "resources": "jira-main"})
    fields = {
        **desk.browser.get(f"{path}?{query}").forms["token_details"].fields,
        "purpose": "Export",
        "scopes": "READ",
        "delivery": "link",
    }
    first, second = desk.browser.post(path, fields), desk.browser.post(path, fields)
    assert first.status == second.status == 200, first.text
    assert first.texts["content"] == second.texts["content"]
    listed = desk.world.container.own_api_tokens.list(desk.world.ada.subject)
    assert len([*listed.live, *listed.ended]) == 1


def test_the_console_makes_one_new_secret_for_a_client(desk: Desk) -> None:
    path = "/admin/clients/web-app/rotate"
    fields = desk.browser.get(path).forms["client_rotate"].fields
    first, second = desk.browser.post(path, fields), desk.browser.post(path, fields)
    assert first.texts["secret"] == second.texts["secret"]
    assert len(desk.world.container.clients.get("web-app").secrets) == 2


def test_no_secret_that_a_page_shows_is_lost_by_a_second_click(desk: Desk) -> None:
    container, ada = desk.world.container, desk.world.ada.subject
    container.gateways.add("front", "jira-main", container.operator)
    site = {"name": "wiki", "kind": "confluence-dc", "url": "https://wiki.example"}
    for path, form, answers, shown in (
        ("/users/-/new", "user_new", {"username": "nora"}, "password"),
        (f"/users/{ada}/reset-password", "user_reset-password", {"reason": "lost"}, "password"),
        ("/gateways/-/new", "gateway_new", {"name": "edge", "resource": "jira-main"}, "secret"),
        ("/gateways/front/rotate", "gateway_rotate", {}, "secret"),
        ("/resources/-/new", "resource_new", site, "secret"),
        ("/resources/jira-main/rotate", "resource_rotate", {}, "secret"),
        ("/initial-access-tokens/-/new", "registration_token_new", {"label": "CI"}, "secret"),
    ):
        fields = {**desk.get(path).forms[form].fields, **answers}
        first = desk.browser.post("/admin" + path, fields)
        second = desk.browser.post("/admin" + path, fields)
        assert (first.status, second.status) == (200, 200), path
        assert first.texts == second.texts, path
        assert shown in first.text


def test_a_second_click_is_not_told_that_nothing_was_changed(desk: Desk) -> None:
    make(desk, "olive")
    for path, form, answers in (
        ("/incidents?where=owner%3Dolive&to=disabled", "incidents", {"reason": "leaked"}),
        ("/groups/-/new", "group_new", {"name": "planners"}),
    ):
        fields = {**desk.get(path).forms[form].fields, **answers}
        first = desk.browser.post("/admin" + path.partition("?")[0], fields)
        second = desk.browser.post("/admin" + path.partition("?")[0], fields)
        assert (first.status, second.status) == (200, 200), path
        assert first.texts == second.texts, path
    assert len(desk.world.container.audit.search(SearchTerms(action="token.disabled")).records) == 1
