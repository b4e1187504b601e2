"""Records and decisions by REST: read, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.web.admin_api.table import ENDPOINTS
from tests.web.admin_api.rest import problem

if TYPE_CHECKING:
    from tests.web.admin_api.rest import Rest


@pytest.mark.rule("AU-06")
def test_nobody_changes_or_deletes_a_record(rest: Rest) -> None:
    newest = rest.get("/audit/records", query="limit=1")["items"][0]
    paths = ("/audit/records", f"/audit/records/{newest['record_id']}", "/decisions/d-1")
    for path in paths:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = rest.call(method, path, {}, headers={"If-Match": "*"})
            assert problem(answer) == (405, "method-not-allowed"), (method, path)
            assert answer.headers["allow"] == "GET, HEAD"
    assert rest.get(paths[1]) == newest
    about_records = ("/audit", "/decisions", "/explanations", "/permitted-callers")
    assert not any(each.writes for each in ENDPOINTS if each.path.startswith(about_records))


def test_pages_of_records_follow_each_other_without_gap(rest: Rest) -> None:
    for number in range(5):
        rest.made("/groups", {"name": f"group-{number}"})
    query, seen = "action=group.created&limit=2", []
    page = rest.get("/audit/records", query=query)
    while True:
        seen += [each["object"]["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        page = rest.get("/audit/records", query=f"{query}&cursor={page['next_cursor']}")
    assert seen == [f"group-{number}" for number in (4, 3, 2, 1, 0)]
