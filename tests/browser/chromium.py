"""A headless Chromium that knows the test's hosts and trusts the test's certificate alone."""

from __future__ import annotations

import atexit
import shutil
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final

from playwright.sync_api import expect, sync_playwright

from tests.not_run import not_run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Playwright

ARGUMENTS: Final = (
    "--headless=new",
    "--no-sandbox",  # as root it has none; the pages are ours
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE_MS: Final = 20_000


def chromium_binary() -> str:
    """Where Chromium is; without it the test does not run, and says so."""
    found = shutil.which("chromium")
    if found is None:
        not_run("the pages in a browser", "chromium is not installed")
    return found


@cache
def _playwright() -> Playwright:
    """One for the whole process: a second one finds the first one's event loop, and gives up."""
    expect.set_options(timeout=PATIENCE_MS)
    started = sync_playwright().start()
    atexit.register(started.stop)
    return started


@contextmanager
def running_chromium(host_rules: str, pinned: str) -> Iterator[Browser]:
    """A browser process; each test takes contexts of its own from it.

    `host_rules` are Chromium's words for where names are, `pinned` names the key of the one
    certificate that it trusts.
    """
    browser = _playwright().chromium.launch(
        executable_path=chromium_binary(),
        args=[
            *ARGUMENTS,
            f"--host-resolver-rules={host_rules}",
            f"--ignore-certificate-errors-spki-list={pinned}",
        ],
    )
    try:
        yield browser
    finally:
        browser.close()
