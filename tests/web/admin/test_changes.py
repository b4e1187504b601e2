"""Changes in the console need a recent sign-in, the form's token, and a page of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.sessions import ADMINISTRATOR_IDLE_SECONDS, ADMINISTRATOR_SECONDS
from authserver.services.audit_searches import SearchTerms
from tests.people.walking import sign_in

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk

DISABLE = "/admin/clients/spa/disable"


def keep_busy(desk: Desk, seconds: int) -> None:
    """Let time pass without ever being away for long."""
    for _ in range(seconds // 600):
        desk.world.clock.advance(600)
        assert desk.get("/clients").status == 200
    desk.world.clock.advance(seconds % 600)


@pytest.mark.rule("AD-08")
def test_a_form_is_not_even_shown_when_the_sign_in_is_too_old(desk: Desk) -> None:
    keep_busy(desk, 1000)
    page = desk.browser.get(DISABLE)
    assert page.path == "/login"
    page = sign_in(desk.browser, desk.owner)
    assert page.path == DISABLE
    desk.browser.submit("client_disable", {"reason": "test"})
    assert not desk.world.container.clients.get("spa").is_enabled


@pytest.mark.rule("AD-08")
def test_a_form_that_was_open_too_long_waits_for_a_new_sign_in_and_keeps_its_words(
    desk: Desk,
) -> None:
    keep_busy(desk, 600)
    desk.browser.get(DISABLE)
    keep_busy(desk, 0)
    desk.world.clock.advance(400)
    page = desk.browser.submit("client_disable", {"reason": "it <i>leaked</i>"})
    assert page.status == 403
    assert "Sign in again" in page.text
    assert desk.world.container.clients.get("spa").is_enabled
    waiting = page
    desk.browser.get("/login?next=/admin/proved&again=yes")
    proved = sign_in(desk.browser, desk.owner)
    assert proved.path == "/admin/proved"
    desk.browser.page = waiting
    desk.browser.submit("client_disable", button="go-on")
    assert not desk.world.container.clients.get("spa").is_enabled
    found = desk.world.container.audit.search(SearchTerms(action="client.disabled")).records
    assert found[0].details["reason"] == "it <i>leaked</i>"
    assert found[0].details["before"] == "enabled"
    assert found[0].actor == desk.owner.subject


@pytest.mark.rule("AD-08")
@pytest.mark.rule("SE-07")
def test_a_form_without_its_token_or_from_elsewhere_changes_nothing(desk: Desk) -> None:
    page = desk.browser.get(DISABLE)
    token = page.forms["client_disable"].fields["csrf"]
    foreign = desk.browser.get("/admin/clients/native/rotate").forms["client_rotate"].fields["csrf"]
    for sent in ("", "x", foreign):
        answer = desk.browser.post(DISABLE, {"csrf": sent, "reason": "test"})
        assert answer.status == 403
    answer = desk.browser.post(DISABLE, {"csrf": token, "reason": "test"}, cross_site=True)
    assert answer.status == 403
    assert desk.world.container.clients.get("spa").is_enabled


@pytest.mark.rule("SE-02")
@pytest.mark.parametrize("away", [ADMINISTRATOR_IDLE_SECONDS, ADMINISTRATOR_SECONDS])
def test_whoever_administers_signs_in_again_after_being_away(desk: Desk, away: int) -> None:
    if away == ADMINISTRATOR_SECONDS:
        keep_busy(desk, away)
    else:
        desk.world.clock.advance(away)
    # Other pages do not count as being back.
    assert desk.browser.get("/account").path == "/account"
    assert desk.browser.get("/admin/clients?q=spa").path == "/login"
    page = sign_in(desk.browser, desk.owner)
    assert page.path == "/admin/clients"
    assert "native" not in page.texts.get("clients", "")


@pytest.mark.rule("SE-03")
def test_a_role_that_is_taken_away_is_gone_at_the_next_page(desk: Desk) -> None:
    other = desk.world.user("second", is_administrator=True)
    browser = desk.world.signed_in(other)
    assert browser.get("/admin/clients").status == 200
    desk.world.container.users.disable(other.username, desk.world.container.operator)
    assert browser.get("/admin/clients").path == "/login"
