"""Credentials that prove nothing: counted, recorded, and refused in one way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.errors import InvalidClient
from authserver.services.throttling import NETWORK, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from authserver.domain.calls import Call
    from authserver.domain.ports import Database, Stores
    from authserver.services.throttling import Attempt, Block, Throttle

FAILED: Final[Mapping[PrincipalKind, str]] = {
    PrincipalKind.CLIENT: "client.authentication_failed",
    PrincipalKind.RESOURCE: "resource.authentication_failed",
    PrincipalKind.GATEWAY: "gateway.authentication_failed",
    PrincipalKind.REGISTRATION: "registration.authentication_failed",
}
THROTTLED: Final[Mapping[str, str]] = {
    PrincipalKind.CLIENT: "client.throttled",
    PrincipalKind.RESOURCE: "resource.throttled",
    PrincipalKind.GATEWAY: "gateway.throttled",
    PrincipalKind.REGISTRATION: "registration.throttled",
    NETWORK: "network.throttled",
}


class FailedAuthentications:
    """What every failed authentication leaves behind, whoever it was."""

    def __init__(self, database: Database, throttle: Throttle) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._throttle = throttle

    def refusal(self, attempt: Attempt, detail: str, *, known: bool) -> InvalidClient:
        """Count and record the failure, and blocks that begin with it, durably; what to raise.

        In a blocked network nothing is recorded, whatever the cause: one that answers otherwise
        would tell which credentials are right.

        `detail` is for the record and the log. The name is recorded only when it is `known` to be
        one: anything else may be a secret in the wrong field.

        Raises:
            Throttled: the caller or the network is blocked.
            StorageUnavailable: the database does not answer.
        """
        # Who sends no name is not checked before: whatever is right passes.
        self._throttle.check_caller(attempt)
        self._throttle.check_network(attempt)
        # Looked up whether a client has the name or not: the time must not tell (CA-03).
        meant_as_resource = attempt.or_resource and self._is_resource(attempt.name)
        kind = PrincipalKind.RESOURCE if meant_as_resource and not known else attempt.kind
        name = attempt.name if known or meant_as_resource else ""
        with self._database.writing() as stores:
            blocks = self._throttle.count(stores, attempt)
            record = _record(attempt.call, FAILED[kind], kind, name, detail)
            stores.audit.add(replace(record, resource=name) if meant_as_resource else record)
            self.record_blocks(stores, replace(attempt, kind=kind), blocks, name)
        self._throttle.remember(blocks)
        return InvalidClient(detail)

    def record_blocks(
        self, stores: Stores, attempt: Attempt, blocks: Iterable[Block], name: str
    ) -> None:
        """Put those on record that begin with this attempt; `name` is what to call the caller."""
        for block in blocks:
            if block.begins:
                stores.audit.add(_record_of_block(attempt, block, name))

    def _is_resource(self, name: str) -> bool:
        with self._database.reading() as stores:
            return stores.resources.get(name) is not None


def _record_of_block(attempt: Attempt, block: Block, name: str) -> AuditEvent:
    kind: str = attempt.kind
    thing = name
    if block.kind == NETWORK:
        kind, thing = block.kind, block.network
    record = _record(attempt.call, THROTTLED[kind], kind, thing, "too many failures")
    return replace(record, details={"network": block.network, "until": block.until})


def _record(call: Call, action: str, kind: str, name: str, reason: str) -> AuditEvent:
    return AuditEvent(
        at=call.at,
        action=action,
        outcome=Outcome.REFUSED,
        actor=Actor(ActorKind.ANONYMOUS, ""),
        object_kind=kind,
        object_id=name,
        client_id=name if kind == PrincipalKind.CLIENT else "",
        resource=name if kind == PrincipalKind.RESOURCE else "",
        reason=reason,
        request_id=call.request_id,
        peer=call.peer,
    )
