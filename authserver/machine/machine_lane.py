"""The machine lane: from the WSGI environment to an endpoint and back to a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.machine.bodies import read_body
from authserver.machine.refusals import FrameRefusal
from authserver.machine.requests import Request
from authserver.machine.routes import route_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIEnvironment

    from authserver.machine.frames import Frame
    from authserver.machine.responses import Response
    from authserver.machine.routes import ReadyRoute

_NO_BODY: Final = frozenset({"GET", "HEAD"})


class MachineLane:
    """Finds the endpoint by path and method and calls it."""

    def __init__(self, routes: Mapping[str, ReadyRoute]) -> None:
        """Take the table that `route_table` made."""
        self._routes = routes

    def route_of(self, path: str) -> ReadyRoute | None:
        """The route that serves `path`, `None` where there is none; found once for a request."""
        return route_for(self._routes, path)

    @staticmethod
    def answer(route: ReadyRoute | None, environ: WSGIEnvironment, frame: Frame) -> Response:
        """Call the endpoint of the route that `route_of` found.

        Only what the route names is copied: servers put their own process environment, with
        whatever is in it, into every WSGI environment.

        Raises:
            FrameRefusal: 404, 405 with `Allow`, or what the body's frame deserves.
            DomainError: the endpoint's refusal.
        """
        if route is None:
            raise FrameRefusal(404, "there is no such endpoint", error="not_found")
        endpoint = route.methods.get(frame.method)
        if endpoint is None:
            raise FrameRefusal(
                405, f"allowed methods: {route.allow}", headers=(("Allow", route.allow),)
            )
        body = b"" if frame.method in _NO_BODY else read_body(environ, route.body_limit)
        request = Request(
            frame.method,
            frame.path,
            environ.get("QUERY_STRING", ""),
            {name: environ[key] for key, name in route.header_keys if key in environ},
            body,
            frame.peer.address,
            frame.request_id,
            frame.received_at,
            environ.get("HTTP_X_RAW_TARGET") if frame.peer.by_trusted_proxy else None,
        )
        return endpoint(request)
