"""Letting all credentials of a user rest, and work again: what speaks for the user elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from authserver.domain.api_tokens import ApiTokenFilter
from authserver.domain.grants import GrantFilter
from authserver.services.administrators import guard_user
from authserver.services.user_lookup import existing, known_anew, tokens_denied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.grants import Grant
    from authserver.domain.ports import Stores
    from authserver.domain.users import User
    from authserver.services.administration import Act, Administration


@dataclass(frozen=True, slots=True)
class CredentialsReport:
    """What speaks for a user: live API tokens that belong to it, and live grants to apps.

    With a grant come its refresh and access tokens, and a code or a device that waits for them.
    """

    user: User
    api_tokens: Sequence[ApiToken]
    grants: Sequence[Grant]

    @property
    def last_used_at(self) -> float | None:
        """When anything of it was used last (seconds since the epoch)."""
        used = [each.last_use.at for each in self.api_tokens if each.last_use is not None]
        used += [each.last_used_at for each in self.grants if each.last_used_at is not None]
        return max(used, default=None)


class UserCredentials:
    """Stops every credential of a user at once; reversible, for nothing is ended.

    The user still signs in here, and sees what happened.
    """

    def __init__(self, administration: Administration) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration

    def report(self, handle: str) -> CredentialsReport:
        """What speaks for a user now. Raises NotFound."""
        with self._administration.database.reading() as stores:
            return self._report(stores, existing(stores, handle))

    def disable(self, handle: str, act: Act) -> CredentialsReport:
        """Let them rest; what they were, and when they were used.

        When this returns, no worker accepts an API token or an access token of the user any more,
        and none gives new ones.

        Raises:
            NotFound: there is no such user.
            Forbidden: the user administers, and the act may not touch such users.
        """
        with self._administration.database.reading() as stores:
            subject = existing(stores, handle).subject
        with self._administration.changing([], takes_power=True) as stores:
            before = existing(stores, subject)
            guard_user(stores, act, before)
            now = self._administration.clock.now()
            # Said again where they rest already: whoever does this wants to be sure.
            after = resting(before, now)
            stores.users.save(after)
            # First, for it locks the grants: after the authority nobody may wait for one.
            report = self._report(stores, after)
            stores.authority.advance([tokens_denied(subject, now), known_anew(subject, now)])
            self._administration.record(
                stores,
                act,
                "user.credentials_disabled",
                subject,
                {
                    "username": after.username,
                    "api_tokens": [each.token_id for each in report.api_tokens],
                    "grants": [each.grant_id for each in report.grants],
                    "last_used_at": report.last_used_at,
                },
            )
        return report

    def enable(self, handle: str, act: Act) -> CredentialsReport:
        """Let what is still live work again; access tokens from before stay dead.

        Raises:
            NotFound: there is no such user.
            Forbidden: the user administers, and the act may not touch such users.
        """
        with self._administration.database.reading() as stores:
            subject = existing(stores, handle).subject
        with self._administration.changing([], takes_power=False) as stores:
            before = existing(stores, subject)
            guard_user(stores, act, before)
            after = replace(before, credentials_disabled_at=None)
            report = self._report(stores, after)
            if before.credentials_disabled_at is not None:
                stores.users.save(after)
                stores.authority.advance([known_anew(subject, self._administration.clock.now())])
                self._administration.record(
                    stores,
                    act,
                    "user.credentials_enabled",
                    subject,
                    {
                        "username": after.username,
                        "disabled_at": before.credentials_disabled_at,
                        "api_tokens": len(report.api_tokens),
                        "grants": len(report.grants),
                    },
                )
        if before.credentials_disabled_at is not None:
            self._administration.let_later_tokens_count(before.credentials_disabled_at)
        return report

    def _report(self, stores: Stores, user: User) -> CredentialsReport:
        now = self._administration.clock.now()
        chosen = ApiTokenFilter(owner=user.subject, live_at=now)
        return CredentialsReport(
            user=user,
            api_tokens=stores.api_tokens.page(chosen),
            grants=stores.grants.list(GrantFilter(subject=user.subject), now),
        )


def resting(user: User, now: float) -> User:
    """The user with credentials at rest: from now on, or since when they are already."""
    since = user.credentials_disabled_at
    return replace(user, credentials_disabled_at=now if since is None else since)
