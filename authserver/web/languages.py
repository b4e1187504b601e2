"""The languages of the pages: which one a request gets, and its texts."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from babel.messages.pofile import read_po
from babel.support import LazyProxy
from flask import g, has_request_context, request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask.sansio.app import App

    Text = str | LazyProxy
    """A text, or one that is translated when it is shown."""

SOURCE: Final = "en"
"""The language the texts are written in."""
LANGUAGES: Final = ("en", "de")
_ASKED: Final = "authserver_languages"


def install(app: App) -> None:
    """Let the templates of `app` speak: `_()`, `ngettext()`, `{% trans %}`, `language()`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        gettext, ngettext, newstyle=True
    )
    app.jinja_env.globals["language"] = language


def prefer(locales: Iterable[str]) -> None:
    """Speak the first of these that there is (`ui_locales` of the authorization request)."""
    g.setdefault(_ASKED, tuple(locales))


def language() -> str:
    """The language of this request: asked for by the client, else by the browser, else English."""
    if not has_request_context():
        return SOURCE
    for wanted in (*g.get(_ASKED, ()), *request.accept_languages.values()):
        # RFC 5646: the language comes first, what narrows it behind hyphens.
        spoken = str(wanted).partition("-")[0].lower()
        if spoken in LANGUAGES:
            return spoken
    return SOURCE


def gettext(text: str) -> str:
    """The text in the language of this request."""
    return catalogue(language()).get(text) or text


def ngettext(singular: str, plural: str, number: int) -> str:
    """The text for a number of things; all our languages have one plural, for all but one."""
    return gettext(singular if number == 1 else plural)


def lazy_gettext(text: str) -> LazyProxy:
    """A text that is written down before there is a request, translated when it is shown."""
    return LazyProxy(gettext, text, enable_cache=False)


@cache
def catalogue(spoken: str) -> Mapping[str, str]:
    """Translations by English text; what has none is missing. Singular and plural stand apart."""
    if spoken == SOURCE:
        return {}
    path = files("authserver.web") / "locales" / spoken / "messages.po"
    with path.open("rb") as source:
        read = read_po(source, locale=spoken)
    texts: dict[str, str] = {}
    for message in read:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, str):
            texts[message.id] = str(message.string)
        elif isinstance(message.string, tuple | list):
            texts |= dict(zip(message.id, message.string, strict=True))
    return texts
