"""Fake providers for browsers: over TLS on a loopback port, with a page to sign in at.

The page has a button `sign-in`, by which the fake's person comes back to us, and a button `refuse`.
"""

from __future__ import annotations

import html
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from authserver.domain.outbound import OutboundError, OutboundResponse
from tests.federation.fake_http import Sent

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from tests.federation.fake_provider import FakeProvider

PAGE: Final = """<!doctype html>
<html lang="en">
<title>Sign in</title>
<meta name="viewport" content="width=device-width">
<h1>Sign in as {name}</h1>
<form method="post" action="{action}">
<button id="sign-in" name="decision" value="sign-in">Sign in</button>
<button id="refuse" name="decision" value="refuse">Refuse</button>
</form>
</html>
"""


@contextmanager
def serve_fakes(port: int, tls: ssl.SSLContext, fakes: list[FakeProvider]) -> Iterator[None]:
    """Serve while the block runs. Each fake has an issuer below `https://localhost:<port>`.

    A request goes to the fake whose issuer's path begins like the request's, else to the first.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 10

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing."""

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            url = f"https://localhost:{port}{self.path}"
            sent = Sent(self.command, url, headers, body)
            try:
                answer = _answer(_whose(fakes, sent), sent)
            except OutboundError:
                # A fault that the test wants: the provider is gone in the middle.
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _whose(fakes: list[FakeProvider], sent: Sent) -> FakeProvider:
    def place(fake: FakeProvider) -> str:
        return urlsplit(fake.issuer).path.rstrip("/").split("/v2.0", maxsplit=1)[0]

    return next((each for each in fakes if sent.path.startswith(place(each))), fakes[0])


def _answer(fake: FakeProvider, sent: Sent) -> OutboundResponse:
    is_hurt = any(sent.path.endswith(end) for end in fake.faults)
    if is_hurt or not sent.path.endswith("/authorize"):
        fake.http.sent.append(sent)
        return fake.answer(sent)
    if sent.method == "GET":
        name = html.escape(fake.person.name)
        page = PAGE.format(name=name, action=html.escape(sent.url))
        return OutboundResponse(200, {"content-type": "text/html"}, page.encode())
    asked = dict(parse_qsl(urlsplit(sent.url).query, keep_blank_values=True))
    decision = dict(parse_qsl(sent.body.decode())).get("decision")
    if decision == "sign-in":
        told = fake.authorize(sent.url)
    else:
        told = {"error": "access_denied", "state": asked["state"]}
    location = f"{asked['redirect_uri']}?{urlencode(told)}"
    return OutboundResponse(303, {"location": location}, b"")
