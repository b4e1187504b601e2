"""Where fake providers list all groups of a person: Microsoft Graph and Okta's management API."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from authserver.domain.outbound import OutboundResponse

if TYPE_CHECKING:
    from tests.federation.fake_http import Sent

PLACE = "$skiptoken"


@dataclass
class DirectoryPages:
    """Groups of everybody, in pages; `next_host` sends the second page to another host."""

    groups: list[str] = field(default_factory=list)
    page: int = 100
    next_host: str = ""
    status: int = 200
    status_after_first_page: int = 200

    def answer(self, sent: Sent) -> OutboundResponse:
        """One page."""
        parts = urlsplit(sent.url)
        query = dict(parse_qsl(parts.query))
        start = int(query.get(PLACE, query.get("after", "0")))
        status = self.status_after_first_page if start else self.status
        if status != 200:
            return _answer({"error": {"code": "UnknownError"}}, status)
        if not sent.headers.get("authorization", ""):
            return _answer({"error": {"code": "InvalidAuthenticationToken"}}, 401)
        found = self.groups[start : start + self.page]
        is_last = start + self.page >= len(self.groups)
        host = self.next_host or parts.netloc
        onward = f"{parts.scheme}://{host}{parts.path}"
        if "/transitiveMemberOf" in parts.path:
            document: dict[str, object] = {"value": [{"id": each} for each in found]}
            if not is_last:
                document["@odata.nextLink"] = f"{onward}?{PLACE}={start + self.page}"
            return _answer(document)
        if parts.path.endswith("/groups"):
            values = [{"id": f"00g{each}", "profile": {"name": each}} for each in found]
            link = "" if is_last else f'<{onward}?after={start + self.page}>; rel="next"'
            return _answer(values, link=link)
        return _answer({"errorCode": "E0000007", "errorSummary": "Not found"}, 404)


def _answer(document: object, status: int = 200, *, link: str = "") -> OutboundResponse:
    headers = {"content-type": "application/json"}
    if link:
        headers["link"] = link
    return OutboundResponse(status, headers, json.dumps(document).encode())
