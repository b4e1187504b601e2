"""Calls byte by byte over TLS: what no library would send."""

from __future__ import annotations

import json
import socket
import ssl
from http.client import HTTPResponse
from typing import TYPE_CHECKING

from tests.demo.refusals import Refusal, refusal_of

if TYPE_CHECKING:
    from tests.demo.scene import Scene


def send(scene: Scene, port: int, target: str, token_value: str, *lines: str) -> Refusal:
    """A GET of exactly this target with a token; what was answered, as a refusal."""
    request = "\r\n".join(
        [
            f"GET {target} HTTP/1.1",
            f"Host: localhost:{port}",
            f"Authorization: Bearer {token_value}",
            "Connection: close",
            *lines,
            "\r\n",
        ]
    )
    context = ssl.create_default_context(cafile=scene.ca)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as peer,
    ):
        peer.sendall(request.encode("latin-1"))
        answer = HTTPResponse(peer)
        answer.begin()
        headers, text = dict(answer.headers), answer.read()
    try:
        body = json.loads(text)
    except ValueError:
        body = {}
    return refusal_of(answer.status, headers, body)
