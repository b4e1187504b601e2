"""The one WSGI shell around both lanes.

It finds out who calls, names the request, keeps the limits, sends it to its lane, adds the
security headers, counts and logs; and it is the barrier that no exception passes.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.errors import DomainError, ProtocolRefusal, StorageUnavailable
from authserver.machine.access import AccessEntry
from authserver.machine.answer_headers import AnswerHeaders
from authserver.machine.correlation import REQUEST_ID, request_id
from authserver.machine.frames import HEADER_LIMIT, Frame, check_frame
from authserver.machine.machine_lane import MachineLane
from authserver.machine.pages_lane import PagesLane
from authserver.machine.refusals import FrameRefusal, refusal_response
from authserver.machine.responses import json_response
from authserver.machine.routes import BODY_LIMIT, lane_owns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from authserver.domain.ports import Clock, Entropy
    from authserver.machine.access import RecordAccess
    from authserver.machine.metrics import ShellMetrics
    from authserver.machine.pages_lane import LongestBody, PageAnswer
    from authserver.machine.peers import TrustedProxies
    from authserver.machine.responses import Response
    from authserver.machine.routes import ReadyRoute, Refuse

_LOG: Final = logging.getLogger(__name__)

PAGES: Final = "pages"
"""Label of the pages in metrics and log: their paths hold names, so they are not labels."""

_STATUS_LINES: Final = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
_WITHOUT_BODY: Final = frozenset({204, 304})


class Shell:
    """The WSGI application that servers see."""

    def __init__(
        self,
        *,
        routes: Mapping[str, ReadyRoute],
        pages: WSGIApplication | None,
        issuer: str,
        proxies: TrustedProxies,
        clock: Clock,
        entropy: Entropy,
        metrics: ShellMetrics,
        record_access: RecordAccess | None = None,
        page_body_limit: int = BODY_LIMIT,
        page_longest_body: LongestBody = lambda *_: 0,
        page_refuse: Callable[[str], Refuse | None] = lambda _: None,
    ) -> None:
        """Put the shell around the machine lane's routes and the pages' application.

        `issuer` fixes scheme and host of every link; `record_access` gets one entry for every
        answer; `page_body_limit` is in bytes, and `page_longest_body` says where, and of whom, a
        page takes more; `page_refuse` says how the page at a path words what is refused before it
        sees the request.
        """
        self._machine = MachineLane(routes)
        self._page_refuse = page_refuse
        self._pages = (
            None
            if pages is None
            else PagesLane(
                pages,
                issuer=issuer,
                body_limit=page_body_limit,
                longest_body=page_longest_body,
            )
        )
        self._headers = AnswerHeaders(issuer)
        self._proxies = proxies
        self._clock = clock
        self._entropy = entropy
        self._metrics = metrics
        self._record_access = record_access

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333); nothing that comes from outside makes it raise."""
        started = self._clock.monotonic()
        frame = self._frame(environ)
        context = REQUEST_ID.set(frame.request_id)
        try:
            answer = self._answer(environ, frame)
            start_response(answer.status, answer.headers)
            self._note(frame, answer, self._clock.monotonic() - started)
            return answer.body
        finally:
            REQUEST_ID.reset(context)

    def _frame(self, environ: WSGIEnvironment) -> Frame:
        peer = self._proxies.peer(
            environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR")
        )
        from_proxy = environ.get("HTTP_X_REQUEST_ID") if peer.by_trusted_proxy else None
        return Frame(
            environ.get("REQUEST_METHOD", ""),
            environ.get("PATH_INFO", ""),
            peer,
            request_id(self._entropy, from_proxy),
            self._clock.now(),
        )

    def _answer(self, environ: WSGIEnvironment, frame: Frame) -> Answer:
        route = self._machine.route_of(frame.path)
        # The route's path, which is safe as a metric's label.
        label = "" if route is None else route.path
        try:
            check_frame(environ, HEADER_LIMIT if route is None else route.header_limit)
            if route is None and self._pages is not None and not lane_owns(frame.path):
                return self._from_page(self._pages.answer(environ, frame), frame)
            response = self._machine.answer(route, environ, frame)
        except (DomainError, FrameRefusal) as refusal:
            response = self._refusal(refusal, route, frame)
            _log_refusal(refusal, response, label, frame)
        except Exception:  # noqa: BLE001 - this is the exception barrier
            response = self._unexpected(route, frame)
        return self._from_response(response, label, frame)

    def _from_response(self, response: Response, route: str, frame: Frame) -> Answer:
        status, body = response.status, response.body
        headers = self._headers.for_data(response.headers)
        headers.append(("X-Request-ID", frame.request_id))
        if status not in _WITHOUT_BODY:
            headers.append(("Content-Length", str(len(body))))
        line = _STATUS_LINES[status]
        if frame.method == "HEAD" or status in _WITHOUT_BODY:
            return Answer(line, headers, [], route, status, 0)
        return Answer(line, headers, [body], route, status, len(body))

    def _from_page(self, page: PageAnswer, frame: Frame) -> Answer:
        headers = self._headers.for_page(page.headers)
        headers.append(("X-Request-ID", frame.request_id))
        return Answer(page.status, headers, page.body, PAGES, int(page.status[:3]), page.sent)

    def _refusal(
        self, refusal: DomainError | FrameRefusal, route: ReadyRoute | None, frame: Frame
    ) -> Response:
        refuse = self._refuse_of(route, frame)
        return refusal_response(refusal) if refuse is None else refuse(refusal, frame.request_id)

    def _refuse_of(self, route: ReadyRoute | None, frame: Frame) -> Refuse | None:
        if route is not None and route.refuse is not None:
            return route.refuse
        return self._page_refuse(frame.path)

    def _unexpected(self, route: ReadyRoute | None, frame: Frame) -> Response:
        """Tell the log everything and the caller nothing but where to find it."""
        _LOG.exception("unexpected error", extra={"method": frame.method, "path": frame.path})
        try:
            self._metrics.unexpected()
        except Exception:  # noqa: BLE001 - the answer matters more than the count
            _LOG.exception("a metric could not be written")
        refuse = self._refuse_of(route, frame)
        if refuse is not None:
            return refuse(None, frame.request_id)
        body = {
            "error": "server_error",
            "error_description": "the server made a mistake, its log has more under request_id",
            "request_id": frame.request_id,
        }
        return json_response(body, status=500)

    def _note(self, frame: Frame, answer: Answer, seconds: float) -> None:
        """Count and log; whatever goes wrong here must not take the answer away."""
        try:
            self._metrics.answered(answer.route, answer.code, seconds)
            if self._record_access is not None:
                self._record_access(
                    AccessEntry(
                        frame.received_at,
                        frame.method,
                        answer.route,
                        frame.path,
                        answer.code,
                        seconds,
                        answer.sent,
                        frame.peer.address,
                        frame.request_id,
                    )
                )
        except Exception:  # noqa: BLE001 - the answer matters more than the count
            _LOG.exception("a request could not be counted or logged")


class Answer(NamedTuple):
    """An answer ready for WSGI; `sent` is the body's length in bytes, -1 when it is streamed."""

    status: str
    headers: list[tuple[str, str]]
    body: Iterable[bytes]
    route: str
    code: int
    sent: int


def _log_refusal(
    refusal: DomainError | FrameRefusal, response: Response, route: str, frame: Frame
) -> None:
    """The operator's voice of a refusal: what the caller is not told."""
    detail = refusal.detail if isinstance(refusal, ProtocolRefusal) else str(refusal)
    level = logging.INFO
    if isinstance(refusal, StorageUnavailable):
        level = logging.WARNING
    elif isinstance(refusal, FrameRefusal):
        level = logging.DEBUG  # the status in the access log says it all
    _LOG.log(
        level,
        "request refused",
        extra={
            "refusal": type(refusal).__name__,
            "detail": detail,
            "status": response.status,
            "route": route,
            "peer": frame.peer.address,
        },
    )
