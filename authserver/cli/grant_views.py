"""How `authserver grant` shows grants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.cli.administration import json_value, time_or
from authserver.cli.durations import shown_age
from authserver.domain.scopes import format_scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.grants import Grant

COLUMNS: Final = ("grant", "user", "client", "site", "scopes", "allowed", "last used", "ends")
ONLY_SIGN_IN: Final = "(sign-in only)"


def grant_row(grant: Grant, usernames: Mapping[str, str], now: float) -> Sequence[str]:
    """One grant in a table."""
    return (
        grant.grant_id,
        usernames.get(grant.subject, grant.subject),
        grant.client_id,
        grant.resource or ONLY_SIGN_IN,
        format_scope(grant.scopes),
        shown_age(grant.created_at, now),
        "-" if grant.last_used_at is None else shown_age(grant.last_used_at, now),
        "with its session" if grant.session_bound else time_or(grant.expires_at, "-"),
    )


def grant_value(grant: Grant, usernames: Mapping[str, str]) -> Any:
    """One grant for scripts."""
    return json_value(
        {
            "grant_id": grant.grant_id,
            "subject": grant.subject,
            "username": usernames.get(grant.subject),
            "client_id": grant.client_id,
            "resource": grant.resource or None,
            "audience": grant.audience,
            "scope": format_scope(grant.scopes),
            "origin": str(grant.origin),
            "session_id": grant.session_id or None,
            "session_bound": grant.session_bound,
            "created_at": grant.created_at,
            "last_used_at": grant.last_used_at,
            "expires_at": grant.expires_at,
        }
    )
