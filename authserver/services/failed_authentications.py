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
            Throttled: the network is blocked.
            StorageUnavailable: the database does not answer.
        """
        self._throttle.check_network(attempt)
        name = attempt.name if known else ""
        with self._database.writing() as stores:
            blocks = self._throttle.count(stores, attempt)
            stores.audit.add(
                _record(attempt.call, FAILED[attempt.kind], attempt.kind, name, detail)
            )
            self.record_blocks(stores, attempt, blocks, name)
        self._throttle.remember(blocks)
        return InvalidClient(detail)

    def record_blocks(
        self, stores: Stores, attempt: Attempt, blocks: Iterable[Block], name: str
    ) -> None:
        """Put those on record that begin with this attempt; `name` is what to call the caller."""
        for block in blocks:
            if block.begins:
                stores.audit.add(_record_of_block(attempt.call, block, name))


def _record_of_block(call: Call, block: Block, name: str) -> AuditEvent:
    record = _record(
        call,
        THROTTLED[block.kind],
        block.kind,
        block.network if block.kind == NETWORK else name,
        "too many failures",
    )
    return replace(record, details={"network": block.network, "until": block.until})


def _record(call: Call, action: str, kind: str, name: str, reason: str) -> AuditEvent:
    return AuditEvent(
        at=call.at,
        action=action,
        outcome=Outcome.REFUSED,
        actor=Actor(ActorKind.ANONYMOUS, ""),
        object_kind=kind,
        object_id=name,
        reason=reason,
        request_id=call.request_id,
        peer=call.peer,
    )
