"""What people do at the stand-ins' own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from playwright.sync_api import expect

from tests.standins.cast import GRACE, PASSWORD, Somebody

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import Page


def choose(page: Page, provider: str) -> None:
    """Press the provider's button on our sign-in page."""
    page.locator(f"#provider-{provider}").click()


def _pick(page: Page, person: Somebody) -> None:
    page.get_by_role("button", name=person.login).click()


def _type_password(page: Page, person: Somebody) -> None:
    page.locator("input[name=username]").fill(person.login)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def _type_anything_and_agree(page: Page, person: Somebody) -> None:
    page.locator("input[name=login]").fill(person.login)
    page.locator("input[name=password]").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    expect(page.locator("input[name=prompt]")).to_have_value("consent")
    page.get_by_role("button", name="Continue").click()


_AT: Final[Mapping[str, Callable[[Page, Somebody], None]]] = {
    "okta": _pick,
    "entra": _pick,
    "cognito": _type_password,
    "generic": _type_anything_and_agree,
}


def prove(page: Page, provider: str, person: Somebody = GRACE) -> None:
    """Sign in at the stand-in's page."""
    _AT[provider.partition("-")[0]](page, person)


def sign_in_through(page: Page, provider: str, person: Somebody = GRACE) -> None:
    """From our sign-in page to the stand-in and back."""
    choose(page, provider)
    prove(page, provider, person)
