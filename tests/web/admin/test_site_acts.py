"""What is done to sites in the console: changed, stopped, given credentials, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import NotFound
from authserver.domain.hand_over import HandOverKind
from authserver.domain.keys import SigningAlgorithm
from authserver.services import site_holdings
from authserver.services.audit_searches import SearchTerms
from authserver.services.site_holdings import SiteHoldings
from authserver.web.admin import site_acts
from tests.instances import Site

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk

SITE = "/resources/jira-main"


def reasons(desk: Desk, action: str) -> list[object]:
    """Why it was done, each time it was, by the console."""
    found = desk.world.container.audit.search(SearchTerms(action=action)).records
    return [each.details.get("reason") for each in found if each.details["via"] == "console"]


def test_a_site_is_changed_stopped_started_and_deleted(desk: Desk) -> None:
    resources = desk.world.container.resources
    desk.get(f"{SITE}/edit")
    typed = {"url": "ftp://<b>", "signing_algorithm": "RS256"}
    page = desk.browser.submit("resource_edit", typed)
    assert page.status == 400
    assert "url-error" in page.texts
    assert 'value="ftp://&lt;b&gt;"' in page.text
    page = desk.browser.submit("resource_edit", {"url": "https://jira.new.example.org"})
    assert "is changed" in page.texts["done"]
    site = resources.get("jira-main")
    assert site.url == "https://jira.new.example.org"
    assert site.signing_algorithm == SigningAlgorithm.RS256
    page = desk.get(f"{SITE}/disable")
    assert "Clients that may use it" in page.text
    assert desk.browser.submit("resource_disable", {"reason": ""}).status == 400
    page = desk.browser.submit("resource_disable", {"reason": "upgrade"})
    assert "is-disabled" in page.texts
    desk.get(f"{SITE}/enable")
    assert "is-disabled" not in desk.browser.submit("resource_enable", {"reason": "done"}).texts
    desk.get(f"{SITE}/delete")
    page = desk.browser.submit("resource_delete", {"reason": "gone <i>"})
    assert page.path == "/admin/resources"
    assert "deleted" in page.texts["done"]
    with pytest.raises(NotFound):
        resources.get("jira-main")
    for action, reason in (("disabled", "upgrade"), ("enabled", "done"), ("deleted", "gone <i>")):
        assert reasons(desk, f"resource.{action}") == [reason]
    assert len(reasons(desk, "resource.updated")) == 1


def test_this_server_itself_is_no_site_to_delete(desk: Desk) -> None:
    page = desk.get("/resources/administration")
    assert "delete" not in page.texts
    assert "set-hand-over" not in page.texts
    assert desk.get("/resources/administration/hand-over").status == 409
    desk.get("/resources/administration/delete")
    page = desk.browser.submit("resource_delete", {"reason": "by mistake"})
    assert page.status == 400
    assert "errors" in page.texts


def test_a_site_gets_a_new_credential_that_is_shown_once(desk: Desk) -> None:
    desk.get(f"{SITE}/rotate")
    page = desk.browser.submit("resource_rotate", {"overlap": "soon"})
    assert page.status == 400
    assert "overlap-error" in page.texts
    page = desk.browser.submit("resource_rotate", {"overlap": "1h"})
    assert page.headers["cache-control"] == "no-store"
    assert "works until" in page.texts["old-end"]
    secret = page.texts["secret"]
    for each in (secret, desk.world.jira.secret):
        site = Site("jira-main", desk.world.jira.identifier, each)
        assert desk.world.lane.introspect(site, "no token") == {"active": False}
    assert secret not in desk.get(SITE).text
    desk.get(f"{SITE}/rotate")
    page = desk.browser.submit("resource_rotate", {"overlap": "1h"})
    assert page.status == 400
    assert "the most there may be" in page.texts["errors"]
    assert len(reasons(desk, "resource.credential_rotated")) == 1


def test_how_calls_arrive_is_said_and_taken_back_and_no_credential_is_shown(desk: Desk) -> None:
    hand_overs = desk.world.container.hand_overs
    assert "no-hand-over" in desk.get(SITE).texts
    desk.get(f"{SITE}/hand-over")
    desk.browser.submit("choose", {"kind": "service-credential"})
    typed = {"secret": "two words", "account": "svc <b>", "credential_type": "bearer"}
    page = desk.browser.submit("resource_hand-over", typed)
    assert page.status == 400
    assert "secret-error" in page.texts
    assert "two words" not in page.text
    assert 'value="svc &lt;b&gt;"' in page.text
    typed = {"secret": "s3cretvalue", "account": "svc-jira"}
    page = desk.browser.submit("resource_hand-over", typed)
    assert "Calls arrive" in page.texts["done"]
    assert "svc-jira" in page.text
    assert "s3cretvalue" not in page.text
    page = desk.get(f"{SITE}/hand-over?kind=identity-header")
    assert "replaces" in page.texts
    page = desk.browser.submit("resource_hand-over", {"header": "Authorization"})
    assert page.status == 400
    assert "header-error" in page.texts
    desk.browser.submit("resource_hand-over", {"header": "X-Person"})
    stored = hand_overs.get("jira-main")
    assert stored is not None
    assert (stored.kind, stored.header) == (HandOverKind.IDENTITY_HEADER, "X-Person")
    desk.get(f"{SITE}/hand-over/remove")
    page = desk.browser.submit("resource_hand-over_remove", {"reason": "moved"})
    assert "no-hand-over" in page.texts
    assert hand_overs.get("jira-main") is None
    assert len(reasons(desk, "resource.hand_over_set")) == 2
    assert reasons(desk, "resource.hand_over_removed") == ["moved"]


def test_a_gateway_is_changed_gets_a_new_key_and_is_removed(desk: Desk) -> None:
    gateways = desk.world.container.gateways
    old = gateways.add("front", "jira-main", desk.world.container.operator).key.value
    page = desk.get("/gateways/front")
    assert "--resource jira-main" in page.texts["nginx-command"]
    desk.get("/gateways/front/edit")
    page = desk.browser.submit("gateway_edit", {"session_cookies": "melt"})
    assert page.status == 400
    assert "session_cookies-error" in page.texts
    page = desk.browser.submit("gateway_edit", {"session_cookies": "observe"})
    assert "allowed and marked" in page.text
    desk.get("/gateways/front/rotate")
    page = desk.browser.submit("gateway_rotate", {"overlap": "0"})
    assert page.texts["secret"].startswith("asv_gw_")
    assert page.texts["secret"] != old
    assert "has ended" in page.texts["old-end"]
    assert page.texts["secret"] not in desk.get("/gateways/front").text
    desk.get("/gateways/front/remove")
    assert desk.browser.submit("gateway_remove", {"reason": " "}).status == 400
    page = desk.browser.submit("gateway_remove", {"reason": "replaced"})
    assert page.path == "/admin/gateways"
    assert gateways.list() == []
    assert reasons(desk, "gateway.removed") == ["replaced"]
    assert len(reasons(desk, "gateway.updated") + reasons(desk, "gateway.key_rotated")) == 2


def test_settings_say_what_they_are_and_where_they_come_from(desk: Desk) -> None:
    page = desk.get("/settings?set=yes")
    assert "AUTHSERVER_ISSUER" in page.texts["issuer"]
    assert "https://auth.example.test" in page.texts["issuer"]
    assert "http://localhost:8000" in page.texts["issuer"], "its default"
    assert "server.port" not in page.texts
    page = desk.get("/settings?q=server.port")
    assert "8000" in page.texts["server.port"]
    assert "default" in page.texts["server.port"]
    assert "issuer" not in page.texts
    assert "nothing" in desk.get("/settings?q=%3Cno+such%3E").texts


def test_what_hangs_on_a_site_is_said_before_it_is_deleted(desk: Desk) -> None:
    container = desk.world.container
    container.gateways.add("front", "jira-main", container.operator)
    container.subject_accounts.map("jira-main", "client:spa", "svc", container.operator)
    found = SiteHoldings(database=container.database, clock=container.clock).of("jira-main")
    assert found.gateways == ["front"]
    assert (found.clients, found.accounts, found.api_tokens, found.grants) == (3, 1, 0, 0)
    assert not found.has_hand_over
    assert "front" in desk.get(f"{SITE}/delete").text


def test_what_hangs_on_a_site_is_counted_so_far_and_no_further(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (site_holdings, site_acts):
        monkeypatch.setattr(module, "MOST_COUNTED", 1)
    container = desk.world.container
    holdings = SiteHoldings(database=container.database, clock=container.clock)
    assert holdings.of("jira-main").clients == 2
    assert "more than 1" in desk.get(f"{SITE}/delete").text


def test_the_configuration_of_a_gateway_is_rendered_to_look_at_and_to_save(desk: Desk) -> None:
    desk.world.container.gateways.add("front", "jira-main", desk.world.container.operator)
    page = desk.get("/gateways/front/nginx")
    assert "text" not in page.texts
    page = desk.browser.submit("choose", {"server_name": "", "mode": "api-host"})
    assert page.status == 400
    assert "server_name-error" in page.texts
    page = desk.browser.submit("choose", {"server_name": "no <name>"})
    assert page.status == 400
    assert "server_name-error" in page.texts
    page = desk.browser.submit("choose", {"server_name": "jira-api.example.org"})
    assert "server_name jira-api.example.org;" in page.texts["text"]
    saved = desk.browser.get(next(each for each in page.links if "format=file" in each))
    assert saved.headers["content-disposition"] == 'attachment; filename="front.conf"'
    assert "server_name jira-api.example.org;" in saved.text
    page = desk.browser.get(
        "/admin/gateways/front/nginx?server_name=jira.example.org&mode=in-front"
    )
    assert "upstream-error" in page.texts
