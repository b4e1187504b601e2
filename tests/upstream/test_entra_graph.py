"""Microsoft Graph: every page of a person's groups, from Graph alone, in bounded time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.group_rules import GROUPS_MAX
from authserver.domain.outbound import OutboundReason, OutboundUnavailable
from authserver.domain.providers import GroupSource, GroupsRule, ProviderAuth
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.upstream.entra_tokens import TOKENS_KEPT
from tests.upstream.providers import COMMON, ENTRA, OBJECT, TENANT
from tests.upstream.scripted_http import ScriptedHttp, page, said, servers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.outbound import OutboundResponse
    from authserver.domain.providers import Provider

OTHER_TENANT: Final = "9188040d-6c67-4c5b-b112-36a304b66dad"
FIRST: Final = (
    f"https://graph.microsoft.com/v1.0/users/{OBJECT}/transitiveMemberOf/microsoft.graph.group"
    "?$select=id&$count=true&$top=999"
)
NEXT: Final = FIRST + "&$skiptoken="


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


def token() -> OutboundResponse:
    return said({"access_token": "graph-token", "token_type": "Bearer", "expires_in": 3599})


def groups(numbers: Sequence[int], following: object = None) -> OutboundResponse:
    document: dict[str, object] = {
        "@odata.count": 7,
        "value": [{"@odata.type": "#microsoft.graph.group", "id": guid(each)} for each in numbers],
    }
    if following is not None:
        document["@odata.nextLink"] = following
    return said(document)


def asked(
    http: ScriptedHttp, provider: Provider = ENTRA, tenant: str = TENANT, **more: Any
) -> Sequence[str]:
    arguments: dict[str, Any] = {"seconds": 5.0, **more}
    return servers(http).graph_groups(provider, tenant, OBJECT, "s&cret", **arguments)


def failure(http: ScriptedHttp, provider: Provider = ENTRA, **more: Any) -> UpstreamFailure:
    with pytest.raises(UpstreamFailure) as caught:
        asked(http, provider, **more)
    assert "s&cret" not in str(caught.value)
    assert "graph-token" not in str(caught.value)
    return caught.value


def test_every_page_is_read_in_order() -> None:
    http = ScriptedHttp([token(), groups([1, 2], NEXT + "a"), groups([3], NEXT + "b"), groups([4])])
    assert asked(http) == [guid(1), guid(2), guid(3), guid(4)]
    first, *pages = http.sent
    assert first.url == f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    assert first.form == {
        "grant_type": "client_credentials",
        "scope": "https://graph.microsoft.com/.default",
        "client_id": ENTRA.client_id,
        "client_secret": "s&cret",
    }
    assert [each.url for each in pages] == [FIRST, NEXT + "a", NEXT + "b"]
    for each in pages:
        assert each.method == "GET"
        assert each.headers["Authorization"] == "Bearer graph-token"
        assert each.headers["ConsistencyLevel"] == "eventual"


def test_somebody_without_groups_has_none() -> None:
    assert asked(ScriptedHttp([token(), groups([])])) == []


def test_a_token_is_used_until_shortly_before_it_ends() -> None:
    http = ScriptedHttp([token(), groups([1])])
    graph = servers(http)

    def ask(tenant: str = TENANT) -> None:
        graph.graph_groups(COMMON, tenant, OBJECT, "s&cret", seconds=5.0)

    for _ in range(3):
        ask()
        http.clock.advance(1000)
    assert [each.method for each in http.sent] == ["POST", "GET", "GET", "GET"]
    http.clock.advance(480)
    http.answers = [token(), groups([1])]
    ask()
    assert [each.method for each in http.sent[4:]] == ["POST", "GET"]
    http.answers = [token(), groups([1])]
    ask(OTHER_TENANT)
    assert [each.method for each in http.sent[6:]] == ["POST", "GET"], "another tenant's"


@pytest.mark.parametrize("expires_in", [None, 0, -1, 60, "3599", True, 2.5, [3599]])
def test_a_token_without_a_sensible_end_is_used_once(expires_in: object) -> None:
    odd = said({"access_token": "graph-token", "token_type": "Bearer", "expires_in": expires_in})
    http = ScriptedHttp([odd, groups([1]), odd, groups([1])])
    graph = servers(http)
    for _ in range(2):
        graph.graph_groups(ENTRA, TENANT, OBJECT, "s&cret", seconds=5.0)
    assert [each.method for each in http.sent] == ["POST", "GET"] * 2


def test_after_a_refusal_there_is_a_new_token() -> None:
    http = ScriptedHttp([token(), groups([1]), said(status=401), token(), groups([2])])
    graph = servers(http)
    graph.graph_groups(ENTRA, TENANT, OBJECT, "s&cret", seconds=5.0)
    with pytest.raises(UpstreamFailure):
        graph.graph_groups(ENTRA, TENANT, OBJECT, "s&cret", seconds=5.0)
    assert graph.graph_groups(ENTRA, TENANT, OBJECT, "s&cret", seconds=5.0) == [guid(2)]


def test_the_tokens_that_are_kept_have_an_end() -> None:
    http = ScriptedHttp([token()])
    graph = servers(http)
    for number in range(TOKENS_KEPT + 5):
        http.answers = [token(), groups([1])]
        graph.graph_groups(COMMON, guid(number), OBJECT, "s&cret", seconds=5.0)
    assert len(graph._graph._tokens._kept) == TOKENS_KEPT


def test_of_many_tenants_the_persons_own_is_asked() -> None:
    http = ScriptedHttp([token(), groups([1])])
    asked(http, COMMON, OTHER_TENANT)
    assert http.sent[0].url.startswith(f"https://login.microsoftonline.com/{OTHER_TENANT}/")


def test_another_application_may_read_the_directory() -> None:
    rule = GroupsRule(
        source=GroupSource.GRAPH, directory_client_id="reader", directory_secret=b"sealed"
    )
    for auth in (ProviderAuth.SECRET_POST, ProviderAuth.FEDERATED):
        http = ScriptedHttp([token(), groups([1])])
        asked(http, replace(ENTRA, groups=rule, auth=auth))
        assert http.sent[0].form["client_id"] == "reader"
        assert http.sent[0].form["client_secret"] == "s&cret"


def test_where_entra_federates_with_us_our_assertion_gets_the_token() -> None:
    http = ScriptedHttp([token(), groups([1])])
    asked(http, replace(ENTRA, auth=ProviderAuth.FEDERATED))
    assert http.sent[0].form["client_assertion"] == "s&cret"
    assert "client_secret" not in http.sent[0].form


@pytest.mark.parametrize(
    ("issuer", "graph"),
    [
        (f"https://login.microsoftonline.us/{TENANT}/v2.0", "https://graph.microsoft.us"),
        (
            f"https://login.partner.microsoftonline.cn/{TENANT}/v2.0",
            "https://microsoftgraph.chinacloudapi.cn",
        ),
        (f"https://entra.example:4443/{TENANT}/v2.0", "https://entra.example:4443"),
    ],
)
def test_each_cloud_has_its_own_graph(issuer: str, graph: str) -> None:
    http = ScriptedHttp([token(), groups([1])])
    asked(http, replace(ENTRA, issuer=issuer))
    assert http.sent[0].form["scope"] == f"{graph}/.default"
    assert http.sent[1].url.startswith(f"{graph}/v1.0/users/")


@pytest.mark.rule("FE-14")
@pytest.mark.parametrize(
    "following",
    [
        "https://evil.example/v1.0/users?$skiptoken=a",
        "https://graph.windows.net/v1.0/users?$skiptoken=a",
        "https://graph.microsoft.com.evil.example/v1.0/x",
        "https://graph.microsoft.com@evil.example/v1.0/x",
        "https://graph.microsoft.com:8443/v1.0/x",
        "http://graph.microsoft.com/v1.0/x",
        "https://127.0.0.1/v1.0/x",
        "//evil.example/x",
        "/v1.0/x",
        "",
        7,
        [NEXT],
        True,
    ],
)
def test_a_link_to_another_host_is_not_followed(following: object) -> None:
    http = ScriptedHttp([token(), groups([1], following), groups([2])])
    assert failure(http).problem is SignInProblem.ANSWER_UNUSABLE
    assert {each.host for each in http.sent} == {"login.microsoftonline.com", "graph.microsoft.com"}
    assert len(http.sent) == 2


@pytest.mark.rule("FE-14")
def test_pages_without_end_end() -> None:
    http = ScriptedHttp([token(), groups([1], NEXT + "a")])
    assert failure(http).problem is SignInProblem.ANSWER_UNUSABLE
    assert len(http.sent) == 21


@pytest.mark.rule("FE-14")
def test_all_pages_together_have_the_time_of_one_call() -> None:
    http = ScriptedHttp([token(), groups([1], NEXT + "a")], takes=1.0)
    assert failure(http, seconds=3.5).problem is SignInProblem.PROVIDER_UNREACHABLE
    assert [each.seconds for each in http.sent] == [3.5, 2.5, 1.5, 0.5]


def test_more_groups_than_are_kept_end_the_reading() -> None:
    full = groups(range(999), NEXT + "a")
    http = ScriptedHttp([token(), *[full] * 12])
    found = asked(http)
    assert len(found) == GROUPS_MAX + 1
    assert len(http.sent) == 12


@pytest.mark.rule("F-25")
@pytest.mark.parametrize(
    "document",
    [
        {},
        {"value": None},
        {"value": {}},
        {"value": [1]},
        {"value": [{}]},
        {"value": [{"id": 7}]},
        {"value": [{"id": ["x"]}]},
        {"value": [{"id": "not-a-guid"}]},
        {"value": [{"id": guid(1)}, {"id": None}]},
    ],
)
def test_an_incomplete_list_is_none(document: object) -> None:
    problem = failure(ScriptedHttp([token(), said(document)])).problem
    assert problem is SignInProblem.ANSWER_UNUSABLE


@pytest.mark.rule("F-24")
@pytest.mark.parametrize(
    ("answers", "problem", "told"),
    [
        ([said({"error": "invalid_client", "error_codes": [7000222]}, 401)], "refused", "7000222"),
        ([said({"error": "x"}, 429)], "busy", "429"),
        ([OutboundUnavailable(OutboundReason.TIMEOUT)], "unreachable", "timeout"),
        ([token(), OutboundUnavailable(OutboundReason.TIMEOUT)], "unreachable", "timeout"),
        ([token(), groups([1], NEXT + "a"), said(status=503)], "busy", "503"),
        ([token(), groups([1], NEXT + "a"), page(429)], "busy", "429"),
        (
            [token(), said({"error": {"code": "Authorization_RequestDenied"}}, 403)],
            "refused",
            "403 Authorization_RequestDenied",
        ),
        ([token(), said({"error": {"code": "Request_ResourceNotFound"}}, 404)], "refused", "404"),
    ],
)
def test_trouble_at_any_page_is_a_failure_of_all(
    answers: list[OutboundResponse | Exception], problem: str, told: str
) -> None:
    found = failure(ScriptedHttp(answers))
    assert found.problem == f"provider-{problem}"
    assert told in found.detail


def test_an_issuer_that_is_no_address_leads_nowhere() -> None:
    http = ScriptedHttp([token(), groups([1])])
    assert failure(http, replace(ENTRA, issuer="entra")).problem is SignInProblem.ANSWER_UNUSABLE
    assert http.sent == []


@pytest.mark.parametrize(
    ("tenant", "person"),
    [
        ("common", OBJECT),
        (TENANT.upper(), OBJECT),
        (TENANT + "/..", OBJECT),
        (TENANT, "me"),
        (TENANT, OBJECT + "\n"),
        (TENANT, "../" + OBJECT),
        (TENANT, ""),
    ],
)
def test_only_guids_become_part_of_an_address(tenant: str, person: str) -> None:
    http = ScriptedHttp([token(), groups([1])])
    with pytest.raises(UpstreamFailure):
        servers(http).graph_groups(ENTRA, tenant, person, "s&cret", seconds=5.0)
    assert http.sent == []
