"""Group rules, denials and e-mail domains in the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.group_rules import GroupEffect
from authserver.domain.providers import GroupSource, ProviderKind
from authserver.services.audit_searches import SearchTerms
from authserver.services.provider_drafts import ProviderChanges
from tests.federation.fake_provider import FakeProvider
from tests.federation.world import ACT, add_provider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.admin.conftest import Desk

RULES = "/providers/acme/group-rules"
DENIALS = "/providers/acme/denials"
DOMAINS = "/provider-domains"


@pytest.fixture(autouse=True)
def _acme(desk: Desk) -> None:
    http = desk.world.installation.provider_http
    for name in ("acme", "staff"):
        fake = FakeProvider(ProviderKind.OIDC, http=http, now=desk.world.clock.now)
        add_provider(desk.world.container, fake, name)
    desk.world.container.groups.create("admins", "", ACT)


def by_console(desk: Desk, action: str) -> Mapping[str, object]:
    """What the only record of an action says, which was done here."""
    (record,) = desk.world.container.audit.search(SearchTerms(action=action)).records
    assert (record.actor, record.details["via"]) == (desk.owner.subject, "console")
    return record.details


def test_a_rule_says_what_a_group_there_means(desk: Desk) -> None:
    rules = desk.world.container.provider_group_rules
    for typed, effect, value in (
        ({"effect": "group", "local_group": "admins"}, GroupEffect.LOCAL_GROUP, "admins"),
        ({"effect": "role", "role": "help-desk"}, GroupEffect.ROLE, "help-desk"),
        ({"effect": "role", "role": "owner"}, GroupEffect.ADMINISTRATOR, ""),
        ({"effect": "scopes", "scopes": "WRITE\nREAD"}, GroupEffect.SCOPES, "READ WRITE"),
        ({"effect": "deny", "local_group": "admins"}, GroupEffect.DENY, ""),
    ):
        desk.get(f"{RULES}/-/new")
        page = desk.browser.submit(
            "provider_rule_new", {"external": "Jira <b>", "label": "People & co", **typed}
        )
        assert page.path == f"/admin{RULES}"
        assert "counts from now on" in page.texts["done"]
        assert "Jira <b>" not in page.text
        (rule,) = rules.list("acme")
        assert (rule.external, rule.label) == ("Jira <b>", "People & co")
        assert (rule.effect, rule.value) == (effect, value)
        rules.remove("acme", rule.rule_id, ACT)
    found = desk.world.container.audit.search(SearchTerms(action="provider.rule_added")).records
    assert {each.details["via"] for each in found} == {"console"}


def test_a_rule_that_means_nothing_is_refused_at_its_field(desk: Desk) -> None:
    for typed, field in (
        ({"external": "", "effect": "deny"}, "external"),
        ({"effect": "group", "local_group": ""}, "local_group"),
        ({"effect": "role", "role": ""}, "role"),
        ({"effect": "scopes", "scopes": "nothing-like-it"}, "scopes"),
        ({"effect": "everything"}, "effect"),
    ):
        desk.get(f"{RULES}/-/new")
        page = desk.browser.submit("provider_rule_new", {"external": "jira", "label": "L", **typed})
        assert page.status == 400, typed
        assert page.texts[f"{field}-error"], page.texts
        assert page.forms["provider_rule_new"].fields["label"] == "L"
    assert desk.world.container.provider_group_rules.list("acme") == []


def test_a_rule_is_removed_with_a_reason(desk: Desk) -> None:
    rules = desk.world.container.provider_group_rules
    made = rules.add("acme", "jira", "deny", ACT).rule
    assert desk.get(f"{RULES}?effect=deny&q=jira").texts["remove-1"].startswith("Remove")
    path = f"{RULES}/{made.rule_id}/remove"
    desk.get(path)
    assert desk.browser.submit("provider_rule_remove", {"reason": ""}).status == 400
    page = desk.browser.submit("provider_rule_remove", {"reason": "over"})
    assert "is removed" in page.texts["done"]
    assert rules.list("acme") == []
    assert by_console(desk, "provider.rule_removed")["reason"] == "over"
    assert desk.get(path).status == 404


def test_where_no_groups_are_read_the_page_says_what_to_do_first(desk: Desk) -> None:
    changes = ProviderChanges(groups_source=GroupSource.NONE)
    desk.world.container.providers.update("acme", changes, ACT)
    page = desk.get(RULES)
    assert "not read" in page.texts["no-groups"]
    assert "/admin/providers/acme/edit" in page.links
    assert f"/admin{RULES}/-/new" not in page.links


def test_something_is_denied_and_allowed_again(desk: Desk) -> None:
    denials = desk.world.container.external_denials
    desk.get(f"{DENIALS}/-/new")
    typed = {"kind": "subject", "value": "uid|<b>&1", "until": "1h", "reason": "left us"}
    page = desk.browser.submit("provider_deny", typed)
    assert page.status == 200, page.texts["errors"]
    assert "uid|<b>" not in page.text
    (denial,) = denials.list("acme")
    assert denial.issued_until == denial.created_at + 3600
    assert (denial.value, denial.reason) == ("uid|<b>&1", "left us")
    by_console(desk, "provider.denied")
    (link,) = (each for each in page.links if "/allow" in each)
    desk.browser.get(link)
    page = desk.browser.submit("provider_allow")
    assert "not denied" in page.texts["done"]
    assert denials.list("acme") == []
    by_console(desk, "provider.allowed")
    assert desk.browser.get(link).status == 404


def test_a_denial_that_reaches_nothing_is_refused_at_its_field(desk: Desk) -> None:
    for typed, field in (
        ({"value": "two words", "kind": "client"}, "value"),
        ({"value": "x", "kind": "everybody"}, "kind"),
        ({"value": "x", "until": "soon"}, "until"),
        ({"value": "x", "reason": ""}, "reason"),
    ):
        desk.get(f"{DENIALS}/-/new")
        page = desk.browser.submit("provider_deny", {"reason": "because", **typed})
        assert page.status == 400
        assert page.texts[f"{field}-error"], typed
        assert page.forms["provider_deny"].fields["value"] == typed["value"]
    assert desk.world.container.external_denials.list("acme") == []


def test_people_of_a_domain_are_sent_to_a_provider_and_elsewhere_and_nowhere(desk: Desk) -> None:
    domains = desk.world.container.provider_domains
    assert "No domain leads" in desk.get(DOMAINS).texts["nothing"]
    desk.get(f"{DOMAINS}/-/set")
    page = desk.browser.submit("provider_domain_set", {"domain": "x y", "provider": "acme"})
    assert page.texts["domain-error"]
    page = desk.browser.submit("provider_domain_set", {"domain": "Example.com", "provider": ""})
    assert page.texts["provider-error"]
    page = desk.browser.submit("provider_domain_set", {"provider": "acme"})
    assert "may sign in there" in page.texts["domains"]
    by_console(desk, "provider.domain_set")
    desk.get(f"{DOMAINS}/-/set")
    page = desk.browser.submit(
        "provider_domain_set", {"domain": "EXAMPLE.com", "provider": "staff"}
    )
    assert "already" in page.texts["domain-error"]
    desk.get(f"{DOMAINS}/-/set?domain=example.com")
    desk.browser.submit("provider_domain_set", {"provider": "staff", "routing": "force"})
    (found,) = domains.list()
    assert (found.domain, found.provider, str(found.routing)) == ("example.com", "staff", "force")
    assert "example.com" in desk.get("/providers/staff").texts["domains"]
    desk.get(f"{DOMAINS}/example.com/remove")
    page = desk.browser.submit("provider_domain_remove", {"reason": "over"})
    assert "nowhere" in page.texts["done"]
    assert domains.list() == []
    by_console(desk, "provider.domain_removed")


def test_lists_of_a_provider_are_saved_as_files(desk: Desk) -> None:
    desk.world.container.provider_group_rules.add("acme", "=cmd", "deny", ACT)
    assert "'=cmd" in desk.get(f"{RULES}?format=csv").text
    for path in (DENIALS, DOMAINS):
        assert desk.get(f"{path}?format=csv").headers["content-type"].startswith("text/csv")
