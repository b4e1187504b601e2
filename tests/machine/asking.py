"""What nginx sends, and stubs that stand behind the endpoint it asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from authserver.catalogue.loader import load_catalogue
from authserver.domain.decisions import Permit
from authserver.domain.errors import InvalidClient
from authserver.domain.gateways import Gateway, SessionCookies
from authserver.domain.resources import ProtectedResource, ResourceKind, ResourceStatus
from authserver.domain.tokens import AccessToken
from authserver.machine import auth_request
from authserver.machine.auth_request import READ, auth_request_endpoint
from authserver.machine.metrics import DecisionMetrics
from authserver.machine.routes import Route
from authserver.services.gateway_authentication import AuthenticatedGateway
from tests.machine.doors import Answer, Door

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.calls import Call
    from authserver.domain.decisions import AccessRequest, Decision

ISSUER = "https://auth.example.com"
PATH = "/gateway/auth-request"
KEY = "asv_gw_-right_Key-0"
RESOURCE = ProtectedResource(
    name="jira-main",
    kind=ResourceKind.JIRA_DC,
    identifier="https://jira.example.com",
    url="https://jira.example.com",
    context_path="",
    signing_algorithm="ES256",
    status=ResourceStatus.ENABLED,
    credentials=(),
    created_at=0.0,
)
KNOWN = AuthenticatedGateway(Gateway("edge", "jira-main", SessionCookies.BLOCK, (), 0.0), RESOURCE)
TOKEN = AccessToken(
    issuer=ISSUER,
    subject="client:ci-reader",
    audience=RESOURCE.identifier,
    client_id="ci-reader",
    scopes=frozenset({"READ"}),
    issued_at=0,
    expires_at=600,
    token_id="t-1",
    grant_id="g-1",
)
READ_ISSUE = next(
    each
    for each in load_catalogue().operations.of_kind(ResourceKind.JIRA_DC).operations
    if (each.method, each.template) == ("GET", "/rest/api/2/issue/{issueIdOrKey}")
)
HEADERS = {
    "X-Gateway-Authorization": f"Bearer {KEY}",
    "Authorization": "Bearer x.y.z",
    "X-Original-Method": "GET",
    "X-Original-URI": "/rest/api/2/issue/DEMO-1?fields=summary",
    "X-Original-Host": "api.jira.example.com",
    "X-Original-Address": "198.51.100.7",
    "X-Original-Request-ID": "n-1",
}


@dataclass
class Stub:
    """Knows one key, and answers what it was told to."""

    answer: Decision | BaseException = field(
        default_factory=lambda: Permit(
            TOKEN, "service-credential", "svc", "Basic c2l0ZQ==", "", (READ_ISSUE,)
        )
    )
    trouble: BaseException | None = None
    asked: list[AccessRequest] = field(default_factory=list)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    """Of the door that was made last."""

    def authenticate(self, key_value: str, _call: Call) -> AuthenticatedGateway:
        if self.trouble is not None:
            raise self.trouble
        if key_value != KEY:
            raise InvalidClient("no gateway has this key")
        return KNOWN

    def decide(self, _gateway: object, _resource: object, request: AccessRequest) -> Decision:
        self.asked.append(request)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def allows_origin(self, _resource: ProtectedResource, _origin: str) -> bool:
        return False

    def door(self) -> Door:
        self.registry = CollectorRegistry()
        metrics = DecisionMetrics(self.registry)
        endpoint = auth_request_endpoint(self, self, ISSUER, metrics)  # type: ignore[arg-type]  # stands in for both
        return Door(
            (
                Route(
                    PATH,
                    {"GET": endpoint},
                    headers=READ,
                    header_limit=auth_request.HEADER_LIMIT,
                    refuse=auth_request.refuse,
                ),
            )
        )


def ask(stub: Stub, headers: Mapping[str, str] | None = None, **changed: str | None) -> Answer:
    """Ask as nginx does; a changed header of `None` is left out."""
    sent = {**HEADERS, **(headers or {})}
    for name, value in changed.items():
        header = name.replace("_", "-")
        if value is None:
            sent.pop(header, None)
        else:
            sent[header] = value
    return stub.door().knock("GET", PATH, headers=sent)
