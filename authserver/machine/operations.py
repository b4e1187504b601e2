"""Endpoints for those who run the server: alive, ready, metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client.exposition import CONTENT_TYPE_LATEST

from authserver.machine.refusals import BEARER_CHALLENGE, FrameRefusal
from authserver.machine.responses import Response, json_response

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.machine.requests import Request
    from authserver.machine.responses import Headers
    from authserver.machine.routes import Endpoint

_TEXT: Final[Headers] = (
    ("Content-Type", CONTENT_TYPE_LATEST),
    ("Cache-Control", "no-store"),
)
_READY_AGAIN_SECONDS: Final = "2"


def livez(_: Request) -> Response:
    """The process answers; nothing behind it is asked."""
    return json_response({"alive": True})


def readyz(checks: Callable[[], Mapping[str, bool]]) -> Endpoint:
    """An endpoint that answers 200 when every named check holds, else 503.

    Only names and verdicts are shown, and causes are left to the log: the endpoint is public.
    """

    def endpoint(_: Request) -> Response:
        verdicts = checks()
        ready = all(verdicts.values())
        body = {
            "ready": ready,
            "checks": {name: "ok" if holds else "failed" for name, holds in verdicts.items()},
        }
        if ready:
            return json_response(body)
        answer = json_response(body, status=503)
        retry = ("Retry-After", _READY_AGAIN_SECONDS)
        return Response(503, (*answer.headers, retry), answer.body)

    return endpoint


def metrics(exposition: Callable[[], bytes], accepts_key: Callable[[str], bool] | None) -> Endpoint:
    """An endpoint for the public listener: only for a caller with a key, as `Bearer`.

    `accepts_key` compares in constant time; `None` means that no key is configured, and then the
    endpoint does not exist.
    """

    def endpoint(request: Request) -> Response:
        if accepts_key is None:
            raise FrameRefusal(404, "there is no such endpoint", error="not_found")
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key or not accepts_key(key):
            raise FrameRefusal(
                401, "the metrics key is required", error="invalid_token", headers=BEARER_CHALLENGE
            )
        return Response(200, _TEXT, exposition())

    return endpoint


def open_metrics(exposition: Callable[[], bytes]) -> Endpoint:
    """The same without a key: only for a listener of its own that nobody outside can reach."""

    def endpoint(_: Request) -> Response:
        return Response(200, _TEXT, exposition())

    return endpoint
