"""From a request to an answer: what the table says, and nothing else."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import orjson

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.errors import DomainError, StorageUnavailable
from authserver.services.administration import Act
from authserver.services.introspection import UnfitToken
from authserver.web.admin_api import problem_kinds as kinds
from authserver.web.admin_api.bodies import read_body, read_query
from authserver.web.admin_api.creations import key_of
from authserver.web.admin_api.endpoints import USUAL_BODY, Asked
from authserver.web.admin_api.exchange import ApiAnswer
from authserver.web.admin_api.openapi import document_of
from authserver.web.admin_api.problems import PROBLEM_TYPE, Problem
from authserver.web.admin_api.refusals import missing_scope, problem_of, unauthorized
from authserver.web.admin_api.routing import Routing
from authserver.web.admin_api.tags import HEADER as IF_MATCH
from authserver.web.admin_api.tags import expectation, tag_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from authserver.services.admin_callers import AdminCallers
    from authserver.services.admin_networks import AdminNetworks
    from authserver.web.admin_api.creations import Creations
    from authserver.web.admin_api.endpoints import Answered, Endpoint
    from authserver.web.admin_api.exchange import ApiRequest
    from authserver.web.admin_api.services import AdminServices
    from authserver.web.cursors import Cursors

NOBODY: Final = Act(Actor(ActorKind.ANONYMOUS, ""), powers=frozenset())
_LOG: Final = logging.getLogger(__name__)
_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


class AdminApi:
    """Answers calls. Cookies are no part of a request here: nobody is known by one."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        *,
        services: AdminServices,
        callers: Callable[[], AdminCallers],
        networks: AdminNetworks,
        creations: Creations,
        cursors: Cursors,
        issuer: str,
        identifier: str,
    ) -> None:
        """Take the collaborators; `identifier` is the API's as a resource, and its URL."""
        self._routing = Routing(endpoints)
        self._services = services
        self._callers = callers
        self._networks = networks
        self._creations = creations
        self._cursors = cursors
        self._issuer = issuer
        self._identifier = identifier
        self._document = cache(lambda: document_of(endpoints, identifier))
        # RFC 9728 section 3.1: the well-known name stands before the path.
        metadata = urlsplit(identifier)
        metadata = metadata._replace(path=f"/.well-known/oauth-protected-resource{metadata.path}")
        self._realm = f'realm="authserver", resource_metadata="{metadata.geturl()}"'

    def answer(self, request: ApiRequest) -> ApiAnswer:
        """The answer; every refusal is a problem document."""
        try:
            self._admit(request)
            endpoint, path = self._routing.find(request.method, request.path)
            try:
                return self._answer(endpoint, path, request)
            except DomainError as error:
                _log(error, endpoint)
                raise problem_of(error, endpoint, self._realm) from error
        except Problem as problem:
            return problem_answer(problem, request.call.request_id)

    def longest_body(self, request: ApiRequest) -> int:
        """How many bytes the body of a call may have, before it is read: `request` has none yet.

        More than usual is for those alone who may make the call.

        Raises:
            Problem: they may not.
        """
        try:
            endpoint, _ = self._routing.find(request.method, request.path)
        except Problem:
            return USUAL_BODY
        if endpoint.longest_body > USUAL_BODY:
            self._admit(request)
            try:
                self._act(endpoint, request)
            except DomainError as error:
                _log(error, endpoint)
                raise problem_of(error, endpoint, self._realm) from error
        return endpoint.longest_body

    def _answer(
        self, endpoint: Endpoint, path: Mapping[str, str], request: ApiRequest
    ) -> ApiAnswer:
        act = self._act(endpoint, request)
        query = read_query(endpoint, request.query)
        said = read_body(endpoint, request.headers.get("content-type", ""), request.body)
        act = _expecting(endpoint, request, act)
        asked: Asked[Any, Any] = Asked(
            services=self._services,
            act=act,
            path=path,
            said=said,
            query=query,
            operation=endpoint.operation,
            cursors=self._cursors,
            issuer=self._issuer,
            document=self._document,
        )
        key = key_of(endpoint, request.headers)
        if not key:
            return self._written(endpoint, endpoint.handle(asked))
        return self._creations.once(
            key, request, act, lambda act: self._written(endpoint, self._done(endpoint, asked, act))
        )

    def _admit(self, request: ApiRequest) -> None:
        if not self._networks.admit(request.call):
            _LOG.info("administration refused", extra={"detail": "network"})
            raise Problem(kinds.WRONG_NETWORK, kinds.WRONG_NETWORK.about)

    def _done(self, endpoint: Endpoint, asked: Asked[Any, Any], act: Act) -> Answered:
        return endpoint.handle(replace(asked, act=act))

    def _act(self, endpoint: Endpoint, request: ApiRequest) -> Act:
        """The caller's act, when the caller may."""
        if not endpoint.needs:
            return NOBODY
        header = request.headers.get("authorization", "")
        token = _BEARER.fullmatch(header)
        if token is None:
            raise unauthorized(self._realm, token_sent=header[:6].lower() == "bearer")
        caller = self._callers().of_token(token[1], request.call)
        if isinstance(caller, UnfitToken):
            _LOG.info("administration refused", extra={"detail": caller.reason})
            raise unauthorized(self._realm, token_sent=True)
        if not caller.may(endpoint.needs):
            detail = f"this takes the scope {endpoint.needs}"
            if caller.username:
                detail += ", in the token and by a role of its user"
            raise missing_scope(endpoint.needs, detail, self._realm)
        return caller.act(request.call)

    def _written(self, endpoint: Endpoint, answered: Answered) -> ApiAnswer:
        headers = []
        if answered.location:
            headers.append(("Location", self._identifier + answered.location))
        shown = answered.shown
        if shown is None:
            return ApiAnswer(endpoint.status, headers, b"")
        if endpoint.shows is not None and not endpoint.creates:
            headers.append(("ETag", tag_of(shown)))
        headers.append(("Content-Type", "application/json"))
        body = shown.model_dump_json(by_alias=True).encode()
        return ApiAnswer(endpoint.status, headers, body + b"\n")


def _expecting(endpoint: Endpoint, request: ApiRequest, act: Act) -> Act:
    """The act with what If-Match says."""
    if_match = request.headers.get(IF_MATCH.lower())
    if not endpoint.writes or endpoint.shows is None:
        return act
    if if_match is None:
        if endpoint.needs_match:
            raise Problem(kinds.PRECONDITION_REQUIRED, kinds.PRECONDITION_REQUIRED.about)
        return act
    return replace(act, expects=expectation(if_match, endpoint.shows))


def problem_answer(problem: Problem, request_id: str) -> ApiAnswer:
    """A problem document."""
    headers = [*problem.headers, ("Content-Type", PROBLEM_TYPE)]
    document = orjson.dumps(problem.document(request_id), option=orjson.OPT_APPEND_NEWLINE)
    return ApiAnswer(problem.kind.status, headers, document)


def _log(error: DomainError, endpoint: Endpoint) -> None:
    """The operator's voice of a refusal: what the caller is not told."""
    level = logging.WARNING if isinstance(error, StorageUnavailable) else logging.INFO
    _LOG.log(
        level,
        "administration refused",
        extra={"refusal": type(error).__name__, "operation": endpoint.operation},
    )
