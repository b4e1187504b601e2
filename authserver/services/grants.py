"""Grants as users, administrators and the rest of the house look at them, and how they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.audit import AuditEvent, Outcome
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.tokens import latest_end
from authserver.services.administrators import guard_other, may_give_roles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.audit import Actor
    from authserver.domain.calls import Call
    from authserver.domain.grants import Grant, GrantEnd, GrantFilter
    from authserver.domain.ports import Clock, Database, Stores
    from authserver.domain.searches import GrantSearch
    from authserver.services.administration import Act
    from authserver.services.commit_barrier import CommitBarrier


class Grants:
    """Lists grants and ends them: with a grant every token that descends from it is over."""

    def __init__(self, *, database: Database, clock: Clock, barrier: CommitBarrier) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._clock = clock
        self._barrier = barrier

    def list(self, wanted: GrantFilter) -> Sequence[Grant]:
        """Live grants that fit, newest first."""
        with self._database.reading() as stores:
            return stores.grants.list(wanted, self._clock.now())

    def newest(self, wanted: GrantSearch, limit: int) -> tuple[Sequence[Grant], int]:
        """The newest that fit, and how many there are; however many that is.

        Raises:
            InvalidField: nobody can want so many.
        """
        with self._database.reading() as stores:
            return stores.grants.page(wanted, limit=limit).items, stores.grants.count(wanted)

    def end(self, wanted: GrantFilter, end: GrantEnd, act: Act) -> Sequence[str]:
        """End every live grant that fits; the ids of those that ended.

        When this returns, no worker accepts a token of theirs any more.

        Raises:
            Forbidden: see `guard_other`.
            StorageUnavailable: nothing was ended; or the commit failed, and the caller's next look
                will tell.
        """
        is_bound = not may_give_roles(act)
        # Users are locked before their grants, as everywhere.
        known = sorted({each.subject for each in self.list(wanted)}) if is_bound else []
        with self._barrier.passing(), self._database.writing() as stores:
            now = self._clock.now()
            for subject in known:
                guard_other(stores, act, subject)
            for grant in stores.grants.list(wanted, now) if is_bound else ():
                # Somebody else's that came this moment.
                if grant.subject not in known:
                    guard_other(stores, act, grant.subject)
            return self.end_in(stores, wanted, end, actor=act.actor, call=act.call(now), now=now)

    def end_in(
        self,
        stores: Stores,
        wanted: GrantFilter,
        end: GrantEnd,
        *,
        actor: Actor,
        call: Call | None,
        now: float,
    ) -> Sequence[str]:
        """The same inside the caller's transaction, which waits at the barrier itself.

        `call` is `None` for ends that nobody asked for from outside.
        """
        ended = stores.grants.end(wanted, end, now)
        if not ended:
            return ended
        until = latest_end(now)
        stores.authority.advance(Change(ChangeKind.GRANT, grant_id, until) for grant_id in ended)
        for grant_id in ended:
            grant = stores.grants.get(grant_id)
            assert grant is not None  # noqa: S101 - this transaction has just ended it
            stores.audit.add(_ended(grant, end, actor, call, now))
        return ended


def _ended(grant: Grant, end: GrantEnd, actor: Actor, call: Call | None, now: float) -> AuditEvent:
    return AuditEvent(
        at=now,
        action="grant.ended",
        outcome=Outcome.SUCCESS,
        actor=actor,
        object_kind="grant",
        object_id=grant.grant_id,
        client_id=grant.client_id,
        resource=grant.audience,
        reason=end,
        request_id="" if call is None else call.request_id,
        peer="" if call is None else call.peer,
        details={"subject": grant.subject},
    )
