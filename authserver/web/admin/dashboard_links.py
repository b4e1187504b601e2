"""Which list is behind a number of the dashboard, as an address below `/admin`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import ApiTokenFilter
from authserver.domain.call_counts import CallSearch
from authserver.domain.searches import ClientSearch, GrantSearch, MailSearch, SessionSearch
from authserver.web.admin.call_links import counts_of, listed, records_of

if TYPE_CHECKING:
    from authserver.domain.dashboard import Behind, Named

SOON: Final = "30d"
STALE: Final = "90d"


def link_of(behind: Behind, kind: str = "") -> str:
    """The list of what a number counts; `kind` says which where only names are known."""
    if isinstance(behind, ApiTokenFilter | GrantSearch):
        path = "/tokens" if isinstance(behind, ApiTokenFilter) else "/grants"
        ends, unused = behind.expires_before is not None, behind.unused_since is not None
        return listed(path, status="live", ends=SOON * ends, unused=STALE * unused)
    if isinstance(behind, SessionSearch):
        return listed("/sessions", status="live")
    if isinstance(behind, ClientSearch):
        return _of_clients(behind)
    if isinstance(behind, MailSearch):
        return listed("/mails", status="" if behind.status is None else str(behind.status))
    if isinstance(behind, CallSearch):
        return _of_calls(behind)
    return _of_named(behind, kind)


def _of_named(behind: Named, kind: str) -> str:
    if kind == "gateways":
        return listed("/gateways", key=behind.which)
    return listed("/connect-keys", status="enabled") if kind == "connect_keys" else ""


def _of_clients(behind: ClientSearch) -> str:
    secret = behind.secret
    which = "live"
    if secret is not None and secret.expires_before is not None:
        which = "ending"
    elif secret is not None and secret.unused_since is not None:
        which = "unused"
    return listed("/clients", status="enabled", secret=which)


def _of_calls(behind: CallSearch) -> str:
    # Records have no ways and no users to look for.
    is_counted = behind.ways is not None or behind.subject is not None
    return counts_of(behind) if is_counted else records_of(behind)
