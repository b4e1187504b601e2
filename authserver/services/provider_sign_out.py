"""Signing out at the identity provider, once our own session is over."""

from __future__ import annotations

import json
import logging
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from authserver.domain.errors import DomainError
from authserver.domain.identities import ID_TOKEN_PURPOSE
from authserver.domain.providers import LogoutRule
from authserver.domain.upstream_ports import UpstreamFailure

if TYPE_CHECKING:
    from authserver.domain.identities import UpstreamSession
    from authserver.domain.key_ports import SecretSealer
    from authserver.domain.ports import Database
    from authserver.domain.provider_documents import ProviderMetadata
    from authserver.domain.providers import Provider
    from authserver.services.provider_documents import ProviderDocuments

log = logging.getLogger(__name__)

BACK: Final = "/signed-out"
"""Where the provider sends the browser afterwards; it has to be registered there."""
METADATA_SECONDS: Final = 2.0
"""Nobody who signs out waits longer for a provider."""
COGNITO_PATH: Final = "/logout"
"""At the pool's domain. What its metadata calls `end_session_endpoint` is no such thing."""
HINT_CHARACTERS_MAX: Final = 255


@dataclass(frozen=True, slots=True)
class WayOut:
    """Where a person signs out at the provider. The URL may hold an ID token."""

    provider: str
    url: str = field(repr=False)


class ProviderSignOut:
    """Finds the way to sign out at the provider by which a session began. It changes nothing."""

    def __init__(
        self,
        *,
        issuer: str,
        database: Database,
        documents: ProviderDocuments,
        sealer: SecretSealer,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._issuer = issuer
        self._database = database
        self._documents = documents
        self._sealer = sealer

    def way_out(self, session_id: str) -> WayOut | None:
        """The way for one of our sessions, which may be over; `None`: there is none.

        `None` too when the provider cannot say where: signing out here never fails for that.

        Raises:
            StorageUnavailable: nobody can tell now.
        """
        with self._database.reading() as stores:
            begun = stores.upstream_sign_ins.session(session_id)
            provider = None if begun is None else stores.providers.get(begun.provider)
        if begun is None or provider is None or not provider.is_enabled:
            return None
        if provider.logout is LogoutRule.NONE:
            return None
        try:
            metadata = self._documents.metadata(provider, seconds=METADATA_SECONDS)
        except UpstreamFailure as failure:
            log.info("no way to sign out at %s: %s", provider.name, failure)
            return None
        url = self._url(provider, metadata, begun)
        return None if url is None else WayOut(provider.display_name, url)

    def _url(
        self, provider: Provider, metadata: ProviderMetadata, begun: UpstreamSession
    ) -> str | None:
        back = self._issuer + BACK
        if provider.logout is LogoutRule.COGNITO:
            place = urlsplit(metadata.authorization_endpoint)
            endpoint = f"{place.scheme}://{place.netloc}{COGNITO_PATH}"
            return _with(endpoint, {"client_id": provider.client_id, "logout_uri": back})
        endpoint = metadata.end_session_endpoint
        if not endpoint:
            return None
        id_token = self._id_token(begun)
        query = {"post_logout_redirect_uri": back}
        if provider.logout is LogoutRule.ID_TOKEN_HINT:
            # Without it the provider would ask, or refuse: Okta does.
            return _with(endpoint, {"id_token_hint": id_token, **query}) if id_token else None
        hint = _login_hint(id_token)
        return _with(endpoint, {**query, "logout_hint": hint} if hint else query)

    def _id_token(self, begun: UpstreamSession) -> str:
        """The ID token of the session, opened for this one use; empty: none was kept."""
        if not begun.sealed_id_token:
            return ""
        try:
            opened = self._sealer.open(
                begun.sealed_id_token, purpose=ID_TOKEN_PURPOSE, context=begun.session_id
            )
        except DomainError as error:
            log.warning("the ID token of a session cannot be opened any more: %s", error)
            return ""
        return opened.decode("ascii")


def _with(endpoint: str, query: dict[str, str]) -> str:
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def _login_hint(id_token: str) -> str:
    """What names the account there: `login_hint` of Entra ID's token, never an address or name.

    The token was verified when it came.
    """
    payload = id_token.partition(".")[2].partition(".")[0]
    if not payload:
        return ""
    claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    hint = claims.get("login_hint")
    return hint if isinstance(hint, str) and len(hint) <= HINT_CHARACTERS_MAX else ""
