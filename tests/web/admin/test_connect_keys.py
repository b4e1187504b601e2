"""Keys of Connect apps in the console."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from authserver.domain.clients import GrantType
from authserver.services.audit_searches import SearchTerms
from authserver.services.clients import ClientDraft
from authserver.web.written_names import name_as_segment
from tests.connect.signing import TARGET, by_secret, claims
from tests.federation.world import ACT

if TYPE_CHECKING:
    from authserver.domain.connect_keys import ConnectKey
    from tests.people.pages import Page
    from tests.web.admin.conftest import Desk

KEYS = "/connect-keys"
APP = "com.example/app?<b>"
SECRET = "k7" * 20
ONE = f"{KEYS}/jira-main/{name_as_segment(APP)}"


@pytest.fixture(autouse=True)
def _client(desk: Desk) -> None:
    desk.world.container.clients.create(
        ClientDraft(
            "Nightly",
            client_id="nightly",
            grant_types=(GrantType.CLIENT_CREDENTIALS,),
            scopes=("READ", "WRITE"),
            resources=("jira-main",),
        ),
        ACT,
    )


def add(desk: Desk, **typed: str) -> Page:
    desk.get(f"{KEYS}/-/new?resource=jira-main")
    fields = {"issuer": APP, "client_id": "nightly", "secret": SECRET, **typed}
    return desk.browser.submit("connect_key_new", fields)


def key(desk: Desk) -> ConnectKey:
    return desk.world.container.connect_keys.get("jira-main", APP)


def by_console(desk: Desk, action: str) -> None:
    (record,) = desk.world.container.audit.search(SearchTerms(action=action)).records
    assert (record.actor, record.details["via"]) == (desk.owner.subject, "console")


def test_a_key_is_added_and_its_secret_is_shown_nowhere(desk: Desk) -> None:
    assert "No app signs" in desk.get(KEYS).texts["nothing"]
    page = add(desk)
    assert page.path == f"/admin{ONE}"
    assert "may sign calls" in page.texts["done"]
    assert SECRET not in page.text
    assert APP not in page.text
    assert key(desk).scopes == {"READ"}
    by_console(desk, "connect_key.added")
    page = desk.get(f"{KEYS}?q=example&status=enabled&kind=shared-secret")
    assert "nightly" in page.texts["connect-keys"]
    assert f"/admin{ONE}" in page.links
    assert "com.example" in desk.get(f"{KEYS}?format=csv").text


def test_what_is_wrong_with_a_key_stands_at_its_field(desk: Desk) -> None:
    for typed, field in (
        ({"resource": ""}, "resource"),
        ({"issuer": "two words"}, "issuer"),
        ({"client_id": "nobody"}, "client_id"),
        ({"secret": "short"}, "secret"),
        ({"kind": "key-set", "jwks": "{}"}, "jwks"),
        ({"kind": "none"}, "kind"),
        ({"scopes": "ADMIN"}, "scopes"),
        ({"descriptor": "SPACE_ADMIN"}, "descriptor"),
    ):
        page = add(desk, **typed)
        assert page.status == 400, typed
        assert page.texts[f"{field}-error"], page.texts
        assert SECRET not in page.text
        if "client_id" not in typed:
            assert page.forms["connect_key_new"].fields["client_id"] == "nightly"
    assert desk.world.container.connect_keys.list() == []
    add(desk)
    assert add(desk).texts["issuer-error"]


def test_a_key_is_rotated_stopped_started_and_removed(desk: Desk) -> None:
    add(desk)
    sealed = key(desk).sealed
    desk.get(f"{ONE}/rotate")
    page = desk.browser.submit("connect_key_rotate", {"secret": "n3" * 20, "overlap": "soon"})
    assert page.texts["overlap-error"]
    page = desk.browser.submit("connect_key_rotate", {"secret": "n3" * 20, "overlap": "2h"})
    assert "new one" in page.texts["done"]
    assert key(desk).sealed_before == sealed
    assert key(desk).before_until == key(desk).changed_at + 7200
    for act, reason in (("disable", "test"), ("enable", None)):
        desk.get(f"{ONE}/{act}")
        desk.browser.submit(f"connect_key_{act}", {"reason": reason} if reason else {})
        assert key(desk).is_enabled is (act == "enable")
    desk.get(f"{ONE}/remove")
    assert desk.browser.submit("connect_key_remove", {"reason": ""}).status == 400
    assert "removed" in desk.browser.submit("connect_key_remove", {"reason": "over"}).texts["done"]
    assert desk.get(ONE).status == 404
    for action in ("rotated", "disabled", "enabled", "removed"):
        by_console(desk, f"connect_key.{action}")


def test_a_key_set_is_shown_and_replaced(desk: Desk) -> None:
    ring = desk.world.lane.get("/oauth2/jwks").json["keys"]
    public = [{**each, "use": "sig"} for each in ring if each["kty"] == "RSA"]
    assert public
    add(desk, kind="key-set", jwks=json.dumps({"keys": public}))
    assert public[0]["n"] in desk.get(ONE).texts["jwks"]
    desk.get(f"{ONE}/rotate")
    page = desk.browser.submit("connect_key_rotate", {"jwks": "no json"})
    assert page.texts["jwks-error"]


def test_the_last_call_that_a_key_signed_is_told(desk: Desk) -> None:
    add(desk)
    assert "No call" in desk.get(ONE).texts["last-use"]
    world = desk.world
    gateway = world.container.gateways.add("front", "jira-main", ACT).key.value
    world.container.hand_overs.set_credential(
        "jira-main", ACT, credential_type="bearer", secret="s" * 40, account="jira", user=""
    )
    world.installation.poll()
    answer = world.lane.knock(
        "GET",
        "/gateway/auth-request",
        headers={
            "X-Gateway-Authorization": f"Bearer {gateway}",
            "Authorization": "JWT "
            + by_secret(claims(at=world.clock.now(), iss=APP), secret=SECRET),
            "X-Original-Method": "GET",
            "X-Original-URI": TARGET,
        },
    )
    assert answer.status == 200, answer.headers
    told = desk.get(ONE).texts["last-use"]
    assert "was allowed" in told
    assert "2027" in told
