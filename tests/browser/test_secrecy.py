"""Whatever people do in a browser: no secret of it stands in a log, a page or the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.served import HOST, ServedPeople
from tests.browser.steps import reached_app, redeem, request_url, sign_in
from tests.rfc.sinks import leaks, written_below

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Response

WRONG = "wrong-Password-Canary-0123456789"
CHOSEN = "a brand new Canary password 9876"


class Pages:
    """Every answer of ours that a context gets, and what the pages hold."""

    def __init__(self, context: BrowserContext) -> None:
        self.sinks: dict[str, bytes] = {}
        context.on("response", self._heard)

    def see(self, page: Page) -> None:
        """Keep the page as it stands, before the next one takes its place."""
        self.sinks[f"page {len(self.sinks)} {page.url}"] = page.content().encode()

    def _heard(self, response: Response) -> None:
        if urlsplit(response.url).hostname == HOST:
            # Two headers have to carry secrets: where a code goes to, and cookies.
            kept = {key: value for key, value in response.headers.items() if key not in CARRIERS}
            name = f"answer {len(self.sinks)} {response.url}"
            self.sinks[name] = repr((response.url, kept)).encode()


CARRIERS = frozenset({"location", "set-cookie"})


def refreshed(served: ServedPeople, token: str) -> dict[str, Any]:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    answer = served.instance.post("/oauth2/token", form, served.web_app.authorization or "")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.rule("AU-01")
def test_no_secret_of_a_person_or_an_app_can_be_read_anywhere(
    context: BrowserContext, served: ServedPeople
) -> None:
    ada, app = served.newcomer(), served.web_app
    secrets: dict[str, str] = {
        "password": ada.password,
        "wrong password": WRONG,
        "new password": CHOSEN,
        "client secret": app.secret,
    }
    pages, page = Pages(context), context.new_page()

    def look() -> None:
        pages.see(page)
        for cookie in context.cookies():
            secrets[f"cookie {cookie['name']} {len(secrets)}"] = cookie["value"]

    page.goto(request_url(app, scope="openid READ offline_access", prompt="consent"))
    look()
    page.locator("#username").fill(ada.username)
    page.locator("#password").fill(WRONG)
    page.locator("#sign-in").click()
    expect(page.locator("#password-error")).to_be_visible()
    look()
    sign_in(page, ada)
    expect(page.locator("#allow")).to_be_visible()
    look()
    page.locator("#allow").click()
    secrets["code"] = reached_app(page)["code"]
    tokens = redeem(served, app, secrets["code"])
    for name in ("access_token", "refresh_token", "id_token"):
        secrets[name] = tokens[name]
    for name, value in refreshed(served, tokens["refresh_token"]).items():
        if name.endswith("_token"):
            secrets[f"second {name}"] = value
    for path in ("/account/authorizations", "/account/sessions", "/account", "/account/password"):
        page.goto(path)
        look()
    page.locator("#current-password").fill(ada.password)
    page.locator("#new-password").fill(CHOSEN)
    page.locator("#repeat-password").fill(CHOSEN)
    page.locator("#change-password").click()
    expect(page.locator("#done")).to_be_visible()
    look()
    page.locator("#sign-out-button").click()
    page.wait_for_url("**/signed-out")
    look()

    # JWTs have public parts in common with each other, so their signatures are searched for.
    secrets = {name: value.rpartition(".")[2] for name, value in secrets.items()}
    log = served.instance.log_file.read_bytes()
    assert b'"level":"DEBUG"' in log
    assert ada.subject.encode() in b"".join(written_below(served.folder / "var").values())
    assert any(b"Ada Lovelace" in page for page in pages.sinks.values())
    assert leaks(written_below(served.folder) | pages.sinks, secrets) == []
