"""Browsers that try to sign in."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from tests.people.browser import Browser

if TYPE_CHECKING:
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld


def tried(browser: Browser, username: str, password: str) -> Page:
    """One try in a browser that shows the form."""
    browser.get("/login")
    return browser.click("sign-in", username=username, password=password)


def stranger(world: PeopleWorld, number: int = 0) -> Browser:
    return world.browser(peer=f"203.0.113.{number}")


def at_once(world: PeopleWorld, count: int, password: str, browser: Browser) -> list[Page]:
    """The same form, sent by so many threads at the same time."""
    browser.get("/login")
    fields: dict[str, Any] = {
        **browser.page.forms["login"].fields,
        "username": world.ada.username,
        "password": password,
    }
    pages: list[Page] = []
    start = threading.Barrier(count)

    def send() -> None:
        own = Browser(
            world.installation.worker.application.wsgi_app, browser.origin, peer=browser.peer
        )
        own.jar.cookies = dict(browser.jar.cookies)
        start.wait(30)
        pages.append(own.post("/login", fields, follow=False))

    crowd = [threading.Thread(target=send) for _ in range(count)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join(60)
    assert len(pages) == count
    return pages


def without_tokens(page: Page) -> tuple[int, dict[str, str], str]:
    """What can be seen of a page, but for what is new in each."""
    text = page.text
    for form in page.forms.values():
        for name in ("csrf", "attempt", "username"):
            text = text.replace(form.fields.get(name, "\0"), "")
    headers = {name: value for name, value in page.headers.items() if name != "x-request-id"}
    headers.pop("content-length", None)
    return page.status, headers, text
