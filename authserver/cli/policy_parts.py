"""What the commands about policies ask of the container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from authserver.cli.context import Context
    from authserver.domain.ports import Clock
    from authserver.services.administration import Act
    from authserver.services.policies import Policies


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
    def operator(self) -> Act:
        """The act of whoever runs the command."""
        ...


def policy_parts(context: Context) -> PolicyServices:
    """The services of this installation."""
    return cast("PolicyServices", context.container())
