"""Identity providers in the console: set up, tested, stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.providers import ProviderKind
from tests.federation.fake_provider import FakeProvider

if TYPE_CHECKING:
    from tests.people.pages import Page
    from tests.web.admin.conftest import Desk


def fake(desk: Desk) -> FakeProvider:
    http = desk.world.installation.provider_http
    return FakeProvider(ProviderKind.OIDC, http=http, now=desk.world.clock.now)


def set_up(desk: Desk, provider: FakeProvider, **typed: str) -> Page:
    desk.get("/providers/-/new")
    desk.browser.submit("choose", {"kind": "oidc"})
    fields = {
        "name": "acme",
        "display_name": "Acme",
        "discovery": provider.discovery_url,
        "client_id": provider.client_id,
        "secret": provider.client_secret,
        **typed,
    }
    return desk.browser.submit("provider_details", fields)


def test_a_provider_is_set_up_tested_and_people_see_it(desk: Desk) -> None:
    provider = fake(desk)
    page = set_up(desk, provider)
    assert page.status == 200, page.text
    assert "is set up" in page.texts["done"]
    assert "https://auth.example.test/login/acme/callback" in page.text
    assert provider.client_secret not in page.text
    desk.get("/providers/acme")
    page = desk.browser.submit("provider_test")
    assert page.status == 200
    assert "metadata" in page.texts["findings"]
    assert "Acme" in desk.world.browser().get("/login").text


def test_a_provider_that_does_not_answer_is_not_kept_and_its_form_is(desk: Desk) -> None:
    provider = fake(desk)
    page = set_up(desk, provider, discovery="https://nobody.example/.well-known/x")
    assert page.status == 400
    page = set_up(
        desk, provider, discovery="https://nobody.example/.well-known/openid-configuration"
    )
    assert page.status == 400
    assert page.forms["provider_details"].fields["display_name"] == "Acme"
    assert provider.client_secret not in page.text
    assert desk.world.container.providers.list() == []
    page = set_up(desk, provider, name="Acme Inc")
    assert page.status == 400
    assert page.texts["name-error"]


def test_a_provider_is_stopped_given_a_new_secret_and_removed(desk: Desk) -> None:
    set_up(desk, fake(desk))
    desk.get("/providers/acme/secret")
    page = desk.browser.submit("provider_secret", {"secret": "another-secret-of-theirs"})
    assert "new secret" in page.texts["done"]
    assert "another-secret" not in page.text
    desk.get("/providers/acme/disable")
    page = desk.browser.submit("provider_disable", {"reason": "test"})
    assert "disabled" in page.texts["done"]
    assert not desk.world.container.providers.get("acme").is_enabled
    desk.get("/providers/acme/enable")
    desk.browser.submit("provider_enable")
    assert desk.world.container.providers.get("acme").is_enabled
    desk.get("/providers/acme/remove")
    desk.browser.submit("provider_remove", {"reason": "over"})
    assert desk.get("/providers/acme").status == 404
