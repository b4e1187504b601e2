"""The part of the walk where a person looks after API tokens and notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from authserver.domain.api_tokens import ApiTokenStatus, LastUse
from tests.storage.api_token_examples import api_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from authserver.domain.api_tokens import ApiToken
    from tests.browser.served import ServedPeople
    from tests.people.cast import Person

    Look = Callable[[str, Page], None]

DAY = 86_400.0
TOKENS = "/account/tokens"


def token_walk(served: ServedPeople, page: Page, person: Person, look: Look) -> None:
    """See the pages of a person who is signed in."""
    page.goto(TOKENS)
    _furnish(served, person)
    page.goto(f"{TOKENS}/new")
    look("token-purpose", page)
    page.locator("#purpose").fill("Figures for the quarterly report of the planning department")
    page.locator("#name").fill("Nightly export")
    page.locator("#continue").click()
    expect(page.locator("#resources")).to_be_visible()
    look("token-sites", page)
    page.locator("#site-jira-main").check()
    page.locator("#continue").click()
    expect(page.locator("#scopes")).to_be_visible()
    look("token-scopes", page)
    page.locator("#limits summary").click()
    page.locator("#networks").fill("everywhere")
    page.locator("#continue").click()
    expect(page.locator("#errors")).to_be_visible()
    look("token-scopes-wrong", page)
    page.locator("#networks").fill("")
    page.locator("#scope-READ").check()
    page.locator("#continue").click()
    expect(page.locator("#make")).to_be_visible()
    look("token-end", page)
    page.locator("#make").click()
    expect(page.locator("#token")).to_be_visible()
    look("token-made", page)
    page.goto(TOKENS)
    look("tokens", page)
    page.locator("#token-1 a").click()
    expect(page.locator("#may-title")).to_be_visible()
    look("token", page)
    page.locator("#rotate").click()
    look("token-rotate", page)
    page.go_back()
    page.locator("#revoke").click()
    look("token-revoke", page)
    page.goto("/account/notices")
    look("notices", page)
    page.goto(f"{TOKENS}/test")
    look("token-test", page)


def _furnish(served: ServedPeople, person: Person) -> None:
    """Tokens that the person has had for a while."""
    number = next(served.numbers)
    with served.container() as container:
        now = container.clock.now()

        def token(name: str, **stated: object) -> ApiToken:
            usual: dict[str, object] = {
                "subject": person.subject,
                "owner": person.subject,
                "client_id": "",
                "name": "",
                "purpose": f"{name} of the reporting department",
                "scopes": frozenset({"READ", "WRITE"}),
                "resources": frozenset({served.jira.name}),
                "status": ApiTokenStatus.ENABLED,
                "successor_id": "",
                "exposed_at": None,
                "last_use": None,
                "status_changed_at": now,
                "expires_at": now + 30 * DAY,
            }
            return api_token(f"{name.lower()}-{number}", **{**usual, **stated})

        with container.database.writing() as stores:
            used = LastUse(now - 300, "203.0.113.9", "reports/2.1 (python-requests)")
            stores.api_tokens.add(token("Dashboards", last_use=used))
            stores.api_tokens.add(token("Sync", status=ApiTokenStatus.PENDING, secret=None))
            stores.api_tokens.add(
                token("Import", status=ApiTokenStatus.REVOKED, reason="revoked by its owner")
            )
