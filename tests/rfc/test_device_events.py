"""What devices ask, and what their users answer, is on record (AU-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rfc.devices import add_device_app, begin
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from tests.people.browser import Browser
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld


@pytest.fixture
def watch(world: PeopleWorld) -> Watch:
    return Watch(world.installation)


def seen(page: Page, browser: Browser) -> dict[str, str]:
    """Where a record of the request behind the page says it came from."""
    return {"peer": browser.peer, "request_id": page.headers["x-request-id"]}


@pytest.mark.rule("AU-03")
def test_devices_and_the_answers_of_their_users_are_recorded(
    world: PeopleWorld, watch: Watch
) -> None:
    app, browser = add_device_app(world), world.signed_in()
    ada = {"kind": "user", "id": world.ada.subject}
    tv = {"kind": "client", "id": app.client_id}
    told = {"client_id": app.client_id, "resource": world.jira.identifier}
    watch.new()
    device = begin(world, app, scope="openid READ")
    (requested,) = watch.new()
    assert requested["action"] == "device.requested"
    assert (requested["actor"], requested["outcome"]) == (tv, "success")
    assert {name: requested[name] for name in told} == told
    assert requested["details"] == {"scope": "READ openid"}
    assert requested["peer"]
    assert requested["request_id"]
    device.enter(browser)
    page = browser.click("allow")
    records = watch.those(
        "consent.given",
        "grant.created",
        actor=ada,
        outcome="success",
        **told,
        **seen(page, browser),
    )
    assert records["grant.created"]["details"]["origin"] == "device_code"
    grant = records["grant.created"]["object"]
    world.clock.advance(5)
    watch.new()
    answered = device.poll(after=0)
    here = {"peer": requested["peer"], "request_id": answered.headers["x-request-id"]}
    issued = watch.one("token.issued", actor=tv, outcome="success", **told, **here)
    assert issued["details"]["grant_id"] == grant["id"]
    device = begin(world, app, scope="openid READ")
    device.enter(browser)
    watch.new()
    page = browser.click("deny")
    watch.one("consent.refused", actor=ada, outcome="refused", **told, **seen(page, browser))
    answered = device.poll(after=0)
    assert answered.error == (400, "access_denied")
    here = {"peer": requested["peer"], "request_id": answered.headers["x-request-id"]}
    watch.one("token.refused", actor=tv, outcome="refused", **here)


@pytest.mark.rule("AU-03")
def test_codes_that_no_device_shows_are_recorded(world: PeopleWorld, watch: Watch) -> None:
    browser = world.signed_in()
    ada = {"kind": "user", "id": world.ada.subject}
    watch.new()
    browser.get("/device")
    for number in range(10):
        page = browser.click("continue", user_code="BCDF-GHJK")
        assert page.status == 404
        record = watch.one(
            "device.code_refused",
            actor=ada,
            outcome="refused",
            object={"kind": "device", "id": ""},
            **seen(page, browser),
        )
        # With the last one that is forgiven the block begins.
        begins = ["account and network"] if number == 9 else []
        assert record["details"] == {"counters": begins}
    assert browser.click("continue", user_code="BCDF-GHJK").status == 429
    assert watch.new() == []
