"""What all pages share: the frame around them, their language, and the style sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, request

from authserver.web import languages, moments

if TYPE_CHECKING:
    from flask.blueprints import BlueprintSetupState


def design_blueprint() -> Blueprint:
    """Serves the style sheet under `/assets/` and lends `base.html` to the other blueprints."""
    blueprint = Blueprint(
        "design",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/assets",
    )

    @blueprint.record
    def prepare(state: BlueprintSetupState) -> None:
        languages.install(state.app)
        moments.install(state.app)
        # Macros see no request, but they write links.
        state.app.jinja_env.globals["base_path"] = lambda: request.script_root

    return blueprint
