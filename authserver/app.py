"""The application that servers run: the machine lane and the pages behind one shell."""

from __future__ import annotations

import hmac
import threading
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Flask
from prometheus_client import CollectorRegistry

from authserver.app_admin_api import admin_api, admin_api_pages, longest_body, refuse_frame
from authserver.app_pages import register_pages
from authserver.app_registration import device_routes, registration_routes
from authserver.crypto.client_assertions import assertion_algorithms
from authserver.domain.errors import DomainError, StorageUnavailable
from authserver.domain.roles import PERMISSIONS
from authserver.domain.scopes import USER_SCOPES
from authserver.logs import AccessLog, configure
from authserver.machine import auth_request, backchannel_logout, introspection, leaks
from authserver.machine.auth_request import auth_request_endpoint
from authserver.machine.backchannel_logout import backchannel_logout_endpoint
from authserver.machine.correlation import current_request_id
from authserver.machine.discovery import jwks_endpoint, metadata_endpoint
from authserver.machine.introspection import introspection_endpoint
from authserver.machine.leaks import leaks_endpoint
from authserver.machine.metrics import DecisionMetrics, RateMetrics, ShellMetrics, exposition
from authserver.machine.mounting import mounted
from authserver.machine.operations import livez, metrics, readyz
from authserver.machine.par import par_endpoint
from authserver.machine.peers import TrustedProxies
from authserver.machine.revocation import revocation_endpoint
from authserver.machine.routes import Route, route_table
from authserver.machine.token import token_endpoint
from authserver.machine.userinfo import userinfo_endpoint
from authserver.machine.wsgi import Shell
from authserver.protocol.metadata import authorization_server_metadata
from authserver.protocol.resource_metadata import metadata_path, protected_resource_metadata
from authserver.services.administration import system
from authserver.services.rate_counting import OUTCOMES
from authserver.settings_people import REGISTRATION_OFF
from authserver.settings_secrets import connection_url, read_secret_file
from authserver.storage.flask_binding import bind
from authserver.web.catalogues import LANGUAGES
from authserver.web.cross_site import is_without_cookies
from authserver.web.errors import register_errors
from authserver.wiring import Container
from authserver.wiring_housekeeping import Housekeeping
from authserver.wiring_storage import engine_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.machine.turns import Turns
    from authserver.settings import Settings

METADATA_MAX_AGE: Final = 300
UNIX: Final = "unix"
THREAD: Final = "thread"
FLUSH_SECONDS: Final = 30.0
HOUSEKEEPING_AGAIN_SECONDS: Final = 5.0


class Application(Flask):
    """The Flask application of one worker; `close` ends what runs beside its requests."""

    def __init__(self, container: Container) -> None:
        """Make the pages; `create_app` puts the shell around them."""
        super().__init__("authserver.web")
        self.container = container
        self.turns: Turns | None = None
        """What a server whose threads take turns asks for."""
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Learn keys and denials; then poll, and write down last uses, beside the requests."""
        try:
            self.container.view.poll()
            self.container.administration_resource.ensure(system("start"))
        except StorageUnavailable as error:
            # Serving 503 tells more than not serving, and the poll goes on.
            self.logger.warning("started without the database: %s", error)
        except DomainError as error:
            self.logger.warning("started without the administration API: %s", error)
        self._begin(lambda: self.container.view.run(self._stop))
        self._begin(self._flush_uses)
        if self.container.settings.housekeeping.mode == THREAD:
            self._begin(self._keep_house)

    def close(self) -> None:
        """End the threads, write what is left, close files and connections."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self.container.close()

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _keep_house(self) -> None:
        """Begin again after a failure, as the supervisor would with a process of its own."""
        while not self._stop.is_set():
            try:
                Housekeeping(self.container).run(self._stop)
            except Exception:
                self.logger.exception("housekeeping failed and begins again")
                self._stop.wait(HOUSEKEEPING_AGAIN_SECONDS)

    def _flush_uses(self) -> None:
        stopping = False
        while not stopping:
            stopping = self._stop.wait(FLUSH_SECONDS)
            try:
                self.container.uses.flush(self.container.database)
            except StorageUnavailable as error:
                self.logger.warning("last uses are written later: %s", error)
            except Exception:
                # A defect; what was collected is kept. A thread that has died writes nothing ever.
                self.logger.exception("last uses could not be written")


def create_app(settings: Settings) -> Application:
    """The application for one worker process, ready to serve.

    Raises:
        DomainError: the installation cannot be used; the text says why.
    """
    configure(settings.log_level, request_id=current_request_id)
    return application_of(Container(settings))


def application_of(container: Container) -> Application:
    """The application on parts that are made already, started; `close` closes the parts too.

    Raises:
        DomainError: the installation cannot be used; the text says why.
    """
    settings = container.settings
    application = Application(container)
    application.turns = container.turns
    container.make_engine_with(
        lambda settings: bind(application, connection_url(settings), engine_options(settings))
    )
    registry = CollectorRegistry()
    shell_metrics = ShellMetrics(registry)
    container.rate_counting.report_to(RateMetrics(registry, OUTCOMES).told)
    register_errors(application, shell_metrics.unexpected)
    register_pages(application, container)
    api = admin_api(container)
    application.register_blueprint(admin_api_pages(api, container, shell_metrics.unexpected))
    proxies = settings.server.trusted_proxies
    shell = Shell(
        routes=route_table(routes_of(container, registry)),
        pages=application.wsgi_app,
        issuer=settings.issuer,
        proxies=TrustedProxies(
            [network for network in proxies if network != UNIX], unix_socket=UNIX in proxies
        ),
        clock=container.clock,
        entropy=container.entropy,
        metrics=shell_metrics,
        record_access=AccessLog(),
        page_longest_body=longest_body(api),
        page_refuse=lambda path: refuse_frame if is_without_cookies(path) else None,
    )
    application.wsgi_app = mounted(  # type: ignore[method-assign,assignment]  # as Flask documents it
        shell, urlsplit(settings.issuer).path
    )
    application.start()
    return application


def routes_of(container: Container, registry: CollectorRegistry) -> list[Route]:
    """Every endpoint of the machine lane."""
    settings = container.settings
    server = container.authorization_server
    document = authorization_server_metadata(
        issuer=settings.issuer,
        grant_types=server.grant_types,
        scopes=sorted(USER_SCOPES.union(*container.scopes_of_kind.values())),
        assertion_algorithms=assertion_algorithms(rs256=settings.clients.takes_rs256),
        ui_locales=LANGUAGES,
        registers_clients=settings.registration.mode != REGISTRATION_OFF,
    )
    metadata = metadata_endpoint(document, METADATA_MAX_AGE)
    identifier = container.administration_resource.identifier
    of_api = protected_resource_metadata(identifier, settings.issuer, PERMISSIONS)
    jwks = jwks_endpoint(container.keys, settings.keys.jwks_max_age_seconds)
    userinfo = userinfo_endpoint(container.userinfo)
    path = urlsplit(settings.issuer).path
    return [
        Route("/oauth2/token", {"POST": token_endpoint(server)}),
        Route(
            "/oauth2/introspect",
            {
                "POST": introspection_endpoint(
                    container.introspection_callers,
                    container.introspection,
                    container.own_tokens,
                    container.introspection_statements,
                    settings.issuer,
                )
            },
            headers=introspection.HEADERS_READ,
        ),
        Route("/oauth2/userinfo", {"GET": userinfo, "POST": userinfo}),
        Route(
            "/oauth2/revoke",
            {"POST": revocation_endpoint(container.client_authentication, container.revocation)},
        ),
        Route(
            "/oauth2/par",
            {"POST": par_endpoint(container.client_authentication, container.authorization_front)},
        ),
        Route(
            backchannel_logout.PATH,
            {"POST": backchannel_logout_endpoint(container.upstream_logouts)},
            body_limit=backchannel_logout.BODY_LIMIT,
        ),
        Route("/oauth2/jwks", {"GET": jwks}),
        Route(
            leaks.PATH,
            {"POST": leaks_endpoint(container.leak_reports)},
            headers=leaks.HEADERS_READ,
        ),
        *device_routes(container),
        *registration_routes(container),
        Route(
            "/gateway/auth-request",
            {
                "GET": auth_request_endpoint(
                    container.gateway_authentication,
                    container.decisions,
                    settings.issuer,
                    DecisionMetrics(registry),
                )
            },
            headers=auth_request.READ,
            header_limit=auth_request.HEADER_LIMIT,
            refuse=auth_request.refuse,
        ),
        # RFC 8414 puts the issuer's path behind the well-known name, OpenID Connect Discovery
        # before it; section 5 of the RFC knows both.
        *(
            Route(f"/.well-known/{name}", {"GET": metadata})
            for name in sorted(
                {
                    f"oauth-authorization-server{path}",
                    f"openid-configuration{path}",
                    "openid-configuration",
                }
            )
        ),
        Route(metadata_path(identifier), {"GET": metadata_endpoint(of_api, METADATA_MAX_AGE)}),
        Route("/livez", {"GET": livez}),
        Route("/readyz", {"GET": readyz(_checks(container))}),
        Route(
            "/metrics",
            {"GET": metrics(lambda: exposition(registry), _metrics_key_check(settings))},
        ),
    ]


def _checks(container: Container) -> Callable[[], dict[str, bool]]:
    def checks() -> dict[str, bool]:
        return {
            "database": _answers(container.view.ensure_fresh),
            "keys": _answers(lambda: container.keys.ring),
            "journal": container.journal.is_writable(),
        }

    return checks


def _answers(question: Callable[[], object]) -> bool:
    try:
        question()
    except StorageUnavailable:
        return False
    return True


def _metrics_key_check(settings: Settings) -> Callable[[str], bool] | None:
    path = settings.metrics.key_file
    if path is None:
        return None
    key = read_secret_file("metrics.key_file", path).encode()
    return lambda presented: hmac.compare_digest(presented.encode("utf-8", "replace"), key)
