"""Stands in for the reader's browser: signs in and allows, as the tutorial has it.

`python -m tests.documentation.visitor <URL>`; programs find it by the variable BROWSER.
"""

from __future__ import annotations

import sys
from typing import Final
from urllib.parse import urlsplit
from urllib.request import urlopen

from tests.people.cast import Person
from tests.people.remote import remote_browser
from tests.people.walking import finish

READER: Final = Person("ada", "a long password of her own", "")
SECONDS: Final = 30


def main(url: str) -> None:
    """Follow an app's link, and bring the app its answer."""
    parts = urlsplit(url)
    browser = remote_browser(f"{parts.scheme}://{parts.netloc}")
    browser.get(url, cross_site=True)
    answer = finish(browser, READER).location
    with urlopen(answer, timeout=SECONDS) as page:
        page.read()


if __name__ == "__main__":
    main(sys.argv[1])
