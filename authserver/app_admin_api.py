"""The administration API of the application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.calls import Call
from authserver.domain.errors import DomainError, StorageUnavailable
from authserver.domain.resources import ADMINISTRATION_PATH
from authserver.machine.responses import Response
from authserver.services.admin_networks import AdminNetworks
from authserver.web.admin_api import problem_kinds as kinds
from authserver.web.admin_api.blueprint import admin_api_blueprint
from authserver.web.admin_api.creations import Creations
from authserver.web.admin_api.dispatch import AdminApi, problem_answer
from authserver.web.admin_api.endpoints import USUAL_BODY
from authserver.web.admin_api.exchange import ApiRequest
from authserver.web.admin_api.problems import Problem
from authserver.web.admin_api.refusals import unavailable
from authserver.web.admin_api.table import ENDPOINTS
from authserver.web.cross_site import API_PATH, is_without_cookies
from authserver.web.cursors import Cursors

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Blueprint

    from authserver.machine.frames import Frame
    from authserver.machine.pages_lane import LongestBody
    from authserver.machine.refusals import FrameRefusal
    from authserver.wiring import Container


class NotSent(DomainError):
    """Whoever calls may not send so long a body: it is not read."""

    def __init__(self, problem: Problem) -> None:
        """Remember what the caller is told."""
        super().__init__(problem.detail)
        self.problem = problem


def admin_api(container: Container) -> AdminApi:
    """The API with the container's services; none of them is made before a call needs it."""
    issuer = container.settings.issuer
    return AdminApi(
        ENDPOINTS,
        services=container,
        callers=lambda: container.admin_callers,
        networks=AdminNetworks(container.settings.admin.networks),
        creations=Creations(lambda: container.repeated_creations),
        cursors=Cursors(container.digester),
        issuer=issuer,
        identifier=issuer + ADMINISTRATION_PATH,
    )


def admin_api_pages(
    api: AdminApi, container: Container, on_unexpected: Callable[[], None]
) -> Blueprint:
    """The API as pages of the application."""
    return admin_api_blueprint(api, container.clock.now, on_unexpected)


def longest_body(api: AdminApi) -> LongestBody:
    """How long a body the API takes, beyond what is usual, of those who may send it there.

    What it returns raises NotSent.
    """

    def longest(frame: Frame, authorization: str) -> int:
        if not is_without_cookies(frame.path):
            return USUAL_BODY
        asked = ApiRequest(
            method=frame.method,
            path=frame.path.removeprefix(API_PATH),
            query="",
            headers={"authorization": authorization},
            body=b"",
            call=Call(at=frame.received_at, request_id=frame.request_id, peer=frame.peer.address),
        )
        try:
            return api.longest_body(asked)
        except Problem as problem:
            raise NotSent(problem) from problem

    return longest


def refuse_frame(refusal: DomainError | FrameRefusal | None, request_id: str) -> Response:
    """What the shell refuses, or fails at, before the API sees the request."""
    if isinstance(refusal, NotSent):
        problem = refusal.problem
    elif refusal is None:
        problem = Problem(kinds.UNEXPECTED, kinds.UNEXPECTED.about)
    elif isinstance(refusal, StorageUnavailable):
        problem = unavailable(refusal)
    elif isinstance(refusal, DomainError):
        problem = Problem(kinds.MALFORMED, str(refusal))
    else:
        kind = kinds.OF_STATUS.get(refusal.status, kinds.MALFORMED)
        problem = Problem(kind, refusal.description, headers=refusal.headers)
    answer = problem_answer(problem, request_id)
    return Response(answer.status, tuple(answer.headers), answer.body)
