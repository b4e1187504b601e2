"""Microsoft Graph: all groups of a person, for whom a token has too many.

The addresses are built here. What a token or an answer points to is followed only where it stays
at Graph's own origin: `_claim_sources` never is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.entra_clouds import GRAPH_HOSTS
from authserver.domain.group_rules import GROUPS_MAX
from authserver.domain.outbound import OutboundRefused
from authserver.domain.provider_issuers import GUID
from authserver.domain.providers import TENANT_PLACE
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.upstream.entra_tokens import GraphTokens
from authserver.upstream.http_urls import parse_url
from authserver.upstream.oidc_failures import failures, refused, unusable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.ports import Clock
    from authserver.domain.providers import Provider
    from authserver.upstream.oidc_budget import BudgetedCalls

HTTP_OK: Final = 200
PLACE: Final = "Microsoft Graph"
PAGES_MAX: Final = 20
PAGE_SIZE: Final = 999
"""The largest that Graph gives; 20 pages of it are more than `GROUPS_MAX`."""


class EntraGraph:
    """Reads groups with tokens of our application's own."""

    def __init__(self, clock: Clock) -> None:
        """Remember nothing yet."""
        self._tokens = GraphTokens(clock)

    def groups(
        self,
        calls: BudgetedCalls,
        provider: Provider,
        tenant: str,
        object_id: str,
        credential: str,
    ) -> Sequence[str]:
        """Ids of all groups, nested ones too; of more than `GROUPS_MAX` the first, one more.

        Raises:
            UpstreamFailure: no complete list.
        """
        if not GUID.fullmatch(tenant) or not GUID.fullmatch(object_id):
            raise unusable(PLACE, "the tenant or the person is not named by a GUID")
        origin = _origin(provider.issuer)
        host = GRAPH_HOSTS.get(origin)
        # No cloud of Microsoft's: there Graph is where the issuer is.
        graph = origin if host is None else f"https://{host}"
        endpoint = f"{origin}/{tenant}/oauth2/v2.0/token"
        token = self._tokens.token(calls, provider, endpoint, f"{graph}/.default", credential)
        try:
            return _pages(calls, graph, object_id, token)
        except UpstreamFailure:
            # It may be the token's fault: the next one gets a new one.
            self._tokens.forget(provider, endpoint)
            raise


def _pages(calls: BudgetedCalls, graph: str, object_id: str, token: str) -> Sequence[str]:
    # Without the second header Graph refuses $count, and the cast to groups.
    headers = {"Authorization": f"Bearer {token}", "ConsistencyLevel": "eventual"}
    url = (
        f"{graph}/v1.0/users/{object_id}/transitiveMemberOf/microsoft.graph.group"
        f"?$select=id&$count=true&$top={PAGE_SIZE}"
    )
    found: list[str] = []
    for _ in range(PAGES_MAX):
        page = _page(calls, url, headers)
        found += _ids(page)
        if len(found) > GROUPS_MAX:
            return found[: GROUPS_MAX + 1]
        following = page.get("@odata.nextLink")
        if following is None:
            return found
        url = _at_home(following, graph)
    raise unusable(PLACE, f"more than {PAGES_MAX} pages")


def _origin(issuer: str) -> str:
    try:
        return parse_url(issuer.replace(TENANT_PLACE, "tenant")).origin
    except OutboundRefused:
        raise unusable(PLACE, "the configured issuer is not an address") from None


def _page(calls: BudgetedCalls, url: str, headers: Mapping[str, str]) -> Mapping[str, object]:
    with failures(PLACE):
        answer = calls.request_json("GET", url, headers)
    if answer.status != HTTP_OK:
        raise refused(PLACE, answer.status, answer.document)
    return answer.document


def _ids(page: Mapping[str, object]) -> Sequence[str]:
    value = page.get("value")
    if not isinstance(value, list):
        raise unusable(PLACE, "value is not a list")
    ids = [each.get("id") if isinstance(each, dict) else None for each in value]
    if not all(isinstance(each, str) and GUID.fullmatch(each) for each in ids):
        raise unusable(PLACE, "a group has no id")
    return [str(each) for each in ids]


def _at_home(following: object, graph: str) -> str:
    """The address of the next page, where it is Graph's."""
    try:
        if isinstance(following, str) and parse_url(following).origin == graph:
            return following
    except OutboundRefused:
        pass
    raise unusable(PLACE, "the next page is at another host")
