"""An issuer with a path: the same server, below that path."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


def mounted(application: WSGIApplication, path: str) -> WSGIApplication:
    """The application, reached below `path` (`/auth`; "" for none) as well as without it.

    Of two proxies in front, one passes `/auth/oauth2/token` as it is and the other takes `/auth`
    away first; both are common, and both are understood. The settings refuse a path that begins
    like one of our own.
    """
    if not path:
        return application

    def below(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = environ.get("PATH_INFO", "")
        if asked == path or asked.startswith(path + "/"):
            environ = {**environ, "PATH_INFO": asked[len(path) :] or "/"}
        return application(environ, start_response)

    return below
