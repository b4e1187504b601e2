"""The part of the walk at the console that is about providers, and who else gets in by keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from authserver.domain.clients import GrantType
from authserver.domain.external_tokens import DenialKind
from authserver.services.clients import ClientDraft
from authserver.services.connect_key_rules import ConnectDraft, SigningMaterial
from authserver.services.initial_access_tokens import InitialTokenDraft
from authserver.web.written_names import name_as_segment

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from authserver.wiring import Container
    from tests.browser.served import ServedPeople

    Look = Callable[[str, Page], None]


def access_walk(served: ServedPeople, page: Page, look: Look, provider: str) -> None:
    """See what belongs to a provider, keys of Connect apps, and initial access tokens."""
    number = next(served.numbers)
    app = f"com.example.planner-{number}"
    with served.container() as container:
        rule_id, token_id = _furnish(container, served.jira.name, provider, app, number)
    below, key = f"providers/{provider}", f"connect-keys/{served.jira.name}/{name_as_segment(app)}"
    for name, path in (
        ("provider-whole", below),
        ("provider-edit", f"{below}/edit"),
        ("provider-secrets-expire", f"{below}/secrets/expire"),
        ("provider-directory-secret", f"{below}/directory-secret"),
        ("provider-bearer", f"{below}/bearer"),
        ("provider-rules", f"{below}/group-rules"),
        ("provider-rule-new", f"{below}/group-rules/-/new"),
        ("provider-rule-remove", f"{below}/group-rules/{rule_id}/remove"),
        ("provider-denials", f"{below}/denials"),
        ("provider-deny", f"{below}/denials/-/new"),
        ("provider-allow", f"{below}/denials/-/allow?kind=client&value=legacy-report-{number}"),
        ("provider-domains", "provider-domains"),
        ("provider-domain-set", "provider-domains/-/set"),
        ("provider-domain-remove", f"provider-domains/people-{number}.example.com/remove"),
        ("connect-keys", "connect-keys"),
        ("connect-key", key),
        ("connect-key-new", "connect-keys/-/new"),
        ("connect-key-rotate", f"{key}/rotate"),
        ("connect-key-remove", f"{key}/remove"),
        ("registration-tokens", "initial-access-tokens"),
        ("registration-token-revoke", f"initial-access-tokens/{token_id}/revoke"),
        ("registration-token-new", "initial-access-tokens/-/new"),
    ):
        page.goto(f"/admin/{path}")
        look(f"console-{name}", page)
    page.locator("#label").fill("Planning team")
    page.locator("#make").click()
    expect(page.locator("#secret")).to_be_visible()
    look("console-registration-token-made", page)
    page.goto(f"/admin/{below}/edit")
    page.locator("#living").fill("soon")
    page.locator("#acrs").fill("mfa")
    page.locator("#save").click()
    expect(page.locator("#errors")).to_be_visible()
    look("console-provider-edit-wrong", page)


def _furnish(
    container: Container, site: str, provider: str, app: str, number: int
) -> tuple[str, str]:
    """Something of each kind; the ids of a rule and of a token."""
    operator, client_id = container.operator, f"planner-job-{number}"
    group = f"jira-users-{number}"
    container.groups.create(group, "Whoever works with Jira", operator)
    rules = container.provider_group_rules
    rule = rules.add(provider, "Jira users", "group", operator, value=group).rule
    rules.add(
        *(provider, "0f8fad5b-d9cb-469f-a165-70867728950e", "role", operator),
        value="help-desk",
        label="Service desk",
    )
    rules.add(provider, "Contractors", "scopes", operator, value="READ")
    container.provider_secrets.add(provider, "the-next-secret-of-theirs", operator)
    denials = container.external_denials
    denials.deny(
        *(provider, DenialKind.CLIENT, f"legacy-report-{number}", operator),
        reason="its secret was in a repository",
    )
    denials.deny(provider, DenialKind.SUBJECT, "00u1a2b3c4d5e6f7", operator, reason="left us")
    domains = container.provider_domains
    domains.set(provider, f"people-{number}.example.com", "suggest", operator)
    domains.set(provider, f"contractors-{number}.example.com", "force", operator)
    container.clients.create(
        ClientDraft(
            "Planner for Jira",
            client_id=client_id,
            grant_types=(GrantType.CLIENT_CREDENTIALS,),
            scopes=("READ", "WRITE"),
            resources=(site,),
        ),
        operator,
    )
    material = SigningMaterial(secret=container.secret_maker.secret("cs"))
    container.connect_keys.add(
        ConnectDraft(site, app, client_id, material, scopes=("READ", "WRITE")), operator
    )
    made = container.initial_access_tokens.create(
        InitialTokenDraft("Mobile team", resources=(site,), quota=3), operator
    )
    return rule.rule_id, made.token.token_id
