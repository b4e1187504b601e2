"""The languages of the pages: which one a request gets, and its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from babel.support import LazyProxy
from flask import g, has_request_context, request

from authserver.web.catalogues import SOURCE, catalogue, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask.sansio.app import App

    Text = str | LazyProxy
    """A text, or one that is translated when it is shown."""

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
    wanted = (*g.get(_ASKED, ()), *request.accept_languages.values())
    return spoken(map(str, wanted)) or SOURCE


def gettext(text: str) -> str:
    """The text in the language of this request."""
    return catalogue(language()).get(text) or text


def ngettext(singular: str, plural: str, number: int) -> str:
    """The text for a number of things; all our languages have one plural, for all but one."""
    return gettext(singular if number == 1 else plural)


def plural(one: str, many: str) -> tuple[str, str]:
    """Two texts that are written down before their number is known, for `ngettext`."""
    return one, many


def lazy_gettext(text: str) -> LazyProxy:
    """A text that is written down before there is a request, translated when it is shown."""
    return LazyProxy(gettext, text, enable_cache=False)
