"""A provider that issues a token to somebody vouches for that person: noted once a day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.services.user_lookup import known_anew

if TYPE_CHECKING:
    from authserver.domain.external_tokens import ExternalToken
    from authserver.domain.ports import Database
    from authserver.services.provider_view import Principal

CHECKED_SECONDS: Final = 86_400.0
"""How coarse the last check is: more often nothing is written for a call."""


class ExternalChecks:
    """Keeps people awake who come with fresh tokens and never sign in here.

    Who sleeps already is woken by a sign-in alone.
    """

    def __init__(self, *, database: Database) -> None:
        """Take the collaborator; hold no state of its own."""
        self._database = database

    def note(self, principal: Principal, token: ExternalToken, now: float) -> None:
        """Let the token's issue count as a check, where the last one is a day before that.

        Raises:
            StorageUnavailable: the database does not answer; nothing was noted.
        """
        vouched_at = min(token.issued_at, now)
        if vouched_at < principal.identity.last_checked_at + CHECKED_SECONDS:
            return
        with self._database.writing() as stores:
            current = stores.identities.find(token.provider, token.subject_key)
            if current is None or current.asleep_since is not None:
                return
            if vouched_at < current.last_checked_at + CHECKED_SECONDS:
                return
            stores.identities.save(replace(current, last_checked_at=vouched_at, warned_at=None))
            stores.authority.advance([known_anew(current.subject, now)])
