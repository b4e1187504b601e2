"""Credentials that prove nothing: counted, recorded, and refused in one way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.errors import InvalidClient
from authserver.services.throttling import PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.ports import Database
    from authserver.services.throttling import Attempt, Throttle

FAILED: Final[Mapping[PrincipalKind, str]] = {
    PrincipalKind.CLIENT: "client.authentication_failed",
    PrincipalKind.RESOURCE: "resource.authentication_failed",
}


class FailedAuthentications:
    """What every failed authentication leaves behind, whoever it was."""

    def __init__(self, database: Database, throttle: Throttle) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._throttle = throttle

    def refusal(self, attempt: Attempt, detail: str, *, known: bool) -> InvalidClient:
        """Count and record the failure, durably; the refusal to raise.

        In a blocked network nothing is recorded, whatever the cause: one that answers otherwise
        would tell which credentials are right.

        `detail` is for the record and the log. The name is recorded only when it is `known` to be
        one: anything else may be a secret in the wrong field.

        Raises:
            Throttled: the network is blocked.
            StorageUnavailable: the database does not answer.
        """
        self._throttle.check_network(attempt)
        call = attempt.call
        with self._database.writing() as stores:
            self._throttle.failed(stores, attempt)
            stores.audit.add(
                AuditEvent(
                    at=call.at,
                    action=FAILED[attempt.kind],
                    outcome=Outcome.REFUSED,
                    actor=Actor(ActorKind.ANONYMOUS, ""),
                    object_kind=attempt.kind,
                    object_id=attempt.name if known else "",
                    reason=detail,
                    request_id=call.request_id,
                    peer=call.peer,
                )
            )
        return InvalidClient(detail)
