"""Checks of what administrators gave to clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.cli.checks import Check, Finding, Subject, ok, warning
from authserver.domain.stored_secrets import DigestKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.clients import Client

_LONG_TOKEN_SECONDS: Final = 900
_SOON_SECONDS: Final = 14 * 24 * 3600
_SHOWN: Final = 5


def token_lives(subject: Subject) -> Finding:
    """Who has long-lived tokens should need them."""
    found = [
        each.client_id
        for each in _enabled(subject)
        if each.access_token_seconds > _LONG_TOKEN_SECONDS
    ]
    if found:
        return warning(
            f"tokens live longer than {_LONG_TOKEN_SECONDS} seconds: {_named(found)}",
            "shorten them by authserver client update, or know why",
        )
    return ok(f"no client's tokens live longer than {_LONG_TOKEN_SECONDS} seconds")


def working_credentials(subject: Subject) -> Finding:
    """A client without a live credential stands still; better told before than after."""
    now = subject.clock.now()
    dead = [each.client_id for each in _enabled(subject) if not _works(each, now)]
    if dead:
        return warning(
            f"enabled, but without a live credential: {_named(dead)}",
            "run authserver client rotate-secret, or disable them",
        )
    soon = [each.client_id for each in _enabled(subject) if not _works(each, now + _SOON_SECONDS)]
    if soon:
        return warning(
            f"the last credential ends within 14 days: {_named(soon)}",
            "run authserver client rotate-secret and hand the new secret over",
        )
    return ok("every enabled client has a live credential")


def imported_secrets(subject: Subject) -> Finding:
    """A bcrypt hash costs a quarter of a second per attempt, for whoever attempts it."""
    found = [
        each.client_id
        for each in _enabled(subject)
        if any(secret.kind is DigestKind.BCRYPT for secret in each.secrets)
    ]
    if found:
        return warning(
            f"imported secrets that were never used here: {_named(found)}",
            "let these clients get a token once, or give them a secret of ours by authserver "
            "client rotate-secret",
        )
    return ok("no client depends on an imported secret")


def _enabled(subject: Subject) -> Sequence[Client]:
    return [each for each in subject.inspection.clients() if each.is_enabled]


def _works(client: Client, at: float) -> bool:
    if not client.auth_method.uses_secret:
        return True
    return any(secret.is_live(at) for secret in client.secrets)


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


CLIENT_CHECKS: Final = (
    Check("client-token-lives", ("TK-11",), token_lives, needs_schema=True),
    Check("client-credentials", ("CA-06",), working_credentials, needs_schema=True),
    Check("imported-secrets", ("CA-06",), imported_secrets, needs_schema=True),
)
