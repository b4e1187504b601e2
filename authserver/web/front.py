"""The front page: tells a person who lands here what this server is."""

from __future__ import annotations

from flask import Blueprint, render_template


def front_blueprint(issuer: str) -> Blueprint:
    """Serves `/`; `issuer` is the issuer identifier that clients are configured with."""
    blueprint = Blueprint("front", __name__)

    @blueprint.get("/")
    def front() -> str:
        return render_template("front.html", issuer=issuer)

    return blueprint
