"""Tokens of our application for Microsoft Graph, used until shortly before they end.

Entra ID slows applications down that ask for the same token again and again (429, a minute's
pause): with many people in many groups that would be us.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.providers import ProviderAuth
from authserver.upstream.oidc_token_endpoint import access_token_in, authenticated, post_form

if TYPE_CHECKING:
    from authserver.domain.ports import Clock
    from authserver.domain.providers import Provider
    from authserver.upstream.oidc_budget import BudgetedCalls

LONGEST_SECONDS: Final = 3600.0
"""However long the answer says: a secret that was taken away should stop working here, too."""
EARLY_SECONDS: Final = 120.0
TOKENS_KEPT: Final = 200


class _Kept(NamedTuple):
    token: str
    until: float
    """On the monotonic clock."""


class GraphTokens:
    """Our tokens for Graph, in this worker's memory; safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._lock = threading.Lock()

    def token(
        self, calls: BudgetedCalls, provider: Provider, endpoint: str, scope: str, credential: str
    ) -> str:
        """One for `scope` from a tenant's token endpoint. Raises UpstreamFailure."""
        chosen = provider.groups.directory_client_id
        client_id = chosen or provider.client_id
        kept = self._kept.get((endpoint, client_id))
        if kept is not None and self._clock.monotonic() < kept.until:
            return kept.token
        # A credential of its own is a secret; ours is whatever we sign in with.
        has_own = bool(chosen or provider.groups.directory_secret)
        auth = ProviderAuth.SECRET_POST if has_own or provider.auth.uses_secret else provider.auth
        headers, form = authenticated(auth, client_id, credential)
        form |= {"grant_type": "client_credentials", "scope": scope}
        document = post_form(calls, endpoint, headers, form)
        token = access_token_in(document)
        self._keep((endpoint, client_id), token, document.get("expires_in"))
        return token

    def forget(self, provider: Provider, endpoint: str) -> None:
        """The token is not good any more."""
        client_id = provider.groups.directory_client_id or provider.client_id
        with self._lock:
            self._kept.pop((endpoint, client_id), None)

    def _keep(self, name: tuple[str, str], token: str, seconds: object) -> None:
        if type(seconds) is not int or seconds <= EARLY_SECONDS:
            return
        until = self._clock.monotonic() + min(seconds - EARLY_SECONDS, LONGEST_SECONDS)
        with self._lock:
            self._kept.pop(name, None)
            if len(self._kept) >= TOKENS_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[name] = _Kept(token, until)
