"""How requests are read: strictly, and so that every reader reads the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.web.admin_api.rest import problem
from tests.web.admin_api.test_clients import CI

if TYPE_CHECKING:
    from tests.web.admin_api.rest import Rest


@pytest.mark.rule("HT-02")
def test_what_the_shell_refuses_is_a_problem_document_too(rest: Rest) -> None:
    big = rest.call("POST", "/clients", body=b"{" + b" " * 70_000 + b"}")
    assert problem(big) == (413, "content-too-large")
    long = rest.call("GET", "/clients", query="q=" + "x" * 9000)
    assert problem(long) == (414, "uri-too-long")
    headers = rest.call("GET", "/clients", headers={"X-Long": "x" * 17_000})
    assert problem(headers) == (431, "headers-too-long")


def test_a_body_is_one_json_object_in_which_no_member_stands_twice(rest: Rest) -> None:
    for body in (
        b"{",
        b"",
        b'{"name": "a", "name": "b"}',
        b'{"name": NaN}',
        b'{"name": "\\ud800"}',
        b"\xff",
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
    ):
        answer = rest.call("POST", "/clients", body=body, content_type="application/json")
        expected = 415 if not body else 400
        assert answer.status == expected, (body[:40], answer.body)
        assert problem(answer)[0] == expected
    assert problem(rest.call("POST", "/clients", body=b"[]")) == (422, "invalid-members")
    form = rest.call("POST", "/clients", body=b"name=x", content_type="text/plain")
    assert problem(form) == (415, "unsupported-media-type")
    unwanted = rest.call("POST", "/clients/x/disable", {"reason": "none"})
    assert problem(unwanted) == (400, "malformed-request")


def test_where_a_call_comes_from_is_nothing_that_counts(rest: Rest) -> None:
    elsewhere = {"Origin": "https://other.example.test", "Sec-Fetch-Site": "cross-site"}
    answer = rest.call("POST", "/clients", CI, headers=elsewhere)
    assert answer.status == 201, answer.body
    assert not any(name.startswith("access-control-") for name in answer.headers)
    refused = rest.call("POST", "/clients", CI, headers=elsewhere, token=None)
    assert problem(refused) == (401, "unauthorized")
    found = re.search(
        r'resource_metadata="https://auth\.example\.test(.*?)"', refused.headers["www-authenticate"]
    )
    assert found is not None
    metadata = rest.world.lane.get(found[1])
    assert metadata.json["resource"] == rest.identifier


def test_a_patch_may_be_called_a_merge_patch(rest: Rest) -> None:
    rest.made("/clients", CI)
    kind = "application/merge-patch+json; charset=utf-8"
    said, match = b'{"contact": "ops@example.test"}', {"If-Match": "*"}
    answer = rest.call("PATCH", "/clients/ci-1", body=said, content_type=kind, headers=match)
    assert answer.status == 200, answer.body
    posted = rest.call("POST", "/clients", body=b"{}", content_type=kind)
    assert problem(posted) == (415, "unsupported-media-type")


def test_a_head_request_is_a_get_without_its_content(rest: Rest) -> None:
    answer = rest.call("HEAD", "/clients")
    assert (answer.status, answer.body) == (200, b"")


def test_pages_follow_each_other_and_end(rest: Rest) -> None:
    for number in range(5):
        rest.made("/clients", {**CI, "client_id": f"page-{number}"})
    found, cursor, query = [], "", "q=page-&limit=2&sort=-client_id"
    while True:
        page = rest.get("/clients", query=query + (f"&cursor={cursor}" if cursor else ""))
        found += [each["client_id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == [f"page-{number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.rule("AD-05")
def test_a_cursor_belongs_to_its_list_its_filters_and_its_order(rest: Rest) -> None:
    cursor = rest.get("/clients", query="limit=1")["next_cursor"]
    assert cursor
    assert rest.call("GET", "/clients", query=f"limit=5&cursor={cursor}").status == 200
    for query in (f"sort=-client_id&cursor={cursor}", f"q=a&cursor={cursor}", f"cursor={cursor}A"):
        answer = rest.call("GET", "/clients", query=query)
        assert problem(answer) == (400, "invalid-parameter"), query
        assert answer.json["errors"][0]["parameter"] == "cursor"


@pytest.mark.rule("AD-05")
def test_a_cursor_belongs_to_the_list_of_one_thing(rest: Rest) -> None:
    rest.person(None)
    for group in ("one", "two"):
        rest.made("/groups", {"name": group})
        for user in ("ada", "the-nobody"):
            assert rest.call("POST", f"/groups/{group}/members", {"user": user}).status == 200
    query = f"limit=1&cursor={rest.get('/groups/one/members', query='limit=1')['next_cursor']}"
    assert len(rest.get("/groups/one/members", query=query)["items"]) == 1
    answer = rest.call("GET", "/groups/two/members", query=query)
    assert problem(answer) == (400, "invalid-parameter")


def test_what_no_database_holds_is_refused_at_the_door(rest: Rest) -> None:
    assert problem(rest.call("GET", "/clients/a\0b")) == (404, "not-found")
    query = rest.call("GET", "/grants", query="client_id=a%00b")
    assert problem(query) == (400, "invalid-parameter")
    assert query.json["errors"][0]["parameter"] == "client_id"
    for body in (b'{"name": "a\\u0000b"}', b'{"name": "x", "scopes": ["\\u0000"]}'):
        answer = rest.call("POST", "/clients", body=body)
        assert problem(answer) == (422, "invalid-members"), body
    fine = rest.call("POST", "/clients", body=b'{"name": "a\\\\u0000b"}')
    assert fine.status == 201, fine.body
