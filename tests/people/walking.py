"""What a person does at the pages that stand between an app's request and its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.people.browser import Browser
    from tests.people.cast import Person
    from tests.people.pages import Page

MOST_PAGES: Final = 4
FORM: Final = "answer"
"""The form of an answer that travels as one (OAuth 2.0 Form Post Response Mode)."""


def sign_in(browser: Browser, person: Person) -> Page:
    """Fill in the sign-in page that the browser shows."""
    return browser.click("sign-in", username=person.username, password=person.password)


def finish(browser: Browser, person: Person) -> Page:
    """Sign in and allow, whatever of it is asked for: the answer to the app.

    It is a redirect, or a page with a form for the app.
    """
    page = browser.page
    for _ in range(MOST_PAGES):
        if page.location or FORM in page.forms:
            return page
        buttons = {button for form in page.forms.values() for button in form.buttons}
        if "sign-in" in buttons:
            page = sign_in(browser, person)
        elif "allow" in buttons:
            page = browser.click("allow")
        else:
            break
    if page.location or FORM in page.forms:
        return page
    raise AssertionError(f"stuck at {page.url}: {page.status} {page.texts}")
