"""Questions to Jira and Confluence: to which project or space something belongs now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from authserver.domain.outbound import OutboundAnswerInvalid, OutboundReason
from authserver.domain.project_places import PlaceKind
from authserver.domain.resources import ResourceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.domain.outbound import HttpClient
    from authserver.domain.project_places import Place
    from authserver.domain.resources import ProtectedResource

HTTP_OK: Final = 200
NOT_SEEN: Final = frozenset({400, 401, 403, 404, 410})
"""There is none, or can be none, or the asker may not see it: the caller would not, either."""
LARGEST_ANSWER: Final = 256 * 1024
TOTAL_SECONDS: Final = 3.0
JIRA: Final = frozenset({ResourceKind.JIRA_DC, ResourceKind.JIRA_CLOUD})
_JIRA_PATHS: Final[Mapping[PlaceKind, str]] = {
    PlaceKind.PROJECT: "/rest/api/2/project/{}",
    PlaceKind.ISSUE: "/rest/api/2/issue/{}?fields=project",
}
_CLOUD_PATHS: Final[Mapping[PlaceKind, tuple[str, ...]]] = {
    PlaceKind.PAGE: ("/wiki/api/v2/pages/{}",),
    PlaceKind.BLOG_POST: ("/wiki/api/v2/blogposts/{}",),
    PlaceKind.CONTENT: ("/wiki/api/v2/pages/{}", "/wiki/api/v2/blogposts/{}"),
}
_CLOUD_SPACE: Final = "/wiki/api/v2/spaces/{}"
_CLOUD_SPACES: Final = "/wiki/api/v2/spaces?keys={}"


class GuardedSiteProjects:
    """Satisfies `domain.site_ports.SiteProjects`."""

    def __init__(self, client_of: Callable[[str], HttpClient]) -> None:
        """`client_of` gives what may call one origin, that of a registered site."""
        self._client_of = client_of

    def names_of(
        self, resource: ProtectedResource, place: Place, headers: Mapping[str, str]
    ) -> frozenset[str] | None:
        """As the port says."""
        call = _Call(self._client_of, resource, headers)
        if resource.kind in JIRA:
            return _of_jira(call, place)
        if resource.kind is ResourceKind.CONFLUENCE_DC:
            return _of_confluence(call, place)
        return _of_confluence_cloud(call, place)


class _Call:
    """Reads from one site."""

    def __init__(
        self,
        client_of: Callable[[str], HttpClient],
        resource: ProtectedResource,
        headers: Mapping[str, str],
    ) -> None:
        parts = urlsplit(resource.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        self._http = client_of(origin)
        self._base = origin + resource.base_path
        self._headers = headers

    def read(self, path: str, value: str) -> dict[str, object] | None:
        """The JSON object there; `None` where there is nothing to be seen."""
        document = self._http.request_json(
            "GET",
            self._base + path.format(quote(value, safe="")),
            headers=self._headers,
            max_body_bytes=LARGEST_ANSWER,
            total_seconds=TOTAL_SECONDS,
        )
        if document.status in NOT_SEEN:
            return None
        if document.status != HTTP_OK:
            raise OutboundAnswerInvalid(
                OutboundReason.STATUS, f"answered {document.status}", status=document.status
            )
        return document.document


def _of_jira(call: _Call, place: Place) -> frozenset[str] | None:
    path = _JIRA_PATHS.get(place.kind)
    found = None if path is None else call.read(path, place.value)
    if found is None:
        return None
    if place.kind is PlaceKind.ISSUE:
        return _names(_member(_member(found, "fields"), "project"))
    return _names(found)


def _of_confluence(call: _Call, place: Place) -> frozenset[str] | None:
    if place.kind is PlaceKind.SPACE:
        found = call.read("/rest/api/space/{}", place.value)
        return None if found is None else _names(found)
    if place.kind is PlaceKind.CONTENT:
        found = call.read("/rest/api/content/{}?expand=space&status=any", place.value)
        return None if found is None else _names(_member(found, "space"))
    return None


def _of_confluence_cloud(call: _Call, place: Place) -> frozenset[str] | None:
    if place.kind is PlaceKind.SPACE:
        return _of_space_key(call, place.value)
    space_id = place.value
    if place.kind is not PlaceKind.SPACE_ID:
        found = None
        for path in _CLOUD_PATHS.get(place.kind, ()):
            found = found or call.read(path, place.value)
        if found is None:
            return None
        space_id = _text(found.get("spaceId"))
    space = call.read(_CLOUD_SPACE, space_id)
    return None if space is None else _names(space)


def _of_space_key(call: _Call, key: str) -> frozenset[str] | None:
    found = call.read(_CLOUD_SPACES, key)
    results = None if found is None else found.get("results")
    if not isinstance(results, list):
        return None
    spaces = [each for each in results if isinstance(each, dict) and each.get("key") == key]
    return _names(spaces[0]) if len(spaces) == 1 else None


def _names(project: Mapping[str, object]) -> frozenset[str]:
    key, number = _text(project.get("key")), _text(project.get("id"))
    if not number.isdigit():
        raise _strange("no id")
    return frozenset({number} if key.isdigit() else {key.lower(), number})


def _member(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = document.get(name)
    if not isinstance(value, dict):
        raise _strange(f"no {name}")
    return value


def _text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise _strange("a name or id is missing")
    return value


def _strange(why: str) -> OutboundAnswerInvalid:
    return OutboundAnswerInvalid(OutboundReason.NOT_JSON, f"not what was asked for: {why}")
