"""Policies by REST: changed by those who know what they change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.web.admin_api.rest import pointers, problem

if TYPE_CHECKING:
    from tests.web.admin_api.rest import Rest

PATH: Final = "/policies/jira-main"
STRICT: Final = '[access]\nclients = ["web-app"]\nreason = "Only this app"\n'


def test_a_policy_is_changed_by_who_has_seen_it_and_rolled_back(rest: Rest) -> None:
    seen = rest.tag(PATH)
    assert rest.get(PATH)["version"] == 0
    plan = rest.call("POST", f"{PATH}/plan", {"text": STRICT})
    assert (plan.status, plan.json["seen"]) == (200, 0), plan.body
    assert [each["change"] for each in plan.json["differences"]] == ["added"]
    said = {"text": STRICT, "comment": "only one"}
    assert rest.call("PUT", PATH, said).status == 428
    first = rest.call("PUT", PATH, {"text": ""}, headers={"If-Match": seen})
    assert (first.status, first.json["version"]) == (200, 1), first.body
    late = rest.call("PUT", PATH, said, headers={"If-Match": seen})
    assert problem(late) == (412, "changed-meanwhile")
    match = {"If-Match": first.headers["etag"]}
    second = rest.call("PUT", PATH, said, headers=match)
    assert (second.json["version"], second.json["text"]) == (2, STRICT)
    assert rest.tag(PATH) == second.headers["etag"]
    late = rest.call("POST", f"{PATH}/rollback", {"version": 1}, headers=match)
    assert problem(late) == (412, "changed-meanwhile")
    back = rest.call("POST", f"{PATH}/rollback", {"version": 1, "comment": "too strict"})
    assert (back.json["version"], back.json["text"]) == (3, "")
    listed = rest.get(f"{PATH}/versions")["items"]
    assert [each["version"] for each in listed] == [3, 2, 1]
    assert rest.get(f"{PATH}/versions/2")["text"] == STRICT


def test_all_that_is_wrong_with_a_document_is_told_and_nothing_changes(rest: Rest) -> None:
    wrong = {"text": '[access]\nclients = ["nobody"]\ncolour = "red"\n'}
    for method, path in (("PUT", PATH), ("POST", f"{PATH}/plan")):
        answer = rest.call(
            method, path, wrong, headers={"If-Match": "*"} if method == "PUT" else {}
        )
        assert problem(answer) == (422, "invalid-members")
        assert set(pointers(answer)) == {"#/text"}
        assert "colour" in str(answer.json["errors"])
    assert rest.get(PATH)["version"] == 0
