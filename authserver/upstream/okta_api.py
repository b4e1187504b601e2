"""Okta's management API: all groups of a person, for whom a token may have been cut off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.group_rules import GROUPS_MAX
from authserver.domain.outbound import OutboundAnswerInvalid, OutboundRefused
from authserver.upstream.http_json import json_array, json_object
from authserver.upstream.http_urls import parse_url
from authserver.upstream.oidc_failures import failures, refused, unusable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.outbound import OutboundResponse
    from authserver.domain.providers import Provider
    from authserver.upstream.oidc_budget import BudgetedCalls

HTTP_OK: Final = 200
PLACE: Final = "Okta's API"
PAGES_MAX: Final = 100
JSON: Final = "application/json"
USER_ID: Final = re.compile(r"[A-Za-z0-9]{1,64}")

_LINK: Final = re.compile(r'<([^<>]*)>((?:\s*;\s*[a-z]+\s*=\s*(?:"[^"]*"|[^\s",;]+))*)')
_NEXT: Final = re.compile(r';\s*rel\s*=\s*(?:"next"|next(?![^\s;]))')


def read_groups(
    calls: BudgetedCalls, provider: Provider, user_id: str, credential: str
) -> Sequence[str]:
    """Names of all groups; of more than `GROUPS_MAX` the first, one more than that.

    Raises:
        UpstreamFailure: no complete list.
    """
    if not USER_ID.fullmatch(user_id):
        raise unusable(PLACE, "the person's id is none of Okta's")
    home = _origin(provider.issuer)
    headers = {"Authorization": f"SSWS {credential}"}
    path = f"{home}/api/v1/users/{user_id}/groups"
    url = path
    found: list[str] = []
    for _ in range(PAGES_MAX):
        response = _page(calls, url, headers)
        found += _names(response)
        if len(found) > GROUPS_MAX:
            return found[: GROUPS_MAX + 1]
        following = _next(response.headers.get("link", ""))
        if following is None:
            return found
        # The same resource: an API token is worth more than a group list.
        if following.partition("?")[0] != path or _origin(following) != home:
            raise unusable(PLACE, "the next page is somewhere else")
        url = following
    raise unusable(PLACE, f"more than {PAGES_MAX} pages")


def _origin(url: str) -> str:
    try:
        return parse_url(url).origin
    except OutboundRefused:
        raise unusable(PLACE, "an address that cannot be called") from None


def _page(calls: BudgetedCalls, url: str, headers: Mapping[str, str]) -> OutboundResponse:
    with failures(PLACE):
        response = calls.get(url, headers, JSON)
    if response.status != HTTP_OK:
        raise refused(PLACE, response.status, _error(response))
    return response


def _error(response: OutboundResponse) -> Mapping[str, object]:
    """The error document, empty when there is none."""
    try:
        return json_object(response.headers.get("content-type", ""), response.body)
    except OutboundAnswerInvalid:
        return {}


def _names(response: OutboundResponse) -> Sequence[str]:
    with failures(PLACE):
        groups = json_array(response.headers.get("content-type", ""), response.body)
    names = []
    for group in groups:
        profile = group.get("profile") if isinstance(group, dict) else None
        name = profile.get("name") if isinstance(profile, dict) else None
        if not isinstance(name, str):
            raise unusable(PLACE, "a group has no name")
        names.append(name)
    return names


def _next(header: str) -> str | None:
    """Target of the link to the next page (RFC 8288); `None` when there is none."""
    for target, parameters in _LINK.findall(header):
        if _NEXT.search(parameters):
            return str(target)
    return None
