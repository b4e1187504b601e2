"""Grants, wired: sign-in, consent and tokens all stand on them."""

from __future__ import annotations

from functools import cached_property

from authserver.services.granting import Granting
from authserver.services.grants import Grants
from authserver.services.refresh_rules import RefreshTimes
from authserver.wiring_mail import MailParts


class GrantParts(MailParts):
    """The part of a container that makes and ends grants."""

    @cached_property
    def refresh_times(self) -> RefreshTimes:
        """How long refresh tokens and grants last, unless a client has its own times."""
        chosen = self.settings.refresh
        return RefreshTimes(chosen.idle_seconds, chosen.absolute_seconds)

    @cached_property
    def grants(self) -> Grants:
        """Lists and ends grants."""
        return Grants(database=self.database, clock=self.clock, barrier=self.barrier)

    @cached_property
    def granting(self) -> Granting:
        """Makes grants and codes."""
        return Granting(
            digester=self.digester,
            secret_maker=self.secret_maker,
            refresh_times=self.refresh_times,
        )
