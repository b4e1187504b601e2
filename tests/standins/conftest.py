"""One house for all tests of this folder, one process for each stand-in, one browser."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from tests.browser.chromium import PATIENCE_MS, running_chromium
from tests.browser.served import ISSUER
from tests.node_packages import installed
from tests.not_run import not_run
from tests.standins.house import House, open_house
from tests.standins.processes import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

INSTALLED = "installed"


@pytest.fixture(scope="session")
def packages(pytestconfig: pytest.Config) -> Path:
    """The stand-ins, installed; kept for the next run of the same lock file and scripts."""
    sources = sorted([*PROJECT.glob("*.json"), *PROJECT.glob("*.?js")])
    digest = sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    folder = pytestconfig.cache.mkdir(f"standins-{digest}")
    with _alone_in(folder):
        if not (folder / INSTALLED).exists():
            try:
                installed(PROJECT, folder)
            except RuntimeError as error:
                not_run("sign-in through stand-ins of Okta, Entra ID, Cognito", str(error))
            (folder / INSTALLED).touch()
    return folder


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let no other test process install at the same time."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="package")
def house(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Our server; stand-ins are started as they are asked for."""
    with open_house(packages, tmp_path_factory.mktemp("standins")) as house:
        yield house


@pytest.fixture(scope="package")
def chromium(house: House) -> Iterator[Browser]:
    """The browser process."""
    with running_chromium(house.served.host_rules, house.served.pinned) as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """The browser of a new person."""
    context = chromium.new_context(base_url=ISSUER, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
