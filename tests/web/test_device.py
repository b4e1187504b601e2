"""The pages on which a person answers a device."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.services.clients import ClientUpdate
from tests.rfc.devices import AGENT, SCOPE, add_device_app, begin

if TYPE_CHECKING:
    from tests.people.cast import App
    from tests.people.world import PeopleWorld
    from tests.rfc.devices import Device


@pytest.fixture
def tv(world: PeopleWorld) -> App:
    """A public client for devices."""
    return add_device_app(world)


@pytest.fixture
def device(world: PeopleWorld, tv: App) -> Device:
    """A device that shows its code."""
    return begin(world, tv)


def test_the_page_asks_for_the_code_and_nothing_else(world: PeopleWorld) -> None:
    page = world.signed_in().get("/device")
    assert page.status == 200
    assert page.forms["device"].fields.keys() == {"csrf", "user_code"}
    assert page.texts["user"] == "Ada Lovelace"


def test_whoever_is_not_signed_in_signs_in_first_and_comes_back(
    world: PeopleWorld, device: Device
) -> None:
    browser = world.browser()
    page = browser.get(f"/device?user_code={device.user_code}")
    assert page.path == "/login"
    page = world.sign_in(browser)
    assert page.path == "/device"
    assert page.forms["device"].fields["user_code"] == device.user_code


def test_an_address_with_the_code_fills_it_in_and_still_asks(
    world: PeopleWorld, device: Device
) -> None:
    """RFC 8628 section 3.3.1: the person compares the code with the one on the device."""
    page = world.signed_in().get(f"/device?user_code={device.user_code}")
    assert page.forms["device"].fields["user_code"] == device.user_code
    assert "shows this very code" in page.texts["compare"]
    assert "client" not in page.texts
    assert device.poll().error == (400, "authorization_pending")


@pytest.mark.parametrize("query", ["", "user_code=", "user_code=<script>", "user_code=ABC", "x=y"])
def test_an_address_with_something_else_fills_in_nothing(world: PeopleWorld, query: str) -> None:
    page = world.signed_in().get(f"/device?{query}")
    assert page.status == 200
    assert page.forms["device"].fields["user_code"] == ""
    assert "compare" not in page.texts


def test_the_question_says_who_asks_what_where_and_from_where(
    world: PeopleWorld, device: Device
) -> None:
    page = device.enter(world.signed_in())
    assert page.status == 200
    assert page.texts["client"] == "Screen"
    assert page.texts["publisher"] == "by Example Apps Ltd"
    assert page.texts["shown-code"] == device.user_code
    assert page.texts["asked-from"] == "203.0.113.9"
    assert page.texts["asked-by"] == f"Firefox on Linux {AGENT}"
    assert "2027" in page.texts["asked-at"]
    assert "jira-main" in page.texts["site"]
    assert "elsewhere" in page.texts
    assert "READ" in page.texts["scopes"]
    assert "offline_access" in page.texts["scopes"]
    assert "Ada Lovelace" in page.texts["user"]


def test_a_device_at_the_same_address_is_not_called_strange(
    world: PeopleWorld, device: Device
) -> None:
    page = device.enter(world.signed_in(browser=world.browser(peer="203.0.113.9")))
    assert page.texts["asked-from"] == "203.0.113.9"
    assert "elsewhere" not in page.texts


def test_the_question_changes_nothing(world: PeopleWorld, device: Device) -> None:
    browser = world.signed_in()
    device.enter(browser)
    browser.get("/device")
    assert device.poll().error == (400, "authorization_pending")


@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_an_answer_is_given_once(world: PeopleWorld, device: Device, decision: str) -> None:
    browser, other = world.signed_in(), world.signed_in()
    for each in (browser, other):
        device.enter(each)
    assert browser.click(decision).status == 200
    page = other.click("deny" if decision == "allow" else "allow")
    assert page.status == 404
    assert "No device waits" in page.texts["user-code-error"]
    answer = device.poll()
    assert answer.status == (200 if decision == "allow" else 400)


@pytest.mark.parametrize("bent", [str.lower, lambda code: code.replace("-", ""), "  {} ".format])
def test_how_the_code_is_typed_does_not_matter(
    world: PeopleWorld, device: Device, bent: type[str]
) -> None:
    page = device.enter(world.signed_in(), bent(device.user_code))
    assert page.texts["shown-code"] == device.user_code


@pytest.mark.parametrize("typed", ["", "BCDF", "BCDF-GHJK", "AEIOUAEI", "x" * 400, "BCDF\0GHJK"])
def test_a_wrong_code_is_refused_in_one_way(world: PeopleWorld, typed: str) -> None:
    browser = world.signed_in()
    browser.get("/device")
    page = browser.click("continue", user_code=typed)
    assert page.status == 404
    assert "No device waits with this code" in page.text


def test_a_code_that_is_over_or_answered_is_like_a_wrong_one(
    world: PeopleWorld, device: Device
) -> None:
    browser = world.signed_in()
    wrong = device.enter(browser, "BCDF-GHJK").texts
    device.enter(browser)
    browser.click("deny")
    assert device.enter(browser).texts == wrong
    late = begin(world, device.app)
    world.clock.set_now(world.clock.now() + 600)
    assert late.enter(browser).texts == wrong


def test_guesses_are_few(world: PeopleWorld, device: Device) -> None:
    browser = world.signed_in()
    statuses = [device.enter(browser, f"BCDF-GHJ{letter}").status for letter in "BCDFGHJKLMN"]
    assert statuses == [404] * 10 + [429]
    page = browser.page
    assert int(page.headers["retry-after"]) > 0
    assert "too many wrong codes" in page.text
    assert device.enter(browser).status == 429


def test_the_answer_is_no_way_around_the_limit(world: PeopleWorld, device: Device) -> None:
    browser = world.signed_in()
    device.enter(browser)
    form = browser.page.forms["device-answer"]
    for letter in "BCDFGHJKLM":
        fields = {**form.fields, "user_code": f"BCDF-GHJ{letter}", "decision": "allow"}
        assert browser.post("/device/answer", fields).status == 404
    fields = {**form.fields, "decision": "allow"}
    assert browser.post("/device/answer", fields).status == 429
    assert device.poll().error == (400, "authorization_pending")


def test_right_codes_are_no_guesses(world: PeopleWorld, tv: App) -> None:
    browser = world.signed_in()
    for _ in range(6):
        begin(world, tv).enter(browser)
        assert browser.click("deny").status == 200


@pytest.mark.rule("AZ-17")
@pytest.mark.parametrize(
    ("path", "form"), [("/device", "device"), ("/device/answer", "device-answer")]
)
def test_a_form_without_its_own_token_does_nothing(
    world: PeopleWorld, device: Device, path: str, form: str
) -> None:
    browser, stranger = world.signed_in(), world.signed_in(world.user("eve"))
    device.enter(browser)
    device.enter(stranger)
    foreign = stranger.page.forms["device-answer"].fields["csrf"]
    for token in ("", foreign, "x"):
        fields = {"csrf": token, "user_code": device.user_code, "decision": "allow"}
        assert browser.post(path, fields).status == 403
    own = {**browser.get("/device").forms["device"].fields, "user_code": device.user_code}
    if form == "device-answer":
        assert browser.post(path, {**own, "decision": "allow"}).status == 403
    assert device.poll().error == (400, "authorization_pending")


def test_a_form_from_another_site_does_nothing(world: PeopleWorld, device: Device) -> None:
    browser = world.signed_in()
    device.enter(browser)
    fields = {**browser.page.forms["device-answer"].fields, "decision": "allow"}
    assert browser.post("/device/answer", fields, cross_site=True).status == 403
    assert device.poll().error == (400, "authorization_pending")


def test_another_decision_is_none(world: PeopleWorld, device: Device) -> None:
    browser = world.signed_in()
    device.enter(browser)
    fields = {**browser.page.forms["device-answer"].fields, "decision": "perhaps"}
    assert browser.post("/device/answer", fields).status == 200
    assert device.poll().error == (400, "authorization_pending")


def test_what_was_allowed_stands_in_the_account_and_can_be_taken_back(
    world: PeopleWorld, device: Device
) -> None:
    browser = world.signed_in()
    device.enter(browser)
    browser.click("allow")
    told = device.poll().json
    page = browser.get("/account/authorizations")
    assert page.texts["app-1"] == "Screen"
    browser.click("revoke-1")
    assert not world.lane.is_active(world.jira, told["access_token"])


def test_a_client_that_was_stopped_cannot_be_allowed(world: PeopleWorld, device: Device) -> None:
    browser = world.signed_in()
    device.enter(browser)
    container = world.container
    container.clients.disable("screen", container.operator)
    assert browser.click("allow").status == 404


def test_a_client_that_lost_a_scope_cannot_be_allowed(world: PeopleWorld, device: Device) -> None:
    browser = world.signed_in()
    device.enter(browser)
    container = world.container
    update = ClientUpdate(remove_scopes=["offline_access"])
    container.clients.update("screen", update, container.operator)
    assert browser.click("allow").status == 404


def test_hostile_names_are_shown_as_text(world: PeopleWorld) -> None:
    app = add_device_app(world, "hostile", name="<b onclick=x>{{7*7}}</b>")
    page = begin(world, app, scope=SCOPE).enter(world.signed_in())
    assert page.texts["client"] == "<b onclick=x>{{7*7}}</b>"


def test_nobody_connects_a_device_whose_credentials_rest(
    world: PeopleWorld, device: Device
) -> None:
    browser = world.signed_in()
    device.enter(browser)
    answer = dict(browser.page.forms["device-answer"].fields)
    with world.container.database.writing() as stores:
        user = stores.users.get(world.ada.subject)
        assert user is not None
        stores.users.save(replace(user, credentials_disabled_at=1.0))
    # Both on the question that is open, and on a new one; signed in she still is.
    allowed = browser.post("/device/answer", {**answer, "decision": "allow"})
    asked = device.enter(browser)
    for page in (allowed, asked):
        assert page.status == 403
        assert "switched off" in page.texts["user-code-error"]
    assert device.poll().error == (400, "authorization_pending")
