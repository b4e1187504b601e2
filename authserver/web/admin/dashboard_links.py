"""Which list is behind a number of the dashboard, as an address below `/admin`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from authserver.domain.api_tokens import ApiTokenFilter
from authserver.domain.audit import Outcome
from authserver.domain.audit_times import written
from authserver.domain.call_counts import CallSearch
from authserver.domain.searches import ClientSearch, GrantSearch, MailSearch, SessionSearch

if TYPE_CHECKING:
    from authserver.domain.dashboard import Behind, Named

SOON: Final = "30d"
STALE: Final = "90d"


def link_of(behind: Behind, kind: str = "") -> str:
    """The list of what a number counts; `kind` says which where only names are known."""
    if isinstance(behind, ApiTokenFilter | GrantSearch):
        path = "/tokens" if isinstance(behind, ApiTokenFilter) else "/grants"
        ends, unused = behind.expires_before is not None, behind.unused_since is not None
        return _list(path, status="live", ends=SOON * ends, unused=STALE * unused)
    if isinstance(behind, SessionSearch):
        return _list("/sessions", status="live")
    if isinstance(behind, ClientSearch):
        return _of_clients(behind)
    if isinstance(behind, MailSearch):
        return _list("/mails", status="" if behind.status is None else str(behind.status))
    if isinstance(behind, CallSearch):
        return _of_calls(behind)
    return _of_named(behind, kind)


def _of_named(behind: Named, kind: str) -> str:
    if kind == "gateways":
        return _list("/gateways", key=behind.which)
    return _list("/connect-keys", status="enabled") if kind == "connect_keys" else ""


def _of_clients(behind: ClientSearch) -> str:
    secret = behind.secret
    which = "live"
    if secret is not None and secret.expires_before is not None:
        which = "ending"
    elif secret is not None and secret.unused_since is not None:
        which = "unused"
    return _list("/clients", status="enabled", secret=which)


def _of_calls(behind: CallSearch) -> str:
    action = "call"
    if behind.outcome == Outcome.SUCCESS.value:
        action = "call.allowed"
    return _list(
        "/audit",
        action=action,
        outcome=behind.outcome or "",
        reason=behind.reason or "",
        client=behind.client_id or "",
        since="" if behind.since is None else written(behind.since),
        until="" if behind.until is None else written(behind.until),
    )


def _list(path: str, **filters: str) -> str:
    kept = {name: value for name, value in filters.items() if value}
    return path + (f"?{urlencode(kept)}" if kept else "")
