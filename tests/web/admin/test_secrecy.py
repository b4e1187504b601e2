"""What the console never shows, and what its forms never take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.app_console import console_pages
from authserver.app_pages import visits_of
from authserver.domain.roles import Role
from authserver.services.clients import ClientDraft
from tests.federation.fake_provider import FakeProvider
from tests.federation.world import add_provider

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk


@pytest.mark.rule("AD-06")
def test_no_page_shows_a_secret_again(desk: Desk) -> None:
    container = desk.world.container
    made = container.clients.create(
        ClientDraft("Canary", client_id="canary", scopes=("READ",), resources=("jira-main",)),
        container.operator,
    )
    gateway = container.gateways.add("canary", "jira-main", container.operator)
    provider = FakeProvider()
    add_provider(container, provider, "canary")
    assert made.secret is not None
    secrets = [made.secret.value, gateway.key.value, provider.client_secret, desk.world.jira.secret]
    kids = [key.kid for key in container.signing_keys.list()]
    names = {"client_id": "canary", "kid": kids[0], "name": "canary"}
    seen = 0
    for page in console_pages(visits_of(container), container):
        path = page.path
        for name, value in names.items():
            path = path.replace(f"<{name}>", "jira-main" if "/resources" in path else value)
        if page.show is None or "<" in path:
            continue
        shown = desk.get(path)
        seen += shown.status == 200
        for secret in secrets:
            assert secret not in shown.text, path
    assert seen > 15


@pytest.mark.rule("AD-03")
def test_a_form_sets_nothing_that_is_not_on_it(desk: Desk) -> None:
    page = desk.get("/clients/-/new/details?kind=service&resources=jira-main")
    form = page.forms["client_details"].fields
    sent = {
        **form,
        "name": "Modest",
        "client_id": "modest",
        "scopes": "READ",
        "status": "disabled",
        "secret": "mine",
        "bcrypt_hash": "$2b$12$" + "a" * 53,
        "registered_by": "somebody",
        "is_held": "yes",
        "require_pkce": "",
        "grant_types": "urn:ietf:params:oauth:grant-type:token-exchange",
        "created_at": "0",
    }
    answer = desk.browser.post("/admin/clients/-/new/details", sent)
    assert answer.status == 200, answer.text
    client = desk.world.container.clients.get("modest")
    assert client.is_enabled
    assert client.grant_types == {"client_credentials"}
    assert client.profile.require_pkce
    assert not client.profile.registered_by
    assert client.created_at == desk.world.clock.now()
    assert len(client.secrets) == 1


@pytest.mark.rule("AD-04")
def test_whoever_may_not_give_power_gives_none_by_a_client(desk: Desk) -> None:
    person = desk.world.user("clara", roles=frozenset({Role.CLIENT_ADMIN}))
    browser = desk.world.signed_in(person)
    page = browser.get("/admin/clients/-/new")
    assert "administration" not in page.text
    page = browser.get("/admin/clients/-/new/details?kind=service&resources=administration")
    sent = {
        **page.forms["client_details"].fields,
        "name": "Climber",
        "client_id": "climber",
        "resources": "administration",
        "scopes": "admin:clients:write",
    }
    answer = browser.post("/admin/clients/-/new/details", sent)
    assert answer.status == 400
    assert "admin:roles:write" in answer.text
    assert "climber" not in [each.client_id for each in desk.world.container.clients.list()]


def test_only_the_style_sheet_of_bootstrap_is_served(desk: Desk) -> None:
    page = desk.browser.get("/assets/bootstrap.min.css")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/css")
    for name in ("bootstrap.min.js", "bootstrap.min.css.map", "../bootstrap5/js/bootstrap.min.js"):
        assert desk.browser.get(f"/assets/{name}").status == 404
