"""What every administrative act shares: one transaction, its record, and its effect everywhere."""

from __future__ import annotations

import math
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.calls import Call
from authserver.domain.errors import Forbidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from authserver.domain.authority import Change
    from authserver.domain.ports import Clock, Database, Stores
    from authserver.services.commit_barrier import CommitBarrier


@dataclass(frozen=True, slots=True)
class Act:
    """An administrative act under way: who does it, under which request id, from where.

    `powers` are the permissions it is done with (`domain.roles`); `None` is for whoever needs none:
    somebody with a shell on the server, or a user in matters of their own. `via` is the door
    (`rest`, `console`; empty: the command line, or a page of the user's own) and `via_client` the
    client whose token it came with, when that speaks for a user; both go on record, and so does the
    `reason` where one was given.
    """

    actor: Actor
    request_id: str = ""
    peer: str = ""
    powers: frozenset[str] | None = None
    via: str = ""
    via_client: str = ""
    reason: str = ""
    expects: Callable[[Mapping[str, object]], None] | None = None
    """Looks at what is about to be changed, as it is described before, and raises when that is not
    what the act was meant for."""
    beside: Callable[[Stores], None] | None = None
    """Done in the act's own transaction."""

    def need(self, permission: str, what_for: str = "") -> None:
        """Insist on a permission; for use inside the transaction that looked at what is touched.

        Raises:
            Forbidden: the act is done without it.
        """
        if self.powers is not None and permission not in self.powers:
            raise Forbidden(permission, what_for)

    @property
    def way(self) -> Mapping[str, str]:
        """How the act came, for records: nothing where there is nothing to say."""
        told = {"via": self.via, "via_client": self.via_client, "reason": self.reason}
        return {name: value for name, value in told.items() if value}

    def expect(self, described: Mapping[str, object]) -> None:
        """Insist that this is what the act was meant for; for use inside its transaction.

        Raises whatever `expects` raises.
        """
        if self.expects is not None:
            self.expects(described)

    def call(self, at: float) -> Call:
        """The call that the act came by, at `at`."""
        return Call(at=at, request_id=self.request_id, peer=self.peer)


def operator(name: str) -> Act:
    """The act of somebody with a shell on the server."""
    return Act(Actor(ActorKind.OPERATOR, name))


def system(part: str) -> Act:
    """The act of the server itself; `part` says which of it."""
    return Act(Actor(ActorKind.SYSTEM, part))


class Administration:
    """Runs administrative changes: check, change, record, commit, and wait where power was lost."""

    def __init__(self, *, database: Database, clock: Clock, barrier: CommitBarrier) -> None:
        """Take the collaborators; hold no state of its own."""
        self.database = database
        self.clock = clock
        self._barrier = barrier

    @contextmanager
    def changing(
        self, changes: Sequence[Change], *, takes_power: bool | Callable[[], bool]
    ) -> Iterator[Stores]:
        """One transaction that also advances the authority.

        With `takes_power` the block's end returns only when no worker believes the old state.
        Where only the block can tell, it is a function, which is asked after it.

        Raises:
            StorageUnavailable: the block was not entered, or it raised, and nothing was changed.
                Or its commit failed: then nobody knows whether the change was made, which the
                caller's next look will tell. It is made once at most.
        """
        barrier: AbstractContextManager[None] = nullcontext()
        if callable(takes_power):
            barrier = self._barrier.passing(takes_power)
        elif takes_power:
            barrier = self._barrier.passing()
        with barrier, self.database.writing() as stores:
            yield stores
            if changes:
                stores.authority.advance(changes)

    def let_workers_see(self) -> None:
        """Wait, after a commit that was no act of power but may take some, until all workers know.

        Not at all where as many wait as may: nobody is sent away for that.
        """
        self._barrier.wait_if_there_is_room()

    def let_later_tokens_count(self, denied_at: float) -> None:
        """Wait, after a commit that denied the tokens of somebody who goes on and gets new ones.

        Times in tokens are whole seconds: a denial reaches what is issued in its own second, too.
        It is at most a second, and not at all where as many wait as may.
        """
        self._barrier.wait_if_there_is_room(math.floor(denied_at) + 1 - self.clock.now())

    def record(
        self,
        stores: Stores,
        act: Act,
        action: str,
        object_id: str,
        details: Mapping[str, object],
        *,
        client_id: str = "",
        resource: str = "",
    ) -> None:
        """Put the act on record in its own transaction. `action` begins with the object's kind.

        `client_id` and `resource` are what it is about besides, where they are not the object.
        """
        if act.beside is not None:
            act.beside(stores)
        stores.audit.add(
            AuditEvent(
                at=self.clock.now(),
                action=action,
                outcome=Outcome.SUCCESS,
                actor=act.actor,
                object_kind=action.partition(".")[0],
                object_id=object_id,
                client_id=object_id if action.startswith("client.") else client_id,
                resource=object_id if action.startswith("resource.") else resource,
                request_id=act.request_id,
                peer=act.peer,
                details={**details, **act.way},
            )
        )


def before_and_after(
    before: Mapping[str, object], after: Mapping[str, object]
) -> dict[str, object]:
    """Only what changed: `{"before": {...}, "after": {...}}`."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {
        "before": {name: before.get(name) for name in changed},
        "after": {name: after[name] for name in changed},
    }
