"""Okta's management API: every page of a person's groups, and the API token goes nowhere else."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.group_rules import GROUPS_MAX
from authserver.domain.outbound import OutboundReason, OutboundResponse, OutboundUnavailable
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from tests.upstream.providers import OKTA
from tests.upstream.scripted_http import ScriptedHttp, page, said, servers

if TYPE_CHECKING:
    from collections.abc import Sequence

USER: Final = "00ujmkLgagxeRrAg20g3"
FIRST: Final = f"https://dev.okta.example/api/v1/users/{USER}/groups"


def groups(names: Sequence[str], link: str = "") -> OutboundResponse:
    listed = [{"id": f"00g{name}", "profile": {"name": name}} for name in names]
    body = json.dumps(listed).encode()
    headers = {"content-type": "application/json"} | ({"link": link} if link else {})
    return OutboundResponse(200, headers, body)


def to(url: str, relation: str = "next") -> str:
    return f'<{url}>; rel="{relation}"'


def asked(http: ScriptedHttp, user: str = USER, **more: Any) -> Sequence[str]:
    arguments: dict[str, Any] = {"seconds": 5.0, **more}
    return servers(http).okta_groups(OKTA, user, "api-token", **arguments)


def failure(http: ScriptedHttp, **more: Any) -> UpstreamFailure:
    with pytest.raises(UpstreamFailure) as caught:
        asked(http, **more)
    assert "api-token" not in str(caught.value)
    return caught.value


def test_every_page_is_read_in_order() -> None:
    links = [
        f"{to(FIRST, 'self')}, {to(FIRST + '?after=a,b&limit=200')}",
        f"<{FIRST}?after=c>;rel=next",
        to(FIRST, "self"),
    ]
    http = ScriptedHttp(
        [groups(["A", "B"], links[0]), groups(["C"], links[1]), groups([], links[2])]
    )
    assert asked(http) == ["A", "B", "C"]
    assert [each.url for each in http.sent] == [
        FIRST,
        FIRST + "?after=a,b&limit=200",
        FIRST + "?after=c",
    ]
    assert {each.headers["Authorization"] for each in http.sent} == {"SSWS api-token"}


@pytest.mark.parametrize(
    "link",
    [
        "",
        to(FIRST, "self"),
        to(FIRST, "nextish"),
        f"<{FIRST}>; rel=nextish",
        f"<{FIRST}>",
        "rel=next",
    ],
)
def test_without_a_link_to_the_next_page_the_list_ends(link: str) -> None:
    http = ScriptedHttp([groups(["A"], link)])
    assert asked(http) == ["A"]
    assert len(http.sent) == 1


@pytest.mark.rule("FE-14")
@pytest.mark.parametrize(
    "target",
    [
        FIRST.replace("dev.okta.example", "evil.example"),
        FIRST.replace("https", "http"),
        FIRST.replace("example", "example:8443"),
        FIRST.replace("dev.okta.example", "dev.okta.example@evil.example"),
        "https://dev.okta.example/api/v1/users/other/groups?after=a",
        "https://dev.okta.example/api/v1/apps",
        FIRST + "/../../x",
        "/api/v1/users",
        "",
    ],
)
def test_a_link_to_somewhere_else_is_not_followed(target: str) -> None:
    http = ScriptedHttp([groups(["A"], to(target)), groups(["B"])])
    assert failure(http).problem is SignInProblem.ANSWER_UNUSABLE
    assert len(http.sent) == 1


@pytest.mark.rule("FE-14")
def test_pages_without_end_end() -> None:
    http = ScriptedHttp([groups(["A"], to(FIRST + "?after=a"))])
    assert failure(http).problem is SignInProblem.ANSWER_UNUSABLE
    assert len(http.sent) == 100


@pytest.mark.rule("FE-14")
def test_all_pages_together_have_the_time_of_one_call() -> None:
    http = ScriptedHttp([groups(["A"], to(FIRST + "?after=a"))], takes=1.0)
    assert failure(http, seconds=2.5).problem is SignInProblem.PROVIDER_UNREACHABLE
    assert [each.seconds for each in http.sent] == [2.5, 1.5, 0.5]


def test_more_groups_than_are_kept_end_the_reading() -> None:
    full = groups([str(each) for each in range(2000)], to(FIRST + "?after=a"))
    http = ScriptedHttp([full])
    assert len(asked(http)) == GROUPS_MAX + 1
    assert len(http.sent) == 6


@pytest.mark.rule("F-25")
@pytest.mark.parametrize(
    "answer",
    [
        said({"profile": {"name": "A"}}),
        said([1]),
        said([{}]),
        said([{"profile": "A"}]),
        said([{"profile": {"name": ["A"]}}]),
        said([{"profile": {"name": "A"}}, {"profile": {}}]),
        page(),
    ],
    ids=range(7),
)
def test_an_incomplete_list_is_none(answer: OutboundResponse) -> None:
    assert failure(ScriptedHttp([answer])).problem is SignInProblem.ANSWER_UNUSABLE


@pytest.mark.rule("F-24")
@pytest.mark.parametrize(
    ("answer", "problem", "told"),
    [
        (
            said({"errorCode": "E0000011", "errorSummary": "Invalid token"}, 401),
            "refused",
            "E0000011",
        ),
        (said({"errorCode": "E0000007"}, 404), "refused", "E0000007"),
        (said({"errorCode": "E0000047"}, 429), "busy", "429 E0000047"),
        (page(502), "busy", "502"),
        (OutboundUnavailable(OutboundReason.CONNECT_FAILED), "unreachable", "connect_failed"),
    ],
    ids=str,
)
def test_trouble_is_a_failure(
    answer: OutboundResponse | Exception, problem: str, told: str
) -> None:
    found = failure(ScriptedHttp([answer]))
    assert found.problem == f"provider-{problem}"
    assert told in found.detail


def test_an_issuer_that_is_no_address_leads_nowhere() -> None:
    http = ScriptedHttp([groups(["A"])])
    with pytest.raises(UpstreamFailure):
        servers(http).okta_groups(replace(OKTA, issuer="okta"), USER, "api-token", seconds=5.0)
    assert http.sent == []


@pytest.mark.parametrize("user", ["", "me/../x", "00u\n", "ann@example.org", "x" * 65, "00u?x=1"])
def test_only_an_id_of_oktas_becomes_part_of_an_address(user: str) -> None:
    http = ScriptedHttp([groups(["A"])])
    with pytest.raises(UpstreamFailure):
        asked(http, user)
    assert http.sent == []
