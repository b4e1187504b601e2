"""The walk past the pages of sites, gateways, accounts and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from authserver.domain.api_tokens import LastUse
from authserver.services.resources import ResourceDraft
from tests.storage.api_token_examples import api_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.served import ServedPeople

    Look = Callable[[str, Page], None]

DAY = 86_400.0
ROWS = "client_id,account\nweb-app,svc-planner\nnightly-export,svc-export\n"


def sites_walk(served: ServedPeople, page: Page, look: Look) -> None:
    """See them as an owner who is signed in, at a site of the walk's own."""
    number = next(served.numbers)
    name, gateway = f"jira-walk-{number}", f"front-walk-{number}"
    _furnish(served, name, gateway)
    for each, path in (
        ("resource-edit", f"resources/{name}/edit"),
        ("resource-rotate", f"resources/{name}/rotate"),
        ("resource-delete", f"resources/{name}/delete"),
        ("hand-over-choice", f"resources/{name}/hand-over"),
        ("hand-over", f"resources/{name}/hand-over?kind=service-credential"),
        ("accounts-none", f"resources/{name}/accounts?q=nobody+there"),
        ("accounts", f"resources/{name}/accounts"),
        ("account-map", f"resources/{name}/accounts/map"),
        ("account-unmap", f"resources/{name}/accounts/unmap?subject={served.ada.subject}"),
        ("hand-over-remove", f"resources/{name}/hand-over/remove"),
        ("gateway", f"gateways/{gateway}"),
        ("gateway-edit", f"gateways/{gateway}/edit"),
        ("gateway-remove", f"gateways/{gateway}/remove"),
        (
            "gateway-nginx",
            f"gateways/{gateway}/nginx?server_name=jira-api.example.test&mode=api-host",
        ),
        ("stale-tokens", "tokens/-/stale?for=30d"),
        ("settings", "settings"),
        ("settings-set", "settings?set=yes"),
    ):
        page.goto(f"/admin/{path}")
        look(f"console-{each}", page)
    _deeds(page, look, name, gateway)


def _furnish(served: ServedPeople, name: str, gateway: str) -> None:
    with served.container() as container:
        operator, now = container.operator, container.clock.now()
        draft = ResourceDraft(name, "jira-dc", f"https://{name}.example.test")
        container.resources.create(draft, operator)
        container.gateways.add(gateway, name, operator)
        container.hand_overs.set_plain(name, operator, kind="identity-header")
        container.subject_accounts.map(name, served.ada.subject, "ada.lovelace", operator)
        container.subject_accounts.map(name, "client:web-app", "svc-old", operator)
        with container.database.writing() as stores:
            for index, purpose in enumerate(("Old migration", "Export of a team that is gone")):
                stores.api_tokens.add(
                    api_token(
                        f"{name}-stale-{index}",
                        lineage_id=f"{name}-stale-{index}",
                        subject=served.ada.subject,
                        owner=served.ada.subject,
                        client_id="",
                        name="",
                        purpose=purpose,
                        resources=frozenset({name}),
                        details=None,
                        networks=None,
                        reason="",
                        exposed_at=None,
                        successor_id="",
                        created_at=now - 200 * DAY,
                        status_changed_at=now - 200 * DAY,
                        expires_at=now + 100 * DAY,
                        last_use=LastUse(now - 150 * DAY, "203.0.113.9", "curl") if index else None,
                    )
                )


def _deeds(page: Page, look: Look, name: str, gateway: str) -> None:
    """Pages that are behind a button."""
    page.goto(f"/admin/resources/{name}/accounts/import")
    look("console-account-import", page)
    page.locator("#rows").fill(ROWS)
    page.locator("#look").click()
    expect(page.locator("#changes")).to_be_visible()
    look("console-account-import-preview", page)
    page.goto(f"/admin/resources/{name}/edit")
    page.locator("#url").fill("jira.example.test")
    page.locator("#save").click()
    expect(page.locator("#errors")).to_be_visible()
    look("console-resource-wrong", page)
    page.goto(f"/admin/gateways/{gateway}/rotate")
    page.locator("#confirm").click()
    expect(page.locator("#secret")).to_be_visible()
    look("console-gateway-rotated", page)
    page.goto(f"/admin/resources/{name}/disable")
    page.locator("#reason").fill("The site is upgraded tonight")
    page.locator("#confirm").click()
    expect(page.locator("#is-disabled")).to_be_visible()
    look("console-resource-stopped", page)
    page.goto("/admin/incidents?where=owner%3Dada&to=disabled")
    marks = page.locator("form#incidents input[name=seen]")
    marks.evaluate("field => { field.value = 'another'; }")
    page.locator("form#incidents input[name=marks]").evaluate(
        "field => { field.value = 'AAAA' + field.value.slice(8); }"
    )
    page.locator("#reason").fill("Found in a public repository")
    page.locator("#act").click()
    expect(page.locator("#since-title")).to_be_visible()
    look("console-incident-other", page)
