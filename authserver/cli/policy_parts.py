"""What the commands about policies ask of the container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from authserver.cli.context import Context
    from authserver.domain.ports import Clock
    from authserver.services.administration import Act
    from authserver.services.audit import AuditService
    from authserver.services.policies import Policies
    from authserver.services.policy_expectations import PolicyExpectations
    from authserver.services.policy_explanations import PolicyExplanations
    from authserver.services.policy_replays import PolicyReplays
    from authserver.services.who_may_call import WhoMayCall


class PolicyServices(Protocol):
    """The services of `authserver policy`."""

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def policies(self) -> Policies:
        """Policy documents."""
        ...

    @property
    def policy_explanations(self) -> PolicyExplanations:
        """Why a call passes, or not."""
        ...

    @property
    def who_may_call(self) -> WhoMayCall:
        """Who can do something at a site now."""
        ...

    @property
    def policy_expectations(self) -> PolicyExpectations:
        """What calls must get."""
        ...

    @property
    def policy_replays(self) -> PolicyReplays:
        """What decided calls would get."""
        ...

    @property
    def audit(self) -> AuditService:
        """The record of decisions."""
        ...

    @property
    def operator(self) -> Act:
        """The act of whoever runs the command."""
        ...


def policy_parts(context: Context) -> PolicyServices:
    """The services of this installation."""
    return cast("PolicyServices", context.container())
