"""Apache with mod_auth_openidc as relying party: a site that leaves sign-in to its web server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import pytest

from authserver.services.client_profiles import ProfileChanges
from tests.browser.chromium import PATIENCE_MS, running_chromium
from tests.browser.served import pinned_key
from tests.clients.portal import (
    CONTENT,
    GOODBYE,
    OWN_PATH,
    PAGE,
    Portal,
    Visitor,
    redirect_uri,
    serve_portal,
)
from tests.clients.realm import APACHE_HOST, Realm, query
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.people.cast import App

SCOPE: Final = "openid profile email READ"
DELIVERY_SECONDS: Final = 15


def _app(realm: Realm, port: int, algorithm: str) -> App:
    told = f"https://localhost:{port}{OWN_PATH}?logout=backchannel"
    return realm.app(
        redirect_uri(port),
        profile=ProfileChanges(
            post_logout_redirect_uris=(f"https://{APACHE_HOST}:{port}{GOODBYE}",),
            backchannel_logout_uri=told,
            session_refresh=True,
            id_token_algorithm=algorithm,
        ),
    )


@pytest.fixture(scope="module")
def portal(realm: Realm) -> Iterator[Portal]:
    port = realm.apache_port
    with serve_portal(realm, _app(realm, port, "RS256"), port, scope=SCOPE) as portal:
        yield portal


def _visitor(portal: Portal) -> Visitor:
    realm = portal.realm
    return Visitor(portal, realm.person(), portal.browser(), realm.browser())


@pytest.fixture
def visitor(portal: Portal) -> Visitor:
    return _visitor(portal)


def test_a_user_signs_in_and_the_site_learns_who_it_is(visitor: Visitor) -> None:
    page = visitor.open()
    assert (page.path, page.text) == (PAGE, CONTENT)
    assert page.headers["x-signed-in"].partition("@")[0] == visitor.person.subject
    told = visitor.known()
    assert told["id_token"]["sub"] == visitor.person.subject
    assert told["userinfo"]["email"] == f"{visitor.person.username}@example.test"
    assert visitor.is_signed_in()


def test_id_tokens_may_be_signed_on_a_curve(realm: Realm) -> None:
    port = free_port()
    app = _app(realm, port, "ES256")
    with serve_portal(realm, app, port, scope=SCOPE, algorithm="ES256") as portal:
        assert _visitor(portal).open().text == CONTENT


def test_the_site_refreshes_its_tokens(visitor: Visitor) -> None:
    visitor.open()
    before = visitor.known()
    back = quote(visitor.portal.origin + PAGE, safe="")
    token = quote(before["access_token"], safe="")
    page = visitor.at_portal.get(f"{OWN_PATH}?refresh={back}&access_token={token}")
    assert page.text == CONTENT
    after = visitor.known()
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]
    realm = visitor.portal.realm
    assert "READ" in realm.judged(after["access_token"])["scope"].split()


def test_signing_out_at_the_site_ends_everything(visitor: Visitor) -> None:
    visitor.open()
    realm, before = visitor.portal.realm, visitor.known()
    goodbye = visitor.portal.origin + GOODBYE
    page = visitor.at_portal.get(f"{OWN_PATH}?logout={quote(goodbye, safe='')}")
    assert page.location.startswith(f"{realm.issuer}/oauth2/logout?")
    assert query(page.location)["post_logout_redirect_uri"] == goodbye
    left = visitor.at_issuer.get(page.location, cross_site=True)
    assert left.location == goodbye
    assert visitor.at_portal.get(left.location).text == "goodbye"
    assert not visitor.is_signed_in()
    # The module has revoked what it had, and the session is gone.
    assert realm.judged(before["access_token"]) == {"active": False}
    assert visitor.at_issuer.get("/account").path == "/login"


def test_signing_out_at_the_issuer_reaches_the_site(visitor: Visitor) -> None:
    visitor.open()
    realm, before = visitor.portal.realm, visitor.known()
    visitor.at_issuer.get("/account")
    visitor.at_issuer.submit("sign-out")
    assert realm.judged(before["access_token"]) == {"active": False}
    deadline = time.monotonic() + DELIVERY_SECONDS
    while visitor.is_signed_in():
        assert time.monotonic() < deadline, (visitor.portal.folder / "error.log").read_text()
        time.sleep(0.05)


def test_a_real_browser_takes_the_whole_way(portal: Portal) -> None:
    realm, person = portal.realm, portal.realm.person()
    there = f"MAP {APACHE_HOST} 127.0.0.1"
    with running_chromium(there, pinned_key(realm.served.certificate)) as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(portal.origin + PAGE)
        page.locator("#username").fill(person.username)
        page.locator("#password").fill(person.password)
        page.locator("#sign-in").click()
        page.locator("#allow").click()
        page.wait_for_url(portal.origin + PAGE)
        assert page.locator("body").inner_text() == CONTENT
        goodbye = portal.origin + GOODBYE
        page.goto(f"{portal.origin}{OWN_PATH}?logout={quote(goodbye, safe='')}")
        page.wait_for_url(goodbye)
        page.goto(portal.origin + PAGE)
        page.locator("#username").wait_for()


def test_a_user_who_denies_gets_no_page(visitor: Visitor) -> None:
    at_issuer, person = visitor.at_issuer, visitor.person
    at_issuer.get(visitor.at_portal.get(PAGE).location, cross_site=True)
    at_issuer.click("sign-in", username=person.username, password=person.password)
    answer = at_issuer.click("deny")
    assert answer.answer["error"] == "access_denied"
    page = visitor.at_portal.get(answer.location, cross_site=True)
    assert CONTENT not in page.text
    assert not visitor.is_signed_in()
