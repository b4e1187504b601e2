"""What a browser complains of: breaches of the policy, scripts that fail, foreign loads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.browser.served import APP_HOST, HOST

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Request

_STATUS: Final = re.compile(r"Failed to load resource: the server responded with a status of 4")


class Complaints:
    """Listens to contexts; `found` is everything that should not have been."""

    def __init__(self) -> None:
        """Begin with none."""
        self.found: list[str] = []

    def listen(self, context: BrowserContext) -> None:
        """Collect what all pages of the context complain of."""
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.found.append(str(error.error)))
        context.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        # That a refused form has a 4xx answer is as it should be.
        if message.type in {"error", "warning"} and not _STATUS.match(message.text):
            self.found.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((f"https://{HOST}/", f"https://{APP_HOST}/")):
            self.found.append(f"loads {request.url}")
