"""Points in time, as people read them: in their language, and always with the zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from babel.dates import format_date
from markupsafe import Markup

from authserver.web.languages import gettext, language

if TYPE_CHECKING:
    from flask.sansio.app import App


def install(app: App) -> None:
    """Give templates the filter `moment`."""
    app.jinja_env.filters["moment"] = moment


def moment(at: float | None) -> Markup:
    """A `time` element for seconds since the epoch, to the minute; a word for never."""
    if at is None:
        return Markup.escape(gettext("never"))
    exact = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}">{}</time>').format(exact, moment_in_words(at))


def moment_in_words(at: float) -> str:
    """The same as a text."""
    point = datetime.fromtimestamp(at, UTC)
    day = format_date(point.date(), "medium", locale=language())
    return f"{day}, {point:%H:%M} UTC"
