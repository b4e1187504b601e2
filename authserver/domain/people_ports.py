"""What the core asks of storage where people are involved: requests, grants, sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from authserver.domain.list_ports import GrantLists, SessionLists

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from authserver.domain.authorization_requests import AuthorizationRequest, PushedRequest
    from authserver.domain.codes import AuthorizationCode
    from authserver.domain.consents import Consent
    from authserver.domain.grants import Grant, GrantEnd, GrantFilter
    from authserver.domain.refresh_tokens import RefreshToken
    from authserver.domain.sessions import Session

    Digests = Iterable[tuple[str, bytes]]
    """(pepper id, digest) pairs of one presented secret, under every pepper known."""


class AuthorizationRequestStore(Protocol):
    """Authorization requests under way, and pushed ones."""

    def add(self, request: AuthorizationRequest) -> None:
        """Insert."""
        ...

    def get(self, request_id: str) -> AuthorizationRequest | None:
        """One request, finished and expired ones included; locked until the end when writing."""
        ...

    def note_choice(self, request_id: str, *, account_chosen_at: float) -> bool:
        """The user chose an account for it; False when it is finished or gone."""
        ...

    def note_consent(
        self, request_id: str, *, subject: str, scopes: frozenset[str], at: float
    ) -> bool:
        """The user allowed it; False when it is finished, denied or gone."""
        ...

    def note_denial(self, request_id: str, *, at: float) -> bool:
        """The user refused it; False when it is finished or gone."""
        ...

    def finish(self, request_id: str, *, at: float, sealed_answer: bytes) -> bool:
        """Answer it: True exactly once, for all workers (one conditional UPDATE)."""
        ...

    def push(self, pushed: PushedRequest) -> None:
        """Insert a pushed request."""
        ...

    def spend_pushed(self, digests: Digests, now: float) -> PushedRequest | None:
        """Delete and return it: exactly once, and not when it has expired at `now`."""
        ...


class GrantStore(GrantLists, Protocol):
    """Grants with their codes and refresh tokens."""

    def add(self, grant: Grant) -> None:
        """Insert."""
        ...

    def get(self, grant_id: str) -> Grant | None:
        """One grant, ended ones included; locked until the end when writing."""
        ...

    def list(self, wanted: GrantFilter, now: float) -> Sequence[Grant]:
        """Live grants that fit, newest first."""
        ...

    def end(self, wanted: GrantFilter, end: GrantEnd, now: float) -> Sequence[str]:
        """End every live grant that fits (one UPDATE); the ids of those that this call ended."""
        ...

    def note_use(self, grant_id: str, at: float) -> None:
        """Tokens were issued from it."""
        ...

    def add_code(self, code: AuthorizationCode) -> None:
        """Insert."""
        ...

    def spend_code(self, digests: Digests, at: float) -> AuthorizationCode | None:
        """Mark as spent and return it: exactly once for all workers; expired ones too."""
        ...

    def find_code(self, digests: Digests) -> AuthorizationCode | None:
        """A code, spent or not."""
        ...

    def add_refresh_token(self, token: RefreshToken) -> None:
        """Insert."""
        ...

    def find_refresh_token(self, digests: Digests) -> RefreshToken | None:
        """A member of any family; locked until the end when writing."""
        ...

    def supersede(self, token: RefreshToken, *, at: float, sealed_successor: bytes) -> bool:
        """Make it the predecessor of a new leaf: True exactly once (one conditional UPDATE)."""
        ...

    def count_grace_use(self, token: RefreshToken) -> int:
        """Count one use of a superseded token; the new count."""
        ...

    def leaf(self, grant_id: str) -> RefreshToken | None:
        """The member of the family that was not superseded."""
        ...


class ConsentStore(Protocol):
    """Remembered consents."""

    def get(self, subject: str, client_id: str, audience: str) -> Consent | None:
        """One consent."""
        ...

    def list(self, subject: str) -> Sequence[Consent]:
        """All of one user, by client id and audience."""
        ...

    def put(self, consent: Consent) -> None:
        """Insert or replace."""
        ...

    def remove(self, subject: str, client_id: str, audience: str | None = None) -> int:
        """Forget (`None`: for every audience); how many there were."""
        ...


class SessionStore(SessionLists, Protocol):
    """Sessions."""

    def add(self, session: Session) -> None:
        """Insert."""
        ...

    def find(self, digests: Digests) -> Session | None:
        """By the cookie's digest, ended ones included; locked until the end when writing."""
        ...

    def get(self, session_id: str) -> Session | None:
        """By `sid`, ended ones included."""
        ...

    def renew(self, session: Session) -> bool:
        """Replace digest, times, acr and amr of a live session; False when it has ended."""
        ...

    def note_seen(self, session_id: str, at: float, peer: str) -> None:
        """Move the idle end; never back."""
        ...

    def list(self, subject: str, now: float) -> Sequence[Session]:
        """Live sessions of a user, newest first."""
        ...

    def end(
        self,
        now: float,
        *,
        session_id: str | None = None,
        subject: str | None = None,
        keep: str = "",
    ) -> Sequence[Session]:
        """End one session, or all of a user but `keep`; those that this call ended."""
        ...
