"""One gateway in front of one site, a token, and the question whether a call may pass."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from authserver.catalogue.loader import load_catalogue
from authserver.domain.decisions import AccessRequest, CallSession, Deny, Permit
from authserver.domain.gateways import Gateway, SessionCookies
from authserver.domain.hand_over import HandOverKind
from authserver.services.decisions import Decisions
from authserver.services.hand_over_view import OpenedHandOver
from authserver.services.operation_scopes import OperationScopes

if TYPE_CHECKING:
    from authserver.domain.decisions import Decision, DenyReason
    from authserver.domain.resources import ProtectedResource
    from tests.services.world import Worker, World

ISSUE = "/rest/api/2/issue/DEMO-1"
COMMENT = "/rest/api/2/issue/DEMO-1/comment"
CATALOGUE = load_catalogue()
SERVICE = OpenedHandOver(HandOverKind.SERVICE_CREDENTIAL, "svc-jira", "", "Basic c2l0ZTpzZWNyZXQ=")


@dataclass
class KnownHandOvers:
    """A hand-over and accounts that were looked up before."""

    way: OpenedHandOver | None = SERVICE
    accounts: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, _resource_name: str) -> OpenedHandOver | None:
        return self.way

    def account(self, resource_name: str, subject: str) -> str | None:
        return self.accounts.get((resource_name, subject))

    def is_a_person(self, resource_name: str, account: str) -> bool:
        return any(
            resource == resource_name and mapped == account and not subject.startswith("client:")
            for (resource, subject), mapped in self.accounts.items()
        )


class Desk:
    """Where a gateway's questions are decided."""

    def __init__(
        self,
        world: World,
        name: str = "jira-main",
        worker: Worker | None = None,
        **collaborators: Any,
    ) -> None:
        self.world = world
        self.name = name
        self.hand_overs = KnownHandOvers()
        self.gateway = Gateway("edge", name, SessionCookies.BLOCK, (), 0.0)
        worker = worker or world.worker
        self.decisions = Decisions(
            scopes=OperationScopes(CATALOGUE.operations),
            introspection=worker.introspection,
            hand_overs=self.hand_overs,  # type: ignore[arg-type]  # has what is asked of it
            keys=worker.keys,
            journal=world.journal,
            **collaborators,
        )

    @property
    def resource(self) -> ProtectedResource:
        """The site as it is registered now."""
        return self.world.resources.get(self.name)

    def allow_sessions(self, choice: SessionCookies) -> None:
        """Let browsers' sessions pass."""
        self.gateway = replace(self.gateway, session_cookies=choice)

    def token(self, scope: str, client_id: str = "ci-reader") -> str:
        """A token of a client for the site."""
        self.world.worker.view.poll()
        issued = self.world.worker.issuance.client_credentials(
            self.world.clients.get(client_id), scope, (), self.world.call()
        )
        return issued.value

    def ask(
        self,
        method: str,
        target: str,
        authorization: str | None = None,
        *,
        session: CallSession = CallSession.NONE,
        method_override: str = "",
        resource: ProtectedResource | None = None,
        address: str = "198.51.100.7",
        **how: Any,
    ) -> Decision:
        """The decision on a call; `how` are the other fields of a request."""
        request = AccessRequest(
            decision_id="d-1",
            method=method,
            target=target,
            authorization=authorization,
            session=session,
            method_override=method_override,
            host="api.jira.example.com",
            address=address,
            request_id="n-1",
            at=self.world.clock.now(),
            **how,
        )
        return self.decisions.decide(self.gateway, resource or self.resource, request)


def denied(decision: Decision) -> DenyReason:
    """Why a call does not pass."""
    assert isinstance(decision, Deny)
    return decision.reason


def allowed(decision: Decision) -> Permit:
    """How a call passes."""
    assert isinstance(decision, Permit)
    return decision
