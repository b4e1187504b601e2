"""The yardsticks: endpoints that do nothing, on the same server with the same options."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ANSWER = b'{"active":true,"scope":"READ","client_id":"bench","exp":1}'
HEADERS = [("Content-Type", "application/json"), ("Content-Length", str(len(ANSWER)))]

flask_app = Flask("bare")


@flask_app.post("/flask")
def flask_endpoint() -> Response:
    """The least that a Flask view does: a form read, JSON answered."""
    from flask import request  # noqa: PLC0415 - as small views do

    return jsonify(active=bool(request.form), scope="READ", client_id="bench", exp=1)


def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Bare WSGI: read the body, answer JSON. `/flask` goes to Flask."""
    if environ["PATH_INFO"] == "/flask":
        return list(flask_app(environ, start_response))
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length:
        environ["wsgi.input"].read(length)
    start_response("200 OK", HEADERS)
    return [ANSWER]
