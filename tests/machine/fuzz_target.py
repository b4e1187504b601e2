"""What the socket fuzzer's own test serves: the shell with stub endpoints, and its real logs."""

from __future__ import annotations

import os
import time

from flask import Flask
from prometheus_client import CollectorRegistry

from authserver import logs
from authserver.machine.correlation import current_request_id
from authserver.machine.metrics import ShellMetrics
from authserver.machine.operations import livez
from authserver.machine.peers import TrustedProxies
from authserver.machine.routes import Route, route_table
from authserver.machine.wsgi import Shell
from authserver.web.design import design_blueprint
from authserver.web.errors import register_errors
from authserver.web.front import front_blueprint
from tests.machine.doors import echo_form, echo_request, keys

ISSUER = "http://localhost:8000"


class _Clock:
    def now(self) -> float:
        return time.clock_gettime(time.CLOCK_REALTIME)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class _Entropy:
    def token_bytes(self, count: int) -> bytes:
        return os.urandom(count)


def _pages(metrics: ShellMetrics) -> Flask:
    application = Flask("pages", static_folder=None)
    application.register_blueprint(design_blueprint())
    application.register_blueprint(front_blueprint(ISSUER))
    register_errors(application, metrics.unexpected)
    return application


logs.configure("INFO", request_id=current_request_id)
_metrics = ShellMetrics(CollectorRegistry())
application = Shell(
    routes=route_table(
        [
            Route("/oauth2/token", {"POST": echo_form}),
            Route("/oauth2/introspect", {"POST": echo_form}),
            Route("/oauth2/revoke", {"POST": echo_form}),
            Route("/oauth2/jwks", {"GET": keys}),
            Route("/oauth2/userinfo", {"GET": echo_request, "POST": echo_request}),
            Route("/livez", {"GET": livez}),
        ]
    ),
    pages=_pages(_metrics).wsgi_app,
    issuer=ISSUER,
    proxies=TrustedProxies(["127.0.0.0/8"], unix_socket=True),
    clock=_Clock(),
    entropy=_Entropy(),
    metrics=_metrics,
    record_access=logs.AccessLog(),
)
