"""Pictures of every page, for eyes: `python -m tests.browser.screenshots [folder] [language]`.

Each page is taken light and dark, wide and as narrow as a small telephone.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from tests.browser.chromium import PATIENCE_MS, running_chromium
from tests.browser.gallery import walk
from tests.browser.served import ISSUER, serve_people

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER: Final = Path("var") / "screenshots"
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
WIDTHS: Final = {"wide": (1200, 800), "phone": (320, 640)}


def main(folder: Path, language: str) -> int:
    """Take them; how many pictures there are."""
    folder.mkdir(parents=True, exist_ok=True)
    taken = 0

    def take(name: str, page: Page) -> None:
        nonlocal taken
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for width, (across, down) in WIDTHS.items():
                page.set_viewport_size({"width": across, "height": down})
                # What is far below the window is not always painted in time.
                long = page.evaluate("document.documentElement.scrollHeight")
                page.set_viewport_size({"width": across, "height": max(down, long)})
                path = folder / f"{name}-{scheme}-{width}.png"
                page.screenshot(path=path, full_page=True)
                taken += 1

    with (
        tempfile.TemporaryDirectory() as place,
        serve_people(Path(place)) as served,
        running_chromium(served.host_rules, served.pinned) as browser,
    ):
        context = browser.new_context(base_url=ISSUER, locale=language)
        context.set_default_timeout(PATIENCE_MS)
        walk(served, context, take)
    return taken


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    count = main(chosen, sys.argv[2] if len(sys.argv) > 2 else "en-GB")
    sys.stdout.write(f"{count} pictures in {chosen}\n")
