"""The pages' browser, let loose on real servers on loopback ports, with TLS or without."""

from __future__ import annotations

import http.client
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tests.people.browser import Browser

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIEnvironment

SECONDS: Final = 30


class RemoteApplication:
    """A WSGI application that is elsewhere: each call is one request to a loopback port.

    Without a `ca_file` it is in clear.
    """

    def __init__(self, port: int, ca_file: Path | None) -> None:
        self._port = port
        self._trust = None if ca_file is None else ssl.create_default_context(cafile=str(ca_file))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Ask the server; the answer's headers as they came."""
        host = str(environ["HTTP_HOST"]).partition(":")[0]
        if self._trust is None:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SECONDS)
        else:
            connection = _LoopbackConnection(host, self._port, self._trust)
        target = environ["PATH_INFO"]
        if environ["QUERY_STRING"]:
            target += f"?{environ['QUERY_STRING']}"
        headers = {
            key.removeprefix("HTTP_").replace("_", "-").title(): str(value)
            for key, value in environ.items()
            if key.startswith("HTTP_") or key == "CONTENT_TYPE"
        }
        try:
            body = environ["wsgi.input"].read()
            connection.request(environ["REQUEST_METHOD"], target, body or None, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        phrase = HTTPStatus(answer.status).phrase
        start_response(f"{answer.status} {phrase}", answer.getheaders())
        return [content]


class _LoopbackConnection(http.client.HTTPSConnection):
    """Wants the certificate of a name, whatever DNS knows of it."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__("127.0.0.1", port, timeout=SECONDS, context=context)
        self._name, self._trust = host, context

    def connect(self) -> None:
        """Connect, and see that it is who it should be."""
        http.client.HTTPConnection.connect(self)
        self.sock = self._trust.wrap_socket(self.sock, server_hostname=self._name)


def remote_browser(origin: str, ca_file: Path | None = None) -> Browser:
    """A new browser at an origin, whose port is on loopback whatever its host."""
    port = urlsplit(origin).port
    assert port is not None, origin
    return Browser(RemoteApplication(port, ca_file), origin)
