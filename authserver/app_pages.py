"""The pages of the application: one visit per request, and a blueprint for each family."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.app_console import console
from authserver.services.pasted_tokens import PastedTokens
from authserver.services.session_origins import SessionOrigins
from authserver.web.account import AccountPages, account_blueprint
from authserver.web.account_identities import IdentityPages, identities_blueprint
from authserver.web.account_new_token import NewTokenPages, new_token_blueprint
from authserver.web.account_notices import NoticePages, notices_blueprint
from authserver.web.account_password import PasswordPage, password_blueprint
from authserver.web.account_pick_up import PickUpPages, pick_up_blueprint
from authserver.web.account_token_tests import TokenTestPages, token_tests_blueprint
from authserver.web.account_tokens import TokenPages, tokens_blueprint
from authserver.web.admin.scope_choice import ScopeChoice
from authserver.web.authorize import AuthorizationEndpoint, authorize_blueprint
from authserver.web.consent import ConsentPage, consent_blueprint
from authserver.web.design import design_blueprint
from authserver.web.device import DevicePages, device_blueprint
from authserver.web.federated_login import FederatedLogin, federated_blueprint
from authserver.web.front import front_blueprint
from authserver.web.login import LoginPage, login_blueprint
from authserver.web.logout import LogoutPages, logout_blueprint
from authserver.web.select_account import SelectAccountPage, select_account_blueprint
from authserver.web.sent_forms import SentForms
from authserver.web.visits import Visits

if TYPE_CHECKING:
    from flask import Blueprint, Flask

    from authserver.wiring import Container


def register_pages(application: Flask, container: Container) -> None:
    """Make `application` answer everything that people see."""
    visits = visits_of(container)
    visits.install(application)
    application.register_blueprint(design_blueprint())
    application.register_blueprint(front_blueprint(container.settings.issuer))
    for blueprint in _people(visits, container):
        application.register_blueprint(blueprint)
    application.register_blueprint(console(visits, container))
    endpoint = AuthorizationEndpoint(visits, container.authorization_front, container.dispatcher)
    application.register_blueprint(authorize_blueprint(endpoint))
    answers = container.user_answers
    application.register_blueprint(consent_blueprint(ConsentPage(visits, answers)))
    application.register_blueprint(select_account_blueprint(SelectAccountPage(visits, answers)))
    application.register_blueprint(device_blueprint(DevicePages(visits, container.device_answers)))


def visits_of(container: Container) -> Visits:
    """The visits of one application."""
    return Visits(
        issuer=container.settings.issuer,
        find_session=container.sessions.find,
        digester=container.digester,
        secret_maker=container.secret_maker,
        clock=container.clock,
    )


def _people(visits: Visits, container: Container) -> list[Blueprint]:
    """Signing in and out, and the account pages."""
    login = LoginPage(
        visits=visits,
        sign_in=container.local_sign_in,
        known_browsers=container.known_browsers,
        requests=container.authorization_requests,
        choices=container.sign_in_choices,
        secret_maker=container.secret_maker,
    )
    federated = FederatedLogin(
        visits=visits,
        sign_in=container.federated_sign_in,
        requests=container.authorization_requests,
        known_browsers=container.known_browsers,
    )
    identities = IdentityPages(
        visits=visits,
        connections=container.connections,
        identities=container.identities,
        sign_in=container.federated_sign_in,
    )
    account = AccountPages(
        visits=visits,
        users=container.users,
        sessions=container.sessions,
        consents=container.consents,
        living=container.living,
        origins=SessionOrigins(container.audit, container.database),
    )
    password = PasswordPage(
        visits=visits,
        changes=container.password_changes,
        shortest=container.settings.sign_in.password_characters_min,
        known_browsers=container.known_browsers,
        requests=container.authorization_requests,
    )
    pick_up = PickUpPages(
        visits=visits, pick_ups=container.token_pick_ups, secret_maker=container.secret_maker
    )
    logout = LogoutPages(
        visits=visits,
        sessions=container.sessions,
        sign_out=container.sign_out,
        provider=container.provider_sign_out,
    )
    sent_forms = SentForms(lambda: container.repeated_creations, container.clock)
    tokens = TokenPages(
        visits=visits,
        tokens=container.own_api_tokens,
        scopes=container.consent_questions,
        sites=container.resources.list,
        clock=container.clock,
        sent_forms=sent_forms,
    )
    new_token = NewTokenPages(
        visits=visits,
        tokens=container.own_api_tokens,
        scopes=ScopeChoice(container.catalogue.scopes),
        pages=tokens,
        sent_forms=sent_forms,
    )
    token_tests = TokenTestPages(
        visits=visits,
        tokens=container.own_api_tokens,
        pasted=PastedTokens(
            database=container.database,
            digester=container.digester,
            secret_maker=container.secret_maker,
        ),
        explanations=container.policy_explanations,
        sites=container.resources.list,
        clock=container.clock,
    )
    return [
        login_blueprint(login),
        federated_blueprint(federated),
        identities_blueprint(identities),
        account_blueprint(account),
        password_blueprint(password),
        pick_up_blueprint(pick_up),
        tokens_blueprint(tokens),
        new_token_blueprint(new_token),
        token_tests_blueprint(token_tests),
        notices_blueprint(NoticePages(visits, container.notice_choices)),
        logout_blueprint(logout),
    ]
