"""Browsers in which somebody has signed in before, remembered in the browser alone."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authserver.domain.ports import SecretDigester, SecretMaker

KNOWN_PURPOSE: Final = "known browser"
KNOWN_SECONDS: Final = 180 * 86_400
"""How long a browser keeps it after its last sign-in."""
MOST_ACCOUNTS: Final = 8
_TAG_CHARACTERS: Final = 22
_FORM: Final = re.compile(r"[A-Za-z0-9_-]{22}(\.[A-Za-z0-9_-]{22}){1,8}\Z")


class KnownBrowsers:
    """Makes and reads the cookie: a random name of the browser, and a keyed tag for each account.

    It proves nothing but that the account's owner has signed in there: no stranger's guesses count
    against that browser. Nobody else can make a tag, and none says whose it is.
    """

    def __init__(self, *, digester: SecretDigester, secret_maker: SecretMaker) -> None:
        """Take the collaborators; hold no state of its own."""
        self._digester = digester
        self._secret_maker = secret_maker

    def name(self, cookie: str, account: str) -> str:
        """The browser's name when the account has signed in there, else an empty text."""
        name, *tags = cookie.split(".") if _FORM.match(cookie) else [""]
        matches = [
            hmac.compare_digest(self._tag(name, account, pepper_id).encode(), tag.encode())
            for pepper_id in self._digester.peppers
            for tag in tags
        ]
        return name if any(matches) else ""

    def remember(self, cookie: str, account: str) -> str:
        """The cookie from now on: the account comes first, the one longest away may go."""
        name, *tags = cookie.split(".") if _FORM.match(cookie) else [""]
        name = name or self._secret_maker.identifier()
        tag = self._tag(name, account, self._digester.current_pepper)
        others = [each for each in tags if each != tag]
        return ".".join((name, tag, *others[: MOST_ACCOUNTS - 1]))

    def _tag(self, name: str, account: str, pepper_id: str) -> str:
        digest = self._digester.digest(KNOWN_PURPOSE, f"{name}\0{account}", pepper_id)
        return urlsafe_b64encode(digest)[:_TAG_CHARACTERS].decode()
