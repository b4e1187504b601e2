"""One served issuer and one browser process for all tests; a context of its own for each."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import PATIENCE_MS, running_chromium
from tests.browser.complaints import Complaints
from tests.browser.served import ISSUER, ServedPeople, serve_people

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    MakeContext = Callable[..., BrowserContext]


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedPeople]:
    """The issuer behind TLS."""
    with serve_people(tmp_path_factory.mktemp("browser")) as served:
        yield served


@pytest.fixture(scope="package")
def chromium(served: ServedPeople) -> Iterator[Browser]:
    """The browser process."""
    with running_chromium(served.host_rules, served.pinned) as browser:
        yield browser


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What browsers complained of; nothing, or the test fails."""
    complaints = Complaints()
    yield complaints
    assert complaints.found == []


@pytest.fixture
def make_context(chromium: Browser, complaints: Complaints) -> Iterator[MakeContext]:
    """Makes the browser of a new person, without cookies; keywords are Playwright's."""
    with ExitStack() as stack:

        def make(**options: object) -> BrowserContext:
            chosen = {"base_url": ISSUER, "locale": "en-GB", **options}
            context = chromium.new_context(**chosen)  # type: ignore[arg-type]  # as the caller says
            context.set_default_timeout(PATIENCE_MS)
            complaints.listen(context)
            stack.callback(context.close)
            return context

        yield make


@pytest.fixture
def context(make_context: MakeContext) -> BrowserContext:
    """The browser of a new person."""
    return make_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Its first tab."""
    return context.new_page()
