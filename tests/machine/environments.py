"""What a WSGI server hands to an application."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIEnvironment


def environment(
    method: str,
    path: str,
    body: bytes = b"",
    *,
    host: str,
    peer: str,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    changes: Mapping[str, object] | None = None,
) -> WSGIEnvironment:
    """One request; `changes` are set last, `None` removes a key of the environment."""
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REMOTE_ADDR": peer,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SCRIPT_NAME": "",
        "HTTP_HOST": host,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": io.StringIO(),
    }
    if body:
        environ["CONTENT_LENGTH"] = str(len(body))
    for name, value in (headers or {}).items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    for key, changed in (changes or {}).items():
        if changed is None:
            environ.pop(key, None)
        else:
            environ[key] = changed
    return environ
