"""What all pages share: the frame around them and the style sheet."""

from __future__ import annotations

from flask import Blueprint


def design_blueprint() -> Blueprint:
    """Serves the style sheet under `/assets/` and lends `base.html` to the other blueprints."""
    return Blueprint(
        "design",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/assets",
    )
