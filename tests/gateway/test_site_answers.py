"""What the site says comes to the caller as it was said, and is told apart from our refusals."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from tests.gateway.side_by_side import side_by_side

if TYPE_CHECKING:
    from tests.gateway.bed import GatewayBed

ISSUE = "/rest/api/2/issue/DEMO-1"


@pytest.mark.parametrize(
    ("name", "status"),
    [("nothing", 204), ("empty", 200), ("elsewhere", 302), ("below", 303), ("kept", 308)],
)
def test_empty_answers_and_redirects_pass_untouched(
    bed_of_either_mode: GatewayBed, name: str, status: int
) -> None:
    token = bed_of_either_mode.token("READ")
    path = f"{ISSUE}?standin.answer={name}"
    pair = side_by_side(bed_of_either_mode, "GET", path, token)
    pair.assert_alike()
    assert pair.through.status == status
    assert pair.through.body == b""


def test_an_answer_without_content_to_a_change_passes(bed_of_either_mode: GatewayBed) -> None:
    token = bed_of_either_mode.token("WRITE")
    headers = {"Content-Type": "application/json"}
    pair = side_by_side(
        bed_of_either_mode, "PUT", ISSUE, token, headers=headers, body=lambda: b'{"fields": {}}'
    )
    pair.assert_alike()
    assert pair.through.status == 204


@pytest.mark.parametrize("path", [ISSUE, "/rest/api/2/search"])
def test_what_is_possible_may_be_asked(bed_of_either_mode: GatewayBed, path: str) -> None:
    pair = side_by_side(bed_of_either_mode, "OPTIONS", path, bed_of_either_mode.token("READ"))
    pair.assert_alike()
    assert "GET" in pair.through.headers["allow"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504])
@pytest.mark.feature(50)
def test_a_refusal_of_the_site_is_the_site_s(bed_of_either_mode: GatewayBed, status: int) -> None:
    bed = bed_of_either_mode
    pair = side_by_side(bed, "GET", f"{ISSUE}?standin.answer={status}", bed.token("READ"))
    pair.assert_alike()
    assert pair.through.status == status
    assert f"The site itself says {status}".encode() in pair.through.body
    told = pair.through.headers
    challenge = 'OAuth realm="the site"' if status == HTTPStatus.UNAUTHORIZED else None
    assert told.get("www-authenticate") == challenge
    # Ours is told apart by its body, and each is by the decision that it carries.
    assert b"decision_id" not in pair.through.body
    decision = told["x-decision-id"]
    assert bed.record(decision)["action"] == "call.allowed"
    line = bed.logged(decision)
    assert (line["status"], line["upstream_status"]) == (status, str(status))
    assert line["deny_reason"] == ""


@pytest.mark.parametrize(("scope", "status"), [("", 401), ("READ", 403)])
def test_a_refusal_of_ours_names_its_decision(
    bed_of_either_mode: GatewayBed, scope: str, status: int
) -> None:
    bed = bed_of_either_mode
    with bed.watching() as seen:
        answer = bed.request("DELETE", ISSUE, bed.token(scope) if scope else "")
    assert answer.status_code == status
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    decision = answer.json()["decision_id"]
    assert decision == answer.headers["X-Decision-Id"]
    assert bed.record(decision)["action"] == "call.denied"
    line = bed.logged(decision)
    assert (line["status"], line["deny_status"]) == (status, str(status))
    assert line["deny_reason"]
    assert seen.notes == ()
