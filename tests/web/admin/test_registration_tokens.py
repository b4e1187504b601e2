"""Initial access tokens in the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services.audit_searches import SearchTerms

if TYPE_CHECKING:
    from tests.people.pages import Page
    from tests.web.admin.conftest import Desk

TOKENS = "/initial-access-tokens"


def make(desk: Desk, **typed: str) -> Page:
    desk.get(f"{TOKENS}/-/new")
    return desk.browser.submit("registration_token_new", {"label": "Team <b>", **typed})


def by_console(desk: Desk, action: str) -> None:
    (record,) = desk.world.container.audit.search(SearchTerms(action=action)).records
    assert (record.actor, record.details["via"]) == (desk.owner.subject, "console")


def test_a_token_is_made_and_shown_once(desk: Desk) -> None:
    assert "no token" in desk.get(TOKENS).texts["nothing"]
    page = make(desk, quota="3", lifetime="24h", resources="jira-main", scopes="openid\nREAD")
    assert page.texts["secret"].startswith("asv_it_")
    assert page.headers["cache-control"] == "no-store"
    assert "Team <b>" not in page.text
    (token,) = desk.world.container.initial_access_tokens.list()
    assert token.quota == 3
    assert token.template.resources == {"jira-main"}
    assert token.template.scopes == {"openid", "READ"}
    assert token.expires_at == desk.world.clock.now() + 86_400
    by_console(desk, "initial_token.created")
    listed = desk.get(f"{TOKENS}?q=team&state=live")
    assert "0 of 3" in listed.texts["initial-access-tokens"]
    assert page.texts["secret"] not in listed.text
    assert page.texts["secret"] not in desk.get(f"{TOKENS}?format=csv").text


def test_while_registration_is_off_the_pages_say_so(desk: Desk) -> None:
    assert "registration.mode" in desk.get(TOKENS).texts["registration-off"]


def test_what_is_wrong_with_a_token_stands_at_its_field(desk: Desk) -> None:
    for typed, field in (
        ({"label": ""}, "label"),
        ({"quota": "many"}, "quota"),
        ({"quota": "0"}, "quota"),
        ({"lifetime": ""}, "lifetime"),
        ({"lifetime": "500d"}, "lifetime"),
        ({"scopes": "admin:roles:write"}, "scopes"),
    ):
        page = make(desk, **typed)
        assert page.status == 400, typed
        assert page.texts[f"{field}-error"], typed
        if "label" not in typed:
            assert page.forms["registration_token_new"].fields["label"] == "Team <b>"
    assert desk.world.container.initial_access_tokens.list() == []


def test_a_token_is_revoked_with_a_reason(desk: Desk) -> None:
    make(desk)
    (token,) = desk.world.container.initial_access_tokens.list()
    path = f"{TOKENS}/{token.token_id}/revoke"
    desk.get(path)
    assert desk.browser.submit("registration_token_revoke", {"reason": ""}).status == 400
    page = desk.browser.submit("registration_token_revoke", {"reason": "leaked"})
    assert "no client any more" in page.texts["done"]
    by_console(desk, "initial_token.revoked")
    assert f"/admin{path}" not in desk.get(f"{TOKENS}?state=revoked").links
    desk.get(path)
    page = desk.browser.submit("registration_token_revoke", {"reason": "again"})
    assert page.status == 400
