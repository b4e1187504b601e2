"""The machine lane: from the WSGI environment to an endpoint and back to a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.machine.bodies import read_body
from authserver.machine.frames import HEADER_LIMIT
from authserver.machine.refusals import FrameRefusal
from authserver.machine.requests import Request
from authserver.machine.routes import route_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIEnvironment

    from authserver.machine.frames import Frame
    from authserver.machine.responses import Response
    from authserver.machine.routes import ReadyRoute, Refuse

_NO_BODY: Final = frozenset({"GET", "HEAD"})


class MachineLane:
    """Finds the endpoint by path and method and calls it."""

    def __init__(self, routes: Mapping[str, ReadyRoute]) -> None:
        """Take the table that `route_table` made."""
        self._routes = routes

    def route_of(self, path: str) -> str:
        """The route's path, empty when there is none: safe as a metric's label."""
        route = route_for(self._routes, path)
        return "" if route is None else route.path

    def header_limit(self, path: str) -> int:
        """How many bytes of headers a request to `path` may have."""
        route = route_for(self._routes, path)
        return HEADER_LIMIT if route is None else route.header_limit

    def refuse(self, path: str) -> Refuse | None:
        """How the endpoint at `path` words its refusals, where it does so itself."""
        route = route_for(self._routes, path)
        return None if route is None else route.refuse

    def answer(self, environ: WSGIEnvironment, frame: Frame) -> Response:
        """Call the endpoint.

        Only what the route names is copied: servers put their own process environment, with
        whatever is in it, into every WSGI environment.

        Raises:
            FrameRefusal: 404, 405 with `Allow`, or what the body's frame deserves.
            DomainError: the endpoint's refusal.
        """
        route = route_for(self._routes, frame.path)
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
