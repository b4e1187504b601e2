"""The console as Flask serves it: its table of pages, behind the guard."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Blueprint, send_from_directory

from authserver.web.admin import cells
from authserver.web.admin.guard import CONSOLE, Guard
from authserver.web.admin.menu import Menu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from flask.blueprints import BlueprintSetupState

    from authserver.domain.users import User
    from authserver.services.console_access import ConsoleAccess
    from authserver.web.admin.console_pages import ConsolePage
    from authserver.web.sent_forms import SentForms
    from authserver.web.visits import Visits

BOOTSTRAP: Final = "bootstrap.min.css"
ADMINISTERS: Final = "administers"
"""Templates ask by this name whether a user has any role now, by hand or by a group."""
STYLES_PATH: Final = f"/assets/{BOOTSTRAP}"
_KEPT_SECONDS: Final = 43_200


def console_blueprint(
    visits: Visits, access: ConsoleAccess, pages: Sequence[ConsolePage], sent_forms: SentForms
) -> Blueprint:
    """Serves the table below `/admin`, and the style sheet of Bootstrap.

    Raises:
        ValueError: two pages have one name.
    """
    names = [page.name for page in pages]
    if len(names) != len(set(names)):
        raise ValueError("every page of the console has a name of its own")
    menu = Menu.of(pages)
    guard = Guard(visits, access, lambda: menu, sent_forms)

    def administers(user: User) -> bool:
        return bool(access.roles(user))

    blueprint = Blueprint("console", __name__)
    for page in pages:
        blueprint.add_url_rule(
            CONSOLE + page.path, page.name, guard.guarded(page), methods=page.methods
        )
    blueprint.add_url_rule(STYLES_PATH, "bootstrap", bootstrap, methods=["GET"])

    @blueprint.record
    def prepare(state: BlueprintSetupState) -> None:
        cells.install(state.app)
        # For pages outside the console, which lead there.
        state.app.jinja_env.globals[ADMINISTERS] = administers

    return blueprint


def bootstrap() -> Response:
    """GET: Bootstrap's style sheet as its package brings it; none of its scripts."""
    return send_from_directory(_styles(), BOOTSTRAP, max_age=_KEPT_SECONDS)


def _styles() -> Path:
    spec = find_spec("flask_bootstrap")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("Bootstrap-Flask is not installed")
    return Path(spec.submodule_search_locations[0]) / "static" / "bootstrap5" / "css"
