"""What people do at the pages, step by step."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import expect

from authserver.domain.grants import GrantFilter
from tests.browser.served import CALLBACK, ISSUER
from tests.people.cast import VERIFIER, challenge

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.served import ServedPeople
    from tests.people.cast import App, Person


def request_url(app: App, **parameters: str | None) -> str:
    """An authorization request as the app makes it; `None` takes a parameter out."""
    usual: dict[str, str | None] = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": app.redirect_uri,
        "scope": "openid READ",
        "state": "state of the app",
        "code_challenge": challenge(VERIFIER),
        "code_challenge_method": "S256",
    }
    sent = {name: value for name, value in (usual | parameters).items() if value is not None}
    return f"{ISSUER}/oauth2/authorize?{urlencode(sent)}"


def sign_in(page: Page, person: Person) -> None:
    """Fill in the sign-in page and send it."""
    page.locator("#username").fill(person.username)
    page.locator("#password").fill(person.password)
    page.locator("#sign-in").click()


def reached_app(page: Page) -> dict[str, str]:
    """Wait until the app has its answer; the answer's parameters."""
    page.wait_for_url(f"{CALLBACK}**")
    expect(page.locator("h1")).to_have_text("The app")
    return dict(parse_qsl(urlsplit(page.url).query, strict_parsing=True))


def redeem(served: ServedPeople, app: App, code: str) -> dict[str, Any]:
    """The tokens for a code."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": app.redirect_uri,
        "code_verifier": VERIFIER,
    }
    answer = served.instance.post("/oauth2/token", form, app.authorization or "")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def grants_of(served: ServedPeople, person: Person, app: App) -> int:
    """How many live grants of a person an app has."""
    with served.container() as container:
        wanted = GrantFilter(subject=person.subject, client_id=app.client_id)
        return len(container.grants.list(wanted))


def let_requests_expire(served: ServedPeople) -> None:
    """Do to every request under way what a quarter of an hour would do."""
    path = served.instance.folder / "var" / "authserver.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE authorization_requests SET valid_until = created_at - 1")
