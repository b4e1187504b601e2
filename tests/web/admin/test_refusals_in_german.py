"""What services refuse, on the pages of somebody who reads German."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from authserver.domain.errors import Conflict, NotFound
from authserver.services.clients import Clients
from authserver.services.own_api_tokens import OwnApiTokens
from tests.web.test_sent_forms import END, at_the_last_step

if TYPE_CHECKING:
    import pytest

    from tests.people.browser import Browser
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld
    from tests.web.admin.conftest import Desk

IN_GERMAN: Final = {"Accept-Language": "de"}


def sent(browser: Browser, name: str, /, **answers: str) -> Page:
    """The answer to a form of the page that the browser shows."""
    form = browser.page.forms[name]
    target = urljoin(browser.page.url, form.action)
    return browser.post(target, {**form.fields, **answers}, headers=IN_GERMAN)


def test_a_field_says_what_is_allowed(desk: Desk) -> None:
    desk.get("/groups/-/new")
    page = sent(desk.browser, "group_new", name="!")
    assert page.status == 400
    assert "Erlaubt: 1 bis 100 Buchstaben" in page.texts["errors"]


def test_a_group_says_that_nobody_has_the_name(desk: Desk) -> None:
    desk.get("/groups/-/new")
    desk.browser.submit("group_new", {"name": "planners", "description": ""})
    page = sent(desk.browser, "in", user="nobody")
    assert "Es gibt nichts mit dem Namen" in page.text


def test_keys_say_why_they_stay(desk: Desk) -> None:
    (kid, *_) = re.findall(r'id="revoke-([^"]+)"', desk.get("/keys").text)
    desk.get("/keys/rotate")
    page = sent(desk.browser, "keys_rotate")
    assert "ist nicht lange genug angekündigt" in page.texts["errors"]
    shown = desk.get(f"/keys/{kid}/revoke")
    desk.browser.submit("key_revoke", {"reason": "copied"})
    desk.browser.page = shown
    page = sent(desk.browser, "key_revoke", reason="copied")
    assert f"Der Zustand des Schlüssels {kid} ist schon revoked" in page.text


def test_what_is_ticked_says_why_it_stays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_self: Clients, client_id: str, _act: object) -> None:
        raise NotFound("client", client_id)

    monkeypatch.setattr(Clients, "disable", gone)
    desk.get("/clients/-/bulk?action=disable&id=web-app")
    page = sent(desk.browser, "clients_bulk", reason="test")
    assert "Es gibt nichts mit dem Namen" in page.texts["errors"]


def test_a_token_says_why_it_cannot_be_rotated(world: PeopleWorld) -> None:
    browser = world.signed_in()
    browser.post(END, at_the_last_step(browser))
    (token,) = world.container.own_api_tokens.list(world.ada.subject).live
    path = f"/account/tokens/{token.token_id}/rotate"
    shown = browser.get(path)
    browser.get(path)
    browser.submit("rotate-form")
    browser.page = shown
    page = sent(browser, "rotate-form")
    assert page.status == 409
    assert f"Das Token {token.token_id} wurde schon durch" in page.text


def test_a_form_for_a_token_says_why_there_is_none(
    world: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise Conflict(
            "user:ada has 50 live API tokens, the most there may be: revoke one that is not needed "
            "any more"
        )

    monkeypatch.setattr(OwnApiTokens, "create", full)
    browser = world.signed_in()
    page = browser.post(END, at_the_last_step(browser), headers=IN_GERMAN)
    assert page.status == 409
    assert "user:ada hat 50 gültige API-Token, mehr dürfen es nicht sein: Widerrufen" in page.text
