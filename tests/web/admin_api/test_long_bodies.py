"""Whole configurations fit into a call; nobody else makes the server read more than usual."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.resources import ADMINISTRATION_PATH
from authserver.web.admin_api.table import ENDPOINTS
from tests.web.admin_api.rest import JSON, Rest, problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.web.admin_api.endpoints import Endpoint
    from tests.machine.doors import Answer
    from tests.people.world import PeopleWorld

USUAL: Final = 65_536
MEBIBYTE: Final = 1_048_576
LONG: Final = {
    "applyDeclarations": 4 * MEBIBYTE,
    "applyPolicy": MEBIBYTE,
    "planPolicy": MEBIBYTE,
    "testPolicy": MEBIBYTE,
    "importAccounts": MEBIBYTE,
}
NOT_LONG: Final = ("createClient", "changeClient", "rollBackPolicy", "mapAccount")
OF_NAME: Final = {each.operation: each for each in ENDPOINTS}
DECLARATIONS: Final = OF_NAME["applyDeclarations"]


class CountedBody(io.BytesIO):
    """Knows how much of it was read."""

    taken: int = 0

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        self.taken += len(content)
        return content


def padded(size: int) -> bytes:
    """An object without members, in so many bytes."""
    return b"{" + b" " * (size - 2) + b"}"


def sent(rest: Rest, endpoint: Endpoint, body: bytes, *, token: str | None = "") -> Answer:
    """The answer to that body, where nothing has the name that the path asks for."""
    path = re.sub(r"\{.*?\}", "nothing-here", endpoint.path)
    return rest.call(endpoint.method, path, body=body, token=token, headers={"If-Match": "*"})


def test_those_that_take_whole_documents_are_these() -> None:
    found = {each.operation: each.longest_body for each in ENDPOINTS if each.longest_body != USUAL}
    assert found == LONG


@pytest.mark.rule("HT-02")
@pytest.mark.parametrize("operation", [*LONG, *NOT_LONG])
def test_a_body_may_be_as_long_as_the_endpoint_says_and_no_byte_longer(
    rest: Rest, operation: str
) -> None:
    endpoint = OF_NAME[operation]
    limit = LONG.get(operation, USUAL)
    assert sent(rest, endpoint, padded(limit)).status in {200, 404, 422}
    refused = sent(rest, endpoint, padded(limit + 1))
    assert problem(refused) == (413, "content-too-large")
    assert refused.json["detail"] == f"the body may have at most {limit} bytes"


def test_a_whole_configuration_is_applied_in_one_call(rest: Rest) -> None:
    files = [
        {
            "name": f"groups-{number}.toml",
            "text": f'[[group]]\nname = "group-{number}"\n' + "# why, at length\n" * 55_000,
        }
        for number in range(4)
    ]
    answer = rest.call("POST", DECLARATIONS.path, {"files": files})
    assert answer.status == 200, answer.body
    assert len(answer.json["changes"]) == 4


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize("who", ["nobody", "a stranger", "somebody else"])
def test_of_whoever_may_not_make_the_call_no_long_body_is_read(
    rest: Rest, who: str, *, declared: bool
) -> None:
    tokens: dict[str, tuple[str, tuple[int, str]]] = {
        "nobody": ("", (401, "unauthorized")),
        "a stranger": ("Bearer no-token-of-ours", (401, "unauthorized")),
        "somebody else": (
            f"Bearer {rest.token_with({'admin:declarations:read'})}",
            (403, "missing-scope"),
        ),
    }
    authorization, expected = tokens[who]
    body = CountedBody(padded(2 * MEBIBYTE))
    answer = knocked(rest, body, authorization, declared=declared)
    assert problem(answer) == expected
    assert "www-authenticate" in answer.headers
    assert body.taken == 0


def knocked(rest: Rest, body: CountedBody, authorization: str, *, declared: bool) -> Answer:
    """A call whose body is counted; its length is in its head, or nobody knows it before."""
    changes: dict[str, Any] = {
        "CONTENT_TYPE": JSON,
        "CONTENT_LENGTH": str(len(body.getvalue())) if declared else None,
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "HTTP_AUTHORIZATION": authorization or None,
    }
    path = ADMINISTRATION_PATH + DECLARATIONS.path
    return rest.world.lane.knock(DECLARATIONS.method, path, changes=changes)


def test_a_long_body_need_not_say_how_long_it_is(rest: Rest) -> None:
    for size, status in ((2 * MEBIBYTE, 422), (4 * MEBIBYTE + 1, 413)):
        body = CountedBody(padded(size))
        assert knocked(rest, body, f"Bearer {rest.token}", declared=False).status == status
        assert body.taken == size


def test_from_a_network_that_may_not_administer_no_long_body_is_read(
    make_world: Callable[..., PeopleWorld],
) -> None:
    rest = Rest(make_world(AUTHSERVER_ADMIN_NETWORKS="192.0.2.128/25"))
    body = CountedBody(padded(2 * MEBIBYTE))
    answer = knocked(rest, body, f"Bearer {rest.token}", declared=True)
    assert problem(answer) == (403, "wrong-network")
    assert body.taken == 0


def test_no_other_page_takes_more_with_a_good_token(rest: Rest) -> None:
    lane = rest.world.lane
    for path in ("/login", "/admin/policies/default/edit", "/admin/api/v1/declarations/x"):
        headers = {"Authorization": f"Bearer {rest.token}", "Content-Type": JSON}
        assert lane.knock("POST", path, padded(USUAL + 1), headers=headers).status == 413, path


def test_the_document_says_how_long_a_body_may_be(rest: Rest) -> None:
    document = rest.get("/openapi.json", token=None)
    for endpoint in ENDPOINTS:
        if endpoint.has_body:
            operation = document["paths"][endpoint.path][endpoint.method.lower()]
            told = operation["requestBody"]["description"]
            assert told == f"At most {endpoint.longest_body} bytes.", endpoint.operation
            assert "413" in operation["responses"]


@pytest.mark.parametrize(
    "body",
    [
        {f"no-member-{number}": 0 for number in range(2000)},
        {"files": [{f"no-member-{number}": 0 for number in range(100)}] * 20},
        {"text": "".join(f"no-kind-{number} = 1\n" for number in range(2000))},
    ],
    ids=["members", "members of files", "text"],
)
def test_of_a_body_that_is_wrong_all_over_the_first_mistakes_are_told(
    rest: Rest, body: dict[str, Any]
) -> None:
    answer = rest.call("POST", DECLARATIONS.path, body)
    assert problem(answer) == (422, "invalid-members")
    assert 500 <= len(answer.json["errors"]) <= 501
    told = answer.json["detail"] + answer.json["errors"][-1]["detail"]
    assert "500" in told
