"""What of some operations is open to one caller: for asking who can, not for deciding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.policy_calls import CallerFacts, CallerWay, CallFacts
from authserver.services.policy_network_steps import CredentialNetworkStep, NetworkStep
from authserver.services.scope_closures import closed_to_legacy, closed_to_token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.domain.operations import Operation
    from authserver.services.operation_scopes import OperationScopes
    from authserver.services.site_policies import SitePolicy

MOST_SHOWN: Final = 3
"""Operations that are named of all that are open."""
NOWHERE: Final = "192.0.2.1"
"""An address of nobody (RFC 5737): no rule means it, but those about every address."""
_ANYBODY: Final = CallerFacts(CallerWay.ACCESS_TOKEN)
_OF_NETWORKS: Final = (NetworkStep, CredentialNetworkStep)


@dataclass(frozen=True, slots=True)
class Question:
    """Who can do what `what` says at a site, in one project where one is named?

    `what` is `delete`, or a selector of operations as policies write it. `resource` may be empty
    where there is one site. `address` is where the caller would be; without one, limits on networks
    are shown and do not count.
    """

    what: str
    resource: str = ""
    project: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """Some of the operations that are open, and whether only from certain networks."""

    operations: Sequence[str]
    only_from_networks: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """A question, read: the policy, the operations it is about, and the moment."""

    policy: SitePolicy
    operations: Sequence[Operation]
    question: Question
    at: float

    @property
    def projects(self) -> tuple[frozenset[str], ...] | None:
        """What every call reaches; `None`: nobody asked."""
        return (frozenset({self.question.project}),) if self.question.project else None

    def facts(self, caller: CallerFacts, operation: Operation) -> CallFacts:
        """A call of the operation, as the policy would see it."""
        return CallFacts(
            caller=caller,
            at=self.at,
            method=operation.method,
            path=operation.template,
            operations=(operation,),
            address=self.question.address or NOWHERE,
            from_page=caller.way is CallerWay.SESSION,
            projects=self.projects,
        )


class Opener:
    """What is open to callers, for one question.

    Which operations some scopes cover is found once: callers are many, and have few sets of them.
    """

    def __init__(self, asking: Asking, scopes: OperationScopes) -> None:
        """Know nothing yet."""
        self.asking = asking
        self._scopes = scopes
        self._covered: dict[frozenset[str], Sequence[Operation]] = {}

    def covered(self, granted: frozenset[str]) -> Sequence[Operation]:
        """The operations that scopes do not close, whoever has them: fewer scopes, no others."""
        found = self._covered.get(granted)
        if found is None:
            found = [each for each in self.asking.operations if self._is_covered(granted, each)]
            self._covered[granted] = found
        return found

    def of_token(self, caller: CallerFacts, granted: frozenset[str]) -> Opened | None:
        """What is open to who has a token of ours with these scopes; `None`: nothing."""
        return self._opened(caller, self.covered(granted))

    def of_way(self, caller: CallerFacts) -> Opened | None:
        """What is open to who has none; `None`: nothing."""
        facts = ((each, self.asking.facts(caller, each)) for each in self.asking.operations)
        known = [each for each, call in facts if closed_to_legacy(call, (each,)) is None]
        return self._opened(caller, known)

    def _is_covered(self, granted: frozenset[str], operation: Operation) -> bool:
        # Scopes are asked of a call, and not of who makes it.
        facts = self.asking.facts(_ANYBODY, operation)
        return (
            closed_to_token(self._scopes, self.asking.policy, facts, granted, (operation,)) is None
        )

    def _opened(self, caller: CallerFacts, operations: Sequence[Operation]) -> Opened | None:
        found: list[str] = []
        limited = True
        for operation, is_limited in self._open(caller, operations):
            found.append(operation.name)
            limited = limited and is_limited
            if len(found) == MOST_SHOWN:
                break
        return Opened(found, limited) if found else None

    def _open(
        self, caller: CallerFacts, operations: Sequence[Operation]
    ) -> Iterator[tuple[Operation, bool]]:
        for operation in operations:
            facts = self.asking.facts(caller, operation)
            refusing = [e for e in self.asking.policy.asked if e.judge(facts) is not None]
            if self.asking.question.address:
                if not refusing:
                    yield operation, False
            elif all(isinstance(each, _OF_NETWORKS) for each in refusing):
                yield operation, bool(refusing)
