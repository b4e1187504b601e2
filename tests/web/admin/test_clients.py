"""Clients in the console: registered, looked at, changed, stopped; their secrets rotated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import NotFound
from authserver.services.audit_searches import SearchTerms
from tests.instances import Caller

if TYPE_CHECKING:
    from tests.people.pages import Page
    from tests.web.admin.conftest import Desk


def text_of(page: Page, element: str) -> str:
    found = page.texts.get(element)
    assert found, (element, page.status, sorted(page.texts))
    return found


def register(desk: Desk, client_id: str = "night-job") -> Page:
    desk.get("/clients/-/new")
    page = desk.browser.submit("choose", {"resources": "jira-main"})
    assert page.status == 200, page.text
    return desk.browser.submit(
        "client_details",
        {"name": "Night job", "client_id": client_id, "scopes": "READ"},
        button="register",
    )


@pytest.mark.feature(63)
def test_a_registered_client_gets_tokens_and_is_told_how(desk: Desk) -> None:
    page = register(desk)
    assert page.status == 200, page.text
    secret = text_of(page, "secret")
    assert page.headers["cache-control"] == "no-store"
    caller = Caller("night-job", secret)
    assert desk.world.lane.token(caller, resource=desk.world.jira.identifier)
    for name in ("curl", "python", "oauthlib", "java", "postman", "no-code"):
        assert "night-job" in text_of(page, f"text-{name}")
    shown = desk.get("/clients/night-job")
    assert secret not in shown.text
    assert secret[-4:] in shown.text


def test_what_was_typed_is_kept_and_each_mistake_stands_at_its_field(desk: Desk) -> None:
    desk.get("/clients/-/new/details?kind=web&resources=jira-main")
    page = desk.browser.submit(
        "client_details",
        {
            "name": "The <b>app</b>",
            "client_id": "x",
            "redirect_uris": "https://app.example/cb",
            "lifetime": "soon",
            "scopes": "READ",
        },
        button="register",
    )
    assert page.status == 400
    assert "Write a number with its unit" in text_of(page, "lifetime-error")
    assert "Its tokens last: Write a number with its unit" in text_of(page, "errors")
    assert "The &lt;b&gt;app&lt;/b&gt;" in page.text
    page = desk.browser.submit("client_details", {"lifetime": "10m"}, button="register")
    assert "3 to 100 characters" in text_of(page, "client_id-error")
    page = desk.browser.submit("client_details", {"client_id": "app-2"}, button="register")
    assert page.status == 200, page.text
    client = desk.world.container.clients.get("app-2")
    assert client.name == "The <b>app</b>"
    assert client.profile.redirect_uris == ("https://app.example/cb",)


def test_scopes_are_searched_for_and_those_chosen_stay(desk: Desk) -> None:
    desk.world.installation.site("cloud", "jira-cloud")
    desk.get("/clients/-/new/details?kind=service&resources=cloud")
    page = desk.browser.submit(
        "client_details",
        {"name": "Kept", "find_scope": "sprint", "scopes": "read:jira-work"},
        button="find",
    )
    assert page.status == 200
    assert "write:sprint:jira-software" in page.text
    assert "read:dashboard:jira" not in page.text
    assert page.forms["client_details"].fields["scopes"] == "read:jira-work"
    assert page.forms["client_details"].fields["name"] == "Kept"


def test_a_new_secret_works_while_the_old_one_goes_on(desk: Desk) -> None:
    old = text_of(register(desk), "secret")
    desk.get("/clients/night-job/rotate")
    page = desk.browser.submit("client_rotate", {"overlap": "1h"})
    new = text_of(page, "secret")
    site = desk.world.jira.identifier
    for secret in (old, new):
        assert desk.world.lane.token(Caller("night-job", secret), resource=site)
    desk.world.clock.advance(3601)
    assert desk.world.lane.ask(Caller("night-job", old), resource=site).status == 401
    assert desk.world.lane.token(Caller("night-job", new), resource=site)


def test_a_client_is_changed_stopped_and_ended(desk: Desk) -> None:
    register(desk)
    clients = desk.world.container.clients
    desk.get("/clients/night-job/edit")
    page = desk.browser.submit("client_edit", {"name": "Day job", "lifetime": "5m"}, button="save")
    assert "is changed" in text_of(page, "done")
    assert clients.get("night-job").name == "Day job"
    assert clients.get("night-job").access_token_seconds == 300
    desk.get("/clients/night-job/disable")
    page = desk.browser.submit("client_disable", {"reason": ""})
    assert page.status == 400
    assert clients.get("night-job").is_enabled
    page = desk.browser.submit("client_disable", {"reason": "leaked"})
    assert "is disabled" in text_of(page, "done")
    found = desk.world.container.audit.search(SearchTerms(action="client.disabled")).records
    assert found[0].details["reason"] == "leaked"
    assert found[0].details["via"] == "console"
    desk.get("/clients/night-job/enable")
    desk.browser.submit("client_enable")
    assert clients.get("night-job").is_enabled
    desk.get("/clients/night-job/delete")
    desk.browser.submit("client_delete", {"reason": "over"})
    with pytest.raises(NotFound):
        clients.get("night-job")


def test_several_clients_are_stopped_after_a_look_at_them(desk: Desk) -> None:
    page = desk.get("/clients/-/bulk?action=disable&id=spa&id=native&id=nobody")
    assert text_of(page, "how-many") == "2 are meant:"
    desk.browser.submit("clients_bulk", {"reason": "incident"})
    clients = desk.world.container.clients
    assert not clients.get("spa").is_enabled
    assert not clients.get("native").is_enabled
    assert clients.get("web-app").is_enabled
    assert desk.get("/clients/-/bulk?action=explode&id=spa").status == 400


@pytest.mark.rule("AD-02")
def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    for path in ("", "/edit", "/disable", "/rotate", "/delete"):
        assert desk.get(f"/clients/nobody{path}").status == 404
