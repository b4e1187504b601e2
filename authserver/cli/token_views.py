"""How `authserver token` shows API tokens; never their secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.cli.administration import json_value, time_or
from authserver.cli.durations import shown_age
from authserver.domain.api_tokens import OVER, SubjectType
from authserver.services.api_token_records import described

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.access_details import AccessDetail
    from authserver.domain.api_tokens import ApiToken

COLUMNS: Final = (
    *("token", "belongs to", "purpose", "status", "expires"),
    *("last used", "sites", "scopes", "speaks for", "name"),
)
STALE_COLUMNS: Final = ("token", "belongs to", "purpose", "unused since", "expires", "team")
LINEAGE_COLUMNS: Final = ("token", "made", "status", "ends", "last used")


def status_of(token: ApiToken, now: float) -> str:
    """What a token is now, its end in time included."""
    status = token.status_at(now)
    return f"{status}, rotated" if token.successor_id and status not in OVER else str(status)


def token_row(token: ApiToken, names: Mapping[str, str], now: float) -> Sequence[object]:
    """One token in a table."""
    return (
        token.token_id,
        names.get(token.owner, token.owner),
        token.purpose,
        status_of(token, now),
        time_or(token.expires_at, "-"),
        _last_used(token, now),
        sorted(token.resources),
        sorted(token.scopes),
        _speaker(token, names),
        token.name or "-",
    )


def stale_row(
    token: ApiToken, names: Mapping[str, str], since: float, now: float
) -> Sequence[object]:
    """One unused token in a table; `since` is when anybody last showed an interest in it."""
    return (
        token.token_id,
        names.get(token.owner, token.owner),
        token.purpose,
        shown_age(since, now),
        time_or(token.expires_at, "-"),
        token.team or "-",
    )


def lineage_row(token: ApiToken, now: float) -> Sequence[object]:
    """One token among those it was rotated from or into."""
    return (
        token.token_id,
        time_or(token.created_at, "-"),
        status_of(token, now),
        time_or(token.expires_at, "-"),
        _last_used(token, now),
    )


def token_fields(token: ApiToken, names: Mapping[str, str], now: float) -> Mapping[str, str]:
    """One token, field by field."""
    use = token.last_use
    return {
        "token": token.token_id,
        "name": token.name or "-",
        "purpose": token.purpose,
        "belongs to": names.get(token.owner, token.owner),
        "speaks for": _speaker(token, names),
        "application": (token.client_id or "-") if _is_user(token) else "-",
        "team": token.team or "-",
        "ticket": token.ticket or "-",
        "status": status_of(token, now) + (f" ({token.reason})" if token.reason else ""),
        "since": time_or(token.status_changed_at, "-"),
        "expires": time_or(token.expires_at, "-"),
        "sites": ", ".join(sorted(token.resources)),
        "scopes": ", ".join(sorted(token.scopes)),
        "limited to": _limits(token.details),
        "networks": "everywhere" if token.networks is None else ", ".join(token.networks),
        "sent as": " or ".join(sorted(token.presentations)),
        "secret ends with": "-" if token.secret is None else token.secret.hint,
        "made": f"{time_or(token.created_at, '-')} by {token.created_by}",
        "made from": token.created_from or "-",
        "last used": "never" if use is None else time_or(use.at, "-"),
        "from": (use.network if use else "") or "-",
        "by": (use.agent if use else "") or "-",
        "exposed": time_or(token.exposed_at, "-"),
        "rotated into": token.successor_id or "-",
        "lineage": token.lineage_id,
    }


def token_value(token: ApiToken, names: Mapping[str, str]) -> dict[str, Any]:
    """One token for scripts."""
    value: dict[str, Any] = json_value(described(token))
    return {**value, "owner_username": names.get(token.owner)}


def _is_user(token: ApiToken) -> bool:
    return token.subject_type is SubjectType.USER


def _speaker(token: ApiToken, names: Mapping[str, str]) -> str:
    if not _is_user(token):
        return f"service {token.client_id}"
    return names.get(token.subject, token.subject)


def _last_used(token: ApiToken, now: float) -> str:
    return "never" if token.last_use is None else shown_age(token.last_use.at, now)


def _limits(details: Sequence[AccessDetail] | None) -> str:
    if details is None:
        return "nothing beyond its scopes"
    return "; ".join(_limit(each) for each in details) or "nothing at all"


def _limit(detail: AccessDetail) -> str:
    parts = [
        f"{name} {', '.join(values) or 'none'}"
        for name, values in (("operations", detail.operations), ("projects", detail.projects))
        if values is not None
    ]
    return f"{detail.location}: {' on '.join(parts)}"
