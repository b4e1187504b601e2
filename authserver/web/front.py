"""The front page: tells a person who lands here what this server is."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, render_template


def front_blueprint(issuer: str) -> Blueprint:
    """Serves `/`; `issuer` is the issuer identifier that clients are configured with."""
    blueprint = Blueprint("front", __name__)
    # RFC 8414 section 3: the issuer's path follows the well-known name.
    issuer_path = urlsplit(issuer).path

    @blueprint.get("/")
    def front() -> str:
        return render_template("front.html", issuer=issuer, issuer_path=issuer_path)

    return blueprint
