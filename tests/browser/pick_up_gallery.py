"""The part of the walk where a token waits to be picked up."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect

from authserver.domain.api_tokens import ApiTokenStatus
from tests.storage.api_token_examples import api_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.served import ServedPeople
    from tests.people.cast import Person

    Look = Callable[[str, Page], None]

DAY = 86_400.0


def pick_up_walk(served: ServedPeople, page: Page, person: Person, look: Look) -> None:
    """See the pages of a person who is signed in, and for whom somebody made a token."""
    number = next(served.numbers)
    with served.container() as container:
        token = api_token(
            f"picked-{number}",
            subject=person.subject,
            owner=person.subject,
            client_id="",
            name="Nightly export of issues to the data warehouse",
            purpose="Figures for the quarterly report of the planning department",
            scopes=frozenset({"READ", "WRITE"}),
            resources=frozenset({served.jira.name}),
            status=ApiTokenStatus.PENDING,
            secret=None,
            successor_id="",
            expires_at=container.clock.now() + 90 * DAY,
        )
        with container.database.writing() as stores:
            stores.api_tokens.add(token)
            link = container.token_pick_ups.link_in(stores, token, container.operator)
    path = urlsplit(link).path
    page.goto(path)
    expect(page.locator("#pick-up")).to_be_visible()
    look("pick-up", page)
    page.locator("#pick-up").click()
    expect(page.locator("#token")).to_be_visible()
    look("picked-up", page)
    page.goto(path)
    expect(page.locator("#error")).to_be_visible()
    look("pick-up-again", page)
