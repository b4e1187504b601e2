"""The servers at which people sign in, as the core sees them."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from authserver.upstream import okta_api
from authserver.upstream.entra_graph import EntraGraph
from authserver.upstream.http_urls import parse_url
from authserver.upstream.oidc_budget import BudgetedCalls
from authserver.upstream.oidc_keys import read_keys
from authserver.upstream.oidc_metadata import read_metadata
from authserver.upstream.oidc_token_endpoint import redeem_code
from authserver.upstream.oidc_userinfo import ask_userinfo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from authserver.domain.outbound import HttpClient
    from authserver.domain.ports import Clock
    from authserver.domain.provider_documents import ProviderMetadata
    from authserver.domain.providers import Provider
    from authserver.domain.upstream_ports import ForeignKeys, UpstreamTokens


class OidcServers:
    """The calls to identity providers. Satisfies `domain.upstream_ports.UpstreamServer`."""

    def __init__(
        self,
        *,
        http: HttpClient,
        clock: Clock,
        keys: ForeignKeys,
        opened_origins: frozenset[str] = frozenset(),
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Call with `http`; `opened_origins` are those that may be plain http.

        `aside` makes a context in which this thread only waits, so that another may work.
        """
        self._http = http
        self._clock = clock
        self._keys = keys
        self._opened_origins = frozenset(parse_url(each).origin for each in opened_origins)
        self._aside = aside
        self._graph = EntraGraph(clock)

    def discover(self, provider: Provider, *, seconds: float | None = None) -> ProviderMetadata:
        """Fetch and check the metadata. Raises DocumentRefused, OutboundError."""
        document = self._calls(seconds).get_json(provider.discovery_url)
        return read_metadata(provider, document, self._opened_origins)

    def keys(
        self, jwks_uri: str, *, seconds: float | None = None
    ) -> Sequence[Mapping[str, object]]:
        """Fetch the keys, those we can use. Raises DocumentRefused, OutboundError."""
        return read_keys(self._calls(seconds).get_json(jwks_uri), self._keys)

    def redeem(
        self,
        provider: Provider,
        metadata: ProviderMetadata,
        *,
        code: str,
        verifier: str,
        redirect_uri: str,
        credential: str,
        seconds: float,
    ) -> UpstreamTokens:
        """Exchange a code. Raises UpstreamFailure."""
        return redeem_code(
            self._calls(seconds),
            provider,
            metadata.token_endpoint,
            code=code,
            verifier=verifier,
            redirect_uri=redirect_uri,
            credential=credential,
        )

    def userinfo(
        self, metadata: ProviderMetadata, access_token: str, *, seconds: float
    ) -> Mapping[str, object]:
        """The claims. Raises UpstreamFailure."""
        return ask_userinfo(self._calls(seconds), metadata.userinfo_endpoint, access_token)

    def graph_groups(
        self, provider: Provider, tenant: str, object_id: str, credential: str, *, seconds: float
    ) -> Sequence[str]:
        """Ids of all groups in Microsoft Graph. Raises UpstreamFailure."""
        calls = self._calls(seconds)
        return self._graph.groups(calls, provider, tenant, object_id, credential)

    def okta_groups(
        self, provider: Provider, user_id: str, credential: str, *, seconds: float
    ) -> Sequence[str]:
        """Names of all groups at Okta. Raises UpstreamFailure."""
        return okta_api.read_groups(self._calls(seconds), provider, user_id, credential)

    def _calls(self, seconds: float | None) -> BudgetedCalls:
        return BudgetedCalls(self._http, self._clock, self._aside, seconds)
