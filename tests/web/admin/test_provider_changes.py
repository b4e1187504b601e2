"""Changing an identity provider in the console: how people sign in, and which tokens count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.providers import ProviderKind
from authserver.services.audit_searches import SearchTerms
from authserver.services.provider_drafts import ProviderChanges
from tests.federation.fake_provider import FakeProvider
from tests.federation.world import ACT, add_provider

if TYPE_CHECKING:
    from authserver.domain.providers import Provider
    from tests.web.admin.conftest import Desk

EDIT = "/providers/acme/edit"
BEARER = "/providers/acme/bearer"


@pytest.fixture
def fake(desk: Desk) -> FakeProvider:
    """One that answers, known here as acme."""
    http = desk.world.installation.provider_http
    made = FakeProvider(ProviderKind.OIDC, http=http, now=desk.world.clock.now)
    add_provider(desk.world.container, made, "acme", display_name="Acme <b>")
    return made


def acme(desk: Desk) -> Provider:
    return desk.world.container.providers.get("acme")


@pytest.mark.usefixtures("fake")
def test_a_form_that_is_saved_as_it_is_changes_nothing(desk: Desk) -> None:
    before = acme(desk)
    for path, form in ((EDIT, "provider_edit"), (BEARER, "provider_bearer")):
        desk.get(path)
        page = desk.browser.submit(form)
        assert "Nothing was changed" in page.texts["done"]
    assert acme(desk) == before
    assert desk.world.container.audit.search(SearchTerms(action="provider.updated")).records == []


@pytest.mark.usefixtures("fake")
def test_every_field_of_a_provider_is_changed_and_it_is_tested_after_that(desk: Desk) -> None:
    desk.get(EDIT)
    typed = {
        "display_name": "Acme Corporation",
        "accepts_login": None,
        "is_linkable": None,
        "uses_userinfo": None,
        "logout": "id-token-hint",
        "client_id": "another-client",
        "auth": "private_key_jwt",
        "creation": "off",
        "creation_groups": "Staff\nPartners, external",
        "creation_domains": "example.com",
        "email_trust": "verified",
        "living": "12w",
        "groups_claim": "/realm_access/roles",
        "groups_limit": "150",
        "endpoint_hosts": "login.example.com",
        "scopes": "openid\nprofile",
        "acrs": "urn:mfa = mfa\namr:a=b = otp",
    }
    page = desk.browser.submit("provider_edit", typed)
    assert page.status == 200, page.texts.get("errors")
    assert "metadata" in page.texts["findings"]
    found = acme(desk)
    assert (found.display_name, found.client_id) == ("Acme Corporation", "another-client")
    switches = (found.accepts_login, found.is_linkable, found.uses_userinfo)
    assert switches == (False, False, False)
    assert (str(found.auth), str(found.logout)) == ("private_key_jwt", "id-token-hint")
    assert found.creation_groups == {"Staff", "Partners, external"}
    assert found.creation_domains == {"example.com"}
    assert found.living_seconds == 12 * 7 * 86_400
    assert (found.groups.claim, found.groups.limit) == ("/realm_access/roles", 150)
    assert found.endpoint_hosts == {"login.example.com"}
    assert found.scopes == ("openid", "profile")
    assert found.acrs == {"urn:mfa": "mfa", "amr:a=b": "otp"}
    (record,) = desk.world.container.audit.search(SearchTerms(action="provider.updated")).records
    assert (record.actor, record.details["via"]) == (desk.owner.subject, "console")


@pytest.mark.usefixtures("fake")
def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(desk: Desk) -> None:
    before = acme(desk)
    desk.get(EDIT)
    wrong = {"living": "soon", "groups_limit": "many", "acrs": "mfa", "display_name": "Kept <i>"}
    page = desk.browser.submit("provider_edit", wrong)
    assert page.status == 400
    assert {"living-error", "groups_limit-error", "acrs-error"} <= set(page.texts)
    assert page.forms["provider_edit"].fields["display_name"] == "Kept <i>"
    assert "Kept <i>" not in page.text
    for name, value in (
        ("scopes", "profile"),
        ("creation_domains", "not a domain"),
        ("living", "1h"),
    ):
        desk.get(EDIT)
        page = desk.browser.submit("provider_edit", {name: value})
        assert page.status == 400
        assert page.texts[f"{name}-error"], name
    assert acme(desk) == before


def test_a_change_that_would_make_it_useless_is_not_kept_and_says_what_was_found(
    desk: Desk, fake: FakeProvider
) -> None:
    desk.get(EDIT)
    page = desk.browser.submit("provider_edit", {"discovery_url": f"{fake.discovery_url}-moved"})
    assert page.status == 400
    assert "metadata" in page.texts["findings"]
    assert acme(desk).discovery_url == fake.discovery_url


@pytest.mark.usefixtures("fake")
def test_nobody_overwrites_what_somebody_else_changed_meanwhile_without_seeing_it(
    desk: Desk,
) -> None:
    desk.get(EDIT)
    changes = ProviderChanges(display_name="Other")
    desk.world.container.providers.update("acme", changes, ACT)
    page = desk.browser.submit("provider_edit", {"display_name": "Mine"})
    assert page.status == 400
    assert "meanwhile" in page.texts["errors"]
    assert acme(desk).display_name == "Other"
    assert desk.browser.submit("provider_edit").status == 200
    assert acme(desk).display_name == "Mine"


@pytest.mark.usefixtures("fake")
def test_tokens_of_a_provider_count_as_the_form_says(desk: Desk) -> None:
    desk.get(BEARER)
    typed = {
        "is_on": "yes",
        "for_exchange": "yes",
        "audiences": "https://jira.example.com\napi://second",
        "clients": "their-job = web-app\ntheir-app",
        "scopes": "jira.read = READ\njira.all = READ, WRITE",
        "longest": "2h",
    }
    assert desk.browser.submit("provider_bearer", typed).status == 200
    rule = acme(desk).bearer
    assert (rule.is_on, rule.for_exchange, rule.creates_users) == (True, True, False)
    assert rule.audiences == {"https://jira.example.com", "api://second"}
    assert rule.clients == {"their-job": "web-app", "their-app": ""}
    assert rule.scopes == {"jira.read": {"READ"}, "jira.all": {"READ", "WRITE"}}
    assert rule.longest_seconds == 7200
    page = desk.get(BEARER)
    assert page.status == 200
    again = {"audiences": "api://second", "clients": "their-app", "scopes": "jira.read = NOTHING"}
    page = desk.browser.submit("provider_bearer", again)
    assert page.texts["scopes-error"]
    assert desk.browser.submit("provider_bearer", {"scopes": "jira.read = READ"}).status == 200
    rule = acme(desk).bearer
    assert rule.audiences == {"api://second"}
    assert rule.clients == {"their-app": ""}
    assert rule.scopes == {"jira.read": {"READ"}}


@pytest.mark.usefixtures("fake")
def test_a_form_that_waited_too_long_leads_back_to_what_was_typed(desk: Desk) -> None:
    desk.world.clock.advance(600)
    desk.get(EDIT)
    desk.world.clock.advance(400)
    waiting = desk.browser.submit("provider_edit", {"display_name": "Later <i>"})
    assert waiting.status == 403
    assert "Sign in again" in waiting.text
    desk.browser.get("/login?next=/admin/proved&again=yes")
    desk.world.sign_in(desk.browser, desk.owner)
    desk.browser.page = waiting
    assert desk.browser.submit("provider_edit", button="go-on").status == 200
    assert acme(desk).display_name == "Later <i>"
    desk.world.clock.advance(800)
    assert desk.get("/resources").status == 200
    desk.world.clock.advance(200)
    asked = "/admin/providers/acme/denials/-/allow?kind=client&value=a%26b"
    page = desk.browser.get(asked)
    assert page.path == "/login"
    assert desk.world.sign_in(desk.browser, desk.owner).url.endswith(asked)


def test_only_what_a_kind_can_have_is_offered(desk: Desk) -> None:
    http = desk.world.installation.provider_http
    entra = FakeProvider(ProviderKind.ENTRA, http=http, now=desk.world.clock.now)
    add_provider(desk.world.container, entra, "entra")
    text = desk.get("/providers/entra/edit").text
    assert 'value="graph"' in text
    assert 'value="federated"' in text
    assert 'value="okta-api"' not in text
    assert 'value="cognito"' not in text
    assert 'value="verified"' not in text
    assert 'name="algorithms"' not in text
