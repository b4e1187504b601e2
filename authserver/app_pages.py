"""The pages of the application: one visit per request, and a blueprint for each family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.web.authorize import AuthorizationEndpoint, authorize_blueprint
from authserver.web.consent import ConsentPage, consent_blueprint
from authserver.web.design import design_blueprint
from authserver.web.front import front_blueprint
from authserver.web.select_account import SelectAccountPage, select_account_blueprint
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
    endpoint = AuthorizationEndpoint(visits, container.authorization_front, container.dispatcher)
    application.register_blueprint(authorize_blueprint(endpoint))
    answers = container.user_answers
    application.register_blueprint(consent_blueprint(ConsentPage(visits, answers)))
    application.register_blueprint(select_account_blueprint(SelectAccountPage(visits, answers)))


def visits_of(container: Container) -> Visits:
    """The visits of one application."""
    return Visits(
        issuer=container.settings.issuer,
        find_session=container.sessions.find,
        digester=container.digester,
        secret_maker=container.secret_maker,
        clock=container.clock,
    )
