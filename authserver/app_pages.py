"""The pages of the application: one visit per request, and a blueprint for each family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.web.design import design_blueprint
from authserver.web.front import front_blueprint
from authserver.web.visits import Visits

if TYPE_CHECKING:
    from flask import Flask

    from authserver.wiring import Container


def register_pages(application: Flask, container: Container) -> None:
    """Make `application` answer everything that people see."""
    visits = visits_of(container)
    visits.install(application)
    application.register_blueprint(design_blueprint())
    application.register_blueprint(front_blueprint(container.settings.issuer))


def visits_of(container: Container) -> Visits:
    """The visits of one application."""
    return Visits(
        issuer=container.settings.issuer,
        find_session=container.sessions.find,
        digester=container.digester,
        secret_maker=container.secret_maker,
        clock=container.clock,
    )
