"""What only the command line could do once, by REST: leaks, verification, policy tests, nginx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.web.admin_api.example_tokens import NEW, OF_ROBOT, SERVICE
from tests.web.admin_api.rest import problem

if TYPE_CHECKING:
    from tests.web.admin_api.rest import Rest

EXPECTED: Final = """\
resource = "jira-main"

[[caller]]
name = "ada"
user = "ada"

[[expect]]
call = "GET /rest/api/2/myself"
caller = "ada"
expect = "allow"
from = "203.0.113.9"
"""
CLOSED: Final = '[[network]]\nname = "office"\nallow = ["192.0.2.0/24"]\nreason = "Office only"\n'


def test_a_secret_that_was_found_is_stopped_and_not_repeated(rest: Rest) -> None:
    rest.made("/users", {"username": NEW["user"]})
    rest.made("/clients", SERVICE)
    made = rest.made("/tokens", OF_ROBOT)
    secret = made["api_token"]
    said = {"found": [{"secret": "nothing of ours"}, {"secret": secret, "source": secret}]}
    answer = rest.call("POST", "/leak-reports", said)
    assert answer.json == {"items": [{"result": "unknown"}, {"result": "revoked"}]}
    assert rest.get(f"/tokens/{made['token']['token_id']}")["status"] == "revoked"
    record = rest.get("/audit/records", query="action=leak.reported")["items"][0]
    assert secret not in str(record)
    assert record["actor"] == {"kind": "client", "id": "all-scopes"}


def test_the_chain_is_checked_as_far_as_the_time_goes(rest: Rest) -> None:
    clock = rest.world.clock
    found = rest.get("/audit/verification")
    assert (found["complete"], found["clean"], found["breaks"]) == (True, True, [])
    checkpoint = rest.call("POST", "/checkpoints").json["checkpoint"]
    sealed = rest.get("/audit/verification")
    assert sealed["checkpoints"] == checkpoint["number"]
    assert sealed["sealed_records"] >= found["sealed_records"] + found["unsealed_records"]
    late = iter(range(10_000))
    vars(clock)["monotonic"] = lambda: 60.0 * next(late)
    stopped = rest.get("/audit/verification")
    assert (stopped["complete"], stopped["sealed_records"], stopped["checkpoints"]) == (False, 0, 0)


def test_a_policy_is_tried_with_drafts_and_nothing_changes(rest: Rest) -> None:
    before = len(rest.world.installation.records())
    now = rest.call("POST", "/policy-tests", {"text": EXPECTED}).json
    assert (now["met"], now["failed"]) == (1, 0)
    drafts = {"jira-main": CLOSED}
    then = rest.call("POST", "/policy-tests", {"text": EXPECTED, "drafts": drafts}).json
    assert (then["met"], then["failed"]) == (0, 1)
    (tried,) = then["items"]
    assert (tried["expected"], tried["met"]) == ("allow", False)
    assert tried["got"].startswith("deny network-not-allowed")
    wrong = rest.call("POST", "/policy-tests", {"text": EXPECTED, "drafts": {"default": "x = 1"}})
    assert problem(wrong) == (422, "invalid-members")
    assert [each["pointer"] for each in wrong.json["errors"]] == ["#/drafts/default"]
    assert len(rest.world.installation.records()) == before


@pytest.mark.parametrize("part", ["site", "front", "all"])
def test_a_gateway_gets_its_configuration_without_its_key(rest: Rest, part: str) -> None:
    key = rest.made("/gateways", {"name": "edge", "resource": "jira-main"})["gateway_key"]
    path, query = "/gateways/edge/nginx-configuration", f"part={part}&server_name=jira.example.com"
    found = rest.get(path, query=query)
    assert "server_name jira.example.com;" in found["text"]
    assert ("/etc/nginx/authserver/edge.key.conf" in found["text"]) == (part != "front")
    assert key not in found["text"]
    for wrong, parameter in (
        ("part=site", "server_name"),
        (f"{query}&certificate=x%3B%20include%20/etc/passwd", "certificate"),
    ):
        answer = rest.call("GET", path, query=wrong)
        assert problem(answer) == (400, "invalid-parameter")
        assert [each["parameter"] for each in answer.json["errors"]] == [parameter]


def test_scopes_and_what_a_call_takes_are_told(rest: Rest) -> None:
    assert "READ" in [each["name"] for each in rest.get("/scopes", query="q=read")["items"]]
    query = "call=GET%20/rest/api/2/myself&resource_kind=jira-dc"
    (found,) = rest.get("/operations", query=query)["items"]
    assert (found["template"], found["effect"]) == ("/rest/api/2/myself", "read")
    nothing = rest.get("/operations", query="call=GET%20/rest/no/such&resource_kind=jira-dc")
    assert (nothing["items"], len(nothing["unmatched"])) == ([], 1)


def test_what_does_not_open_is_no_mistake_of_the_callers(rest: Rest) -> None:
    database = rest.container.database
    with database.writing() as stores:
        (key, *_) = [each for each in stores.keys.list() if each.state.is_published]
        assert stores.keys.replace_sealed(key.kid, before=key.sealed_private, after=b"?")
    answer = rest.call("POST", "/keys/reseal")
    assert problem(answer) == (409, "conflict")
    assert answer.json["detail"] == "not a sealed value of a known version"
