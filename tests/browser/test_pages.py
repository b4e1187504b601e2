"""What holds for every page: accessible in both colour schemes, whole on a small screen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from authserver.app_console import console_pages
from authserver.app_pages import visits_of
from tests.browser.gallery import walk

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

    from tests.browser.conftest import MakeContext
    from tests.browser.served import ServedPeople

RULES: Final[dict[str, list[str]]] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
CONTRAST: Final = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
SCRIPTLESS: Final = frozenset({"answer-by-form"})
"""Pages that are seen in a browser that runs no scripts: axe is one."""
TOO_WIDE: Final = """
[...document.querySelectorAll("body *")]
    .filter(each => each.getBoundingClientRect().right > innerWidth)
    .filter(each => !each.closest(".table-responsive, pre"))
    .map(each => each.outerHTML.slice(0, 100)).pop()
"""
"""The innermost of what sticks out."""
NO_PAGE_OF_OURS: Final = frozenset({"/mails/preview/<kind>/html"})
"""A mail as mail programs show it, without the frame of the console."""
SMALLEST: Final[ViewportSize] = {"width": 320, "height": 640}


class Inspector:
    """Looks at each page of a walk and remembers what is wrong with it."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._script = Axe().axe_script
        self.seen: list[str] = []
        self.paths: set[str] = set()
        self.wrong: list[str] = []

    def __call__(self, name: str, page: Page) -> None:
        """Look at one page."""
        self.seen.append(name)
        self.paths.add(urlsplit(page.url).path)
        if name not in SCRIPTLESS:
            page.emulate_media(color_scheme="light")
            page.evaluate(self._script)
            self._judge(name, page, RULES)
            page.emulate_media(color_scheme="dark")
            self._judge(f"{name} (dark)", page, CONTRAST)
        size = page.viewport_size
        page.set_viewport_size(SMALLEST)
        across = int(page.evaluate("document.documentElement.scrollWidth"))
        if across > SMALLEST["width"]:
            self.wrong.append(f"{name} is {across} pixels wide: {page.evaluate(TOO_WIDE)}")
        if page.locator("h1").count() != 1:
            self.wrong.append(f"{name} has not one main heading")
        assert size is not None
        page.set_viewport_size(size)

    def _judge(self, name: str, page: Page, rules: dict[str, list[str]]) -> None:
        found = page.evaluate("rules => axe.run(rules)", rules)["violations"]
        self.wrong += [f"{name}: {each['id']}: {each['nodes'][0]['html']}" for each in found]


@pytest.mark.slow
def test_every_page_is_accessible_and_fits(make_context: MakeContext, served: ServedPeople) -> None:
    inspector = Inspector()
    # In German, whose words are longer.
    walk(served, make_context(locale="de-DE"), inspector)
    assert len(inspector.seen) > 25
    assert inspector.wrong == []
    assert _never_seen(served, inspector.paths) == []


def _never_seen(served: ServedPeople, paths: set[str]) -> list[str]:
    """Pages of the console that the walk leaves out."""
    with served.container() as container:
        pages = console_pages(visits_of(container), container)
    own = [page.path for page in pages if page.show and page.path not in NO_PAGE_OF_OURS]
    patterns = [re.sub("<[^>]+>", "[^/]+", f"/admin{path}") for path in own]
    return [each for each in patterns if not any(re.fullmatch(each, path) for path in paths)]


def test_the_closer_look_finds_what_is_wrong(page: Page) -> None:
    inspector = Inspector()
    page.goto("/login")
    page.locator("label[for=username]").evaluate("label => label.remove()")
    page.locator(".card").evaluate("card => { card.style.width = '400px'; }")
    inspector("login", page)
    assert any("label" in each for each in inspector.wrong)
    assert any("pixels wide" in each for each in inspector.wrong)
