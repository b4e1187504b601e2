"""Sites, gateways and signing keys in the console."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from authserver.domain.keys import KeyState
from tests.instances import Site

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk


def test_sites_show_what_stands_before_them_and_who_may_use_them(desk: Desk) -> None:
    desk.world.container.gateways.add("front", "jira-main", desk.world.container.operator)
    assert "jira-main" in desk.get("/resources?q=jira&kind=jira-dc").text
    page = desk.get("/resources/jira-main")
    assert "front" in page.texts["gateways"]
    assert "web-app" in page.texts["clients"]
    assert "front" in desk.get("/gateways").text
    assert "front" in desk.get("/gateways?format=csv").text
    assert desk.get("/resources/nowhere").status == 404


def test_a_site_and_its_gateway_are_registered_and_their_secrets_work(desk: Desk) -> None:
    desk.get("/resources/-/new")
    page = desk.browser.submit("resource_new", {"name": "Wiki", "kind": "confluence-dc"})
    assert page.status == 400
    assert page.texts["name-error"]
    typed = {"name": "wiki", "url": "https://wiki.example.org"}
    page = desk.browser.submit("resource_new", typed)
    secret = page.texts["secret"]
    site = Site("wiki", "https://wiki.example.org", secret)
    assert desk.world.lane.introspect(site, "no token") == {"active": False}
    desk.get("/gateways/-/new?resource=wiki")
    page = desk.browser.submit("gateway_new", {"name": "wiki-front"})
    assert page.texts["secret"].startswith("asv_gw_")
    assert desk.world.container.gateways.get("wiki-front").resource == "wiki"


def test_keys_rotate_when_caches_know_the_next_one(desk: Desk) -> None:
    keys = desk.world.container.signing_keys
    before = {key.kid for key in keys.list() if key.state is KeyState.ACTIVE}
    desk.get("/keys/rotate")
    page = desk.browser.submit("keys_rotate")
    assert page.status == 400
    assert "not announced long enough" in page.texts["errors"]
    desk.world.clock.advance(keys.times.announce)
    desk.browser.get("/login?again=yes&next=/admin/keys/rotate")
    desk.world.sign_in(desk.browser, desk.owner)
    page = desk.browser.submit("keys_rotate")
    assert page.status == 200, page.text
    after = {key.kid for key in keys.list() if key.state is KeyState.ACTIVE}
    assert before.isdisjoint(after)


def test_a_key_is_revoked_with_a_reason(desk: Desk) -> None:
    page = desk.get("/keys")
    kid = re.findall(r'id="revoke-([^"]+)"', page.text)[0]
    desk.get(f"/keys/{kid}/revoke")
    assert desk.browser.submit("key_revoke", {"reason": ""}).status == 400
    page = desk.browser.submit("key_revoke", {"reason": "copied"})
    assert "is revoked" in page.texts["done"]
    assert kid not in page.texts["keys"]
    assert kid in desk.get("/keys?all=yes").texts["keys"]
