"""Presenting a code or a token for other tokens: one transaction, whatever comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.errors import ProtocolRefusal, Throttled
from authserver.domain.grants import GrantFilter
from authserver.redaction import redact
from authserver.services.throttling import Attempt, PrincipalKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from authserver.domain.calls import Call
    from authserver.domain.clients import Client, GrantType
    from authserver.domain.grants import GrantEnd
    from authserver.domain.ports import Database, Stores
    from authserver.services.commit_barrier import CommitBarrier
    from authserver.services.failed_authentications import FailedAuthentications
    from authserver.services.grants import Grants
    from authserver.services.throttling import Block, Throttle
    from authserver.services.user_tokens import PreparedTokens

REFUSED: Final = "token.refused"
PENDING: Final = "authorization_pending"
"""What a device is told until its user answers: no failure of anybody's."""


def invalid_grant(detail: str) -> ProtocolRefusal:
    """The refusal of a code or token; clients see one text for every cause (TK-08)."""
    return ProtocolRefusal(
        "invalid_grant", "it is unknown, over, used, or not for this client", detail=detail
    )


@dataclass(frozen=True, slots=True)
class Presentation:
    """Who presents something, of which grant type, by which call."""

    client: Client
    grant_type: GrantType
    call: Call

    @property
    def actor(self) -> Actor:
        """The client, as records name it."""
        return Actor(ActorKind.CLIENT, self.client.client_id)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a presentation came to: tokens that are stored, or a refusal.

    `action` is how the refusal is recorded, with `details`; `grant_id` is the grant it is about,
    `ended` whether that grant ended by it.
    """

    tokens: PreparedTokens | None = None
    refusal: ProtocolRefusal | None = None
    action: str = REFUSED
    grant_id: str = ""
    ended: bool = False
    details: Mapping[str, object] = field(default_factory=dict)


class GrantPresentations:
    """Runs presentations. A refusal is committed too: it burns, ends, counts and is on record.

    Refusals of public clients count as failures of the caller: nobody had to authenticate for them,
    and each of them is written down.
    A confidential client is not blocked by what its users send through it.
    """

    def __init__(
        self,
        *,
        database: Database,
        grants: Grants,
        barrier: CommitBarrier,
        throttle: Throttle,
        failures: FailedAuthentications,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._grants = grants
        self._barrier = barrier
        self._throttle = throttle
        self._failures = failures

    def admit(self, presentation: Presentation) -> None:
        """Let a client go on that may use the grant type.

        Raises:
            ProtocolRefusal: `unauthorized_client` (RFC 6749 section 5.2), which is on record.
            StorageUnavailable: it could not be recorded.
        """
        grant_type = presentation.grant_type
        if grant_type not in presentation.client.grant_types:
            refusal = ProtocolRefusal(
                "unauthorized_client", f"this client may not use grant_type={grant_type}"
            )
            self.settle(presentation, lambda _: Verdict(refusal=refusal))

    def settle(
        self, presentation: Presentation, judge: Callable[[Stores], Verdict]
    ) -> PreparedTokens:
        """The tokens that `judge` stored in the transaction it is given, once that is committed.

        Raises:
            ProtocolRefusal: what `judge` said.
            Throttled: it refused, and a public client fails too often.
            StorageUnavailable: nothing was changed; or the commit failed, and the next presentation
                will tell.
        """
        blocks: Sequence[Block] = ()
        with self._database.writing() as stores:
            verdict = judge(stores)
            refusal = verdict.refusal
            if refusal is not None:
                refusal, blocks = self._record(stores, presentation, verdict, refusal)
        self._throttle.remember(blocks)
        if verdict.ended:
            self._barrier.wait_if_there_is_room()
        if refusal is not None:
            raise refusal
        assert verdict.tokens is not None  # noqa: S101 - a verdict is one or the other
        return verdict.tokens

    def reused(
        self, stores: Stores, presentation: Presentation, grant_id: str, end: GrantEnd, action: str
    ) -> Verdict:
        """What was good once is presented again: the grant ends with all that came of it.

        `action` is recorded when it ends by this; afterwards it is a refusal like any other.
        """
        call = presentation.call
        ended = self._grants.end_in(
            stores,
            GrantFilter(grant_id=grant_id),
            end,
            actor=presentation.actor,
            call=call,
            now=call.at,
        )
        if not ended:
            return Verdict(refusal=invalid_grant(f"{end}; it is over"), grant_id=grant_id)
        return Verdict(refusal=invalid_grant(end), action=action, grant_id=grant_id, ended=True)

    def _record(
        self, stores: Stores, presentation: Presentation, verdict: Verdict, refusal: ProtocolRefusal
    ) -> tuple[ProtocolRefusal, Sequence[Block]]:
        client = presentation.client
        blocks: Sequence[Block] = ()
        # What ended a grant is no guess, and always on record.
        if not (client.is_confidential or verdict.ended or refusal.error == PENDING):
            attempt = Attempt(PrincipalKind.CLIENT, client.client_id, presentation.call)
            try:
                self._throttle.check_network(attempt)
            except Throttled as throttled:
                return throttled, ()
            blocks = self._throttle.count(stores, attempt)
            self._failures.record_blocks(stores, attempt, blocks, client.client_id)
        stores.audit.add(_refused(presentation, verdict, refusal))
        return refusal, blocks


def _refused(presentation: Presentation, verdict: Verdict, refusal: ProtocolRefusal) -> AuditEvent:
    client_id, call = presentation.client.client_id, presentation.call
    return AuditEvent(
        at=call.at,
        action=verdict.action,
        outcome=Outcome.REFUSED,
        actor=presentation.actor,
        object_kind="grant" if verdict.grant_id else "",
        object_id=verdict.grant_id,
        client_id=client_id,
        # A description may repeat what was asked for, and that may be a secret in the wrong field.
        reason=redact(f"{refusal.error}: {refusal.detail or refusal.description}"),
        request_id=call.request_id,
        peer=call.peer,
        details={"grant_type": str(presentation.grant_type), **verdict.details},
    )
