"""What a browser says it is, in two words that people know."""

from __future__ import annotations

from typing import Final

from authserver.web.languages import gettext as _

_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
"""In this order: most browsers name their ancestors, too."""
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def shown_browser(user_agent: str) -> tuple[str, str]:
    """Browser and system; each empty when it is none that we know. Anybody can claim anything."""
    return _first(user_agent, _BROWSERS), _first(user_agent, _SYSTEMS)


def browser_in_words(user_agent: str) -> str:
    """The same in one phrase, in the language of this request; it is never empty."""
    browser, system = shown_browser(user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")


def _first(user_agent: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in known if mark in user_agent), "")
