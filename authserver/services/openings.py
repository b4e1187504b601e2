"""What of some operations is open to one caller: for asking who can, not for deciding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.policy_calls import CallerWay, CallFacts
from authserver.services.policy_network_steps import CredentialNetworkStep, NetworkStep
from authserver.services.scope_closures import closed_to_legacy, closed_to_token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.domain.operations import Operation
    from authserver.domain.policy_calls import CallerFacts
    from authserver.services.operation_scopes import OperationScopes
    from authserver.services.site_policies import SitePolicy

MOST_SHOWN: Final = 3
"""Operations that are named of all that are open."""
NOWHERE: Final = "192.0.2.1"
"""An address of nobody (RFC 5737): no rule means it, but those about every address."""
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


def openings(
    asking: Asking, scopes: OperationScopes, caller: CallerFacts, granted: frozenset[str] | None
) -> Opened | None:
    """What is open to the caller; `None`: nothing. `granted` is `None` for one without a token."""
    found: list[str] = []
    limited = True
    for operation, is_limited in _open(asking, scopes, caller, granted):
        found.append(operation.name)
        limited = limited and is_limited
        if len(found) == MOST_SHOWN:
            break
    return Opened(found, limited) if found else None


def _open(
    asking: Asking, scopes: OperationScopes, caller: CallerFacts, granted: frozenset[str] | None
) -> Iterator[tuple[Operation, bool]]:
    for operation in asking.operations:
        facts, matched = asking.facts(caller, operation), (operation,)
        if granted is None:
            is_closed = closed_to_legacy(facts, matched) is not None
        else:
            is_closed = closed_to_token(scopes, asking.policy, facts, granted, matched) is not None
        if is_closed:
            continue
        refusing = [each for each in asking.policy.asked if each.judge(facts) is not None]
        if asking.question.address:
            if not refusing:
                yield operation, False
        elif all(isinstance(each, _OF_NETWORKS) for each in refusing):
            yield operation, bool(refusing)
