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
    point = datetime.fromtimestamp(at, UTC)
    day = format_date(point.date(), "medium", locale=language())
    exact = point.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}">{}, {:%H:%M} UTC</time>').format(exact, day, point)
