"""What can go wrong, in domain words. The front doors translate; nothing here knows HTTP."""

from __future__ import annotations


class DomainError(Exception):
    """Base of every refusal the core can give."""


class InvalidField(DomainError):
    """A value from outside breaks a rule: names the field and what is allowed.

    The text never repeats the value: it may be a secret, or hostile.
    """

    def __init__(self, field: str, allowed: str) -> None:
        """Remember the field's name and a phrase that says what is allowed."""
        super().__init__(f"{field}: {allowed}")
        self.field = field
        self.allowed = allowed


class NotFound(DomainError):
    """A named thing does not exist (kind and the handle it was looked up by)."""

    def __init__(self, kind: str, handle: str) -> None:
        """Remember what was looked for."""
        super().__init__(f"no {kind} named {handle!r}")
        self.kind = kind
        self.handle = handle


class AlreadyExists(DomainError):
    """A name is taken (kind and handle)."""

    def __init__(self, kind: str, handle: str) -> None:
        """Remember what was taken."""
        super().__init__(f"{kind} {handle!r} already exists")
        self.kind = kind
        self.handle = handle


class Conflict(DomainError):
    """The thing is in a state that does not allow the act; the text says which and what to do."""


class Forbidden(DomainError):
    """Somebody who administers may not do this: names the permission that it takes."""

    def __init__(self, needs: str, detail: str = "") -> None:
        """Remember the permission (a scope, see `domain.roles`) and what it is needed for."""
        super().__init__(detail or f"this takes {needs}")
        self.needs = needs


class StorageUnavailable(DomainError):
    """The database, the journal or the authority lease cannot answer now: 503 outside."""

    def __init__(self, detail: str, *, retry_after_seconds: int = 2) -> None:
        """Remember the operator's detail (never shown outside) and when to come back."""
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class ProtocolRefusal(DomainError):
    """An OAuth error answer: `error` is the registered code, `description` is for developers.

    `description` uses only the characters of RFC 6749 section 5.2 (no quotes, no backslash, ASCII)
    and never user-controlled text outside those; `detail` is for operators, in the log only.
    """

    def __init__(self, error: str, description: str, *, detail: str = "") -> None:
        """Remember the three voices of the refusal."""
        super().__init__(error)
        self.error = error
        self.description = description
        self.detail = detail


class InvalidClient(ProtocolRefusal):
    """Client authentication failed (RFC 6749 section 5.2): one text for every cause."""

    def __init__(self, detail: str) -> None:
        """Remember the cause for operators; clients see the same text for all causes."""
        super().__init__("invalid_client", "client authentication failed", detail=detail)


class Throttled(ProtocolRefusal):
    """Too many failures from this caller: 429 with `Retry-After` (whole seconds)."""

    def __init__(
        self, retry_after_seconds: int, detail: str, *, of: str = "failed attempts"
    ) -> None:
        """Remember how long the caller has to wait; `of` says of what there were too many."""
        super().__init__(
            "temporarily_unavailable",
            f"too many {of}, wait as long as Retry-After says",
            detail=detail,
        )
        self.retry_after_seconds = retry_after_seconds
