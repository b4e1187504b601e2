"""Redirects to clients: to the very address that is registered, character by character."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from werkzeug.datastructures import Headers


class ClientRedirect(Response):
    """303 to a registered URI with its parameters, which is ASCII already.

    Werkzeug takes every `Location` for text that needs mending: it writes hosts in lower case,
    drops empty parts, and fails on authorities that are no host names, as schemes of native clients
    may have them. 303 and nothing else: the browser must not send its form, with a password in it,
    to the client (RFC 9700 section 4.12).
    """

    def __init__(self, target: str) -> None:
        """Lead to `target`."""
        super().__init__(status=303)
        self._target = target

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers as they go out."""
        headers = super().get_wsgi_headers(environ)
        headers["Location"] = self._target
        return headers
