"""The cookies: which names and attributes they have on this server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.services.known_browsers import KNOWN_SECONDS

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

SESSION_NAME: Final = "authserver-session"
BROWSER_NAME: Final = "authserver-browser"
KNOWN_NAME: Final = "authserver-known"
PICK_UP_NAME: Final = "authserver-pick-up"
BROWSER_PREFIX: Final = "br"
"""What the browser cookie's value begins with, as `SecretMaker` knows it."""


class Cookies:
    """Reads and writes the cookies of one issuer.

    Over https the names carry `__Host-`: a browser then takes the cookie from this very host only,
    over TLS only, and sends it nowhere else. Browsers refuse such names over plain http, which is
    allowed on loopback alone.
    """

    def __init__(self, issuer: str) -> None:
        """Decide by the issuer's scheme."""
        self._secure = issuer.startswith("https://")
        prefix = "__Host-" if self._secure else ""
        self.session = prefix + SESSION_NAME
        self.browser = prefix + BROWSER_NAME
        self.known = prefix + KNOWN_NAME
        self.pick_up = prefix + PICK_UP_NAME

    def put(self, response: Response, name: str, value: str) -> None:
        """Set one; an empty value removes it.

        Session, browser and ticket last for as long as the browser runs, what makes a browser known
        (`services.known_browsers`) half a year.
        """
        kept = KNOWN_SECONDS if name == self.known else None
        response.set_cookie(
            name,
            value,
            max_age=kept if value else 0,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="Lax",
        )
