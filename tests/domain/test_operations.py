from __future__ import annotations

import pytest

from authserver.domain.operations import (
    Effect,
    Operation,
    OperationCatalogue,
    ProductCatalogue,
    Unmatched,
    is_canonical,
    template_shape,
)
from authserver.domain.resources import ResourceKind


def operation(call: str, api: str = "api") -> Operation:
    method, template = call.split(" ")
    return Operation(api, method, template, f"{method}-{template}", Effect.READ)


def product(*calls: str) -> ProductCatalogue:
    return ProductCatalogue(ResourceKind.JIRA_CLOUD, map(operation, calls))


def matched(catalogue: ProductCatalogue, call: str) -> list[str] | Unmatched:
    found = catalogue.match(*call.split(" "))
    if isinstance(found, Unmatched):
        return found
    return [f"{each.method} {each.template}" for each in found]


def test_a_parameter_stands_for_one_segment() -> None:
    catalogue = product("GET /issue/{id}")
    assert matched(catalogue, "GET /issue/ABC-1") == ["GET /issue/{id}"]
    assert matched(catalogue, "GET /issue") is Unmatched.UNKNOWN_PATH
    assert matched(catalogue, "GET /issue/ABC-1/more") is Unmatched.UNKNOWN_PATH


def test_a_literal_wins_over_a_parameter_in_its_place() -> None:
    catalogue = product("GET /issue/{id}", "GET /issue/picker")
    assert matched(catalogue, "GET /issue/picker") == ["GET /issue/picker"]
    assert matched(catalogue, "GET /issue/pick") == ["GET /issue/{id}"]


def test_where_no_template_wins_the_call_means_all_of_them() -> None:
    catalogue = product("GET /{a}/x", "GET /y/{b}")
    assert matched(catalogue, "GET /y/x") == ["GET /y/{b}", "GET /{a}/x"]


def test_a_beaten_template_drops_out_beside_others_that_are_not() -> None:
    catalogue = product("GET /{a}/{b}/z", "GET /x/{b}/z", "GET /{a}/y/z", "GET /{a}/{b}/{c}")
    assert matched(catalogue, "GET /x/y/z") == ["GET /x/{b}/z", "GET /{a}/y/z"]


def test_a_template_without_the_method_does_not_hide_one_that_has_it() -> None:
    catalogue = product("GET /issue/picker", "PUT /issue/{id}")
    assert matched(catalogue, "PUT /issue/picker") == ["PUT /issue/{id}"]


def test_head_counts_as_get() -> None:
    assert matched(product("GET /a"), "HEAD /a") == ["GET /a"]
    assert matched(product("POST /a"), "HEAD /a") is Unmatched.UNKNOWN_METHOD


@pytest.mark.parametrize("extension", ["atom", "htm", "html", "json", "txt", "xml"])
def test_a_path_with_an_extension_means_what_the_site_makes_of_it_as_well(extension: str) -> None:
    catalogue = product("GET /type", "GET /type/{id}", "GET /type/page", "PUT /type/{id}")
    for path, meant in (
        (f"/type/page.{extension}", ["GET /type/{id}", "GET /type/page"]),
        (f"/type/.{extension}", ["GET /type/{id}", "GET /type"]),
        (f"/type/7.{extension}", ["GET /type/{id}"]),
        (f"/type/page.{extension}.{extension}", ["GET /type/{id}"]),
        (f"/type.{extension}", ["GET /type"]),
    ):
        assert matched(catalogue, f"GET {path}") == meant
        assert matched(catalogue, f"HEAD {path}") == meant


@pytest.mark.parametrize(
    ("call", "why"),
    [
        ("PUT /type/.json", Unmatched.UNKNOWN_METHOD),
        ("GET /more/.json", Unmatched.UNKNOWN_PATH),
        ("GET /type/..json", Unmatched.PATH_NOT_CANONICAL),
        ("GET /type/...xml", Unmatched.PATH_NOT_CANONICAL),
        ("GET /types.json", Unmatched.UNKNOWN_PATH),
        ("PUT /type.json", Unmatched.UNKNOWN_PATH),
    ],
)
def test_what_is_no_operation_with_or_without_its_extension_is_none(
    call: str, why: Unmatched
) -> None:
    catalogue = product("GET /type", "GET /type/{id}", "PUT /type/{id}", "GET /more/{id}")
    assert matched(catalogue, call) is why


def test_other_endings_are_no_extensions() -> None:
    catalogue = product("GET /type/{id}", "GET /type/page")
    for ending in (".png", ".JSON", ".jso", "json", ".json~", ".xml.x"):
        assert matched(catalogue, f"GET /type/page{ending}") == ["GET /type/{id}"]


@pytest.mark.parametrize("method", ["get", "OPTIONS", "PATCH", "", "GET "])
def test_a_method_that_no_operation_of_the_path_has_is_told_apart(method: str) -> None:
    assert product("GET /a").match(method, "/a") is Unmatched.UNKNOWN_METHOD


def test_a_place_on_the_way_is_no_operation() -> None:
    assert matched(product("GET /a/b"), "GET /a") is Unmatched.UNKNOWN_PATH


def test_case_matters_in_paths() -> None:
    assert matched(product("GET /issueLink"), "GET /issuelink") is Unmatched.UNKNOWN_PATH


def test_latest_is_the_newest_version_by_number() -> None:
    catalogue = product("GET /rest/api/1.9/a", "GET /rest/api/1.10/a", "GET /rest/api/1.9/b")
    assert matched(catalogue, "GET /rest/api/latest/a") == ["GET /rest/api/1.10/a"]
    assert matched(catalogue, "GET /rest/api/latest/b") is Unmatched.UNKNOWN_PATH


def test_latest_that_is_part_of_a_template_stays_what_it_is() -> None:
    catalogue = product("GET /rest/api/2/a", "GET /rest/api/latest/b")
    assert matched(catalogue, "GET /rest/api/latest/b") == ["GET /rest/api/latest/b"]
    assert matched(catalogue, "GET /rest/api/latest/a") is Unmatched.UNKNOWN_PATH


def test_latest_means_nothing_elsewhere() -> None:
    catalogue = product("GET /wiki/api/2/a", "GET /rest/content/a", "GET /rest/api/2/7/a")
    for call in ("GET /wiki/api/latest/a", "GET /rest/latest/a", "GET /rest/api/2/latest/a"):
        assert matched(catalogue, call) is Unmatched.UNKNOWN_PATH


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "a",
        "a/b",
        "//a",
        "/a//b",
        "/a/",
        "/.",
        "/..",
        "/a/./b",
        "/a/../b",
        "/a/..",
        "/a;b",
        "/a?b",
        "/a#b",
        "/a\\b",
        "/a b",
        "/a\n",
        "/a\x00",
        "/é",
        "/a%",
        "/a%2",
        "/a%zz",
        "/%41",
        "/%2e%2e",
        "/%2E",
        "/a%2Fb",
        "/a%2fb",
        "/a%5C",
        "/a%3B",
        "/a%25",
        "/a%00",
        "/a%7F",
        "/a%7E",
        "/a%5F",
        "/a%2D",
        "/a%39",
        "/a%7a",
        "/a%c3%a9",
    ],
)
def test_a_path_that_can_be_read_in_two_ways_is_no_operation(path: str) -> None:
    assert not is_canonical(path)
    assert product("GET /{a}", "GET /{a}/{b}").match("GET", path) is Unmatched.PATH_NOT_CANONICAL


@pytest.mark.parametrize(
    "path",
    ["/a", "/a.b", "/...", "/.a", "/a..", "/~a_b-c", "/a%20b", "/%C3%A9", "/a:b@c,d=e", "/%3F"],
)
def test_a_path_that_can_be_read_in_one_way_is_matched(path: str) -> None:
    assert is_canonical(path)
    assert matched(product("GET /{a}"), f"GET {path}") == ["GET /{a}"]


def test_a_hostile_path_is_refused_in_linear_time() -> None:
    catalogue = product("GET /{a}/{b}")
    for path in ("/a" * 500_000, "/" + "a" * 1_000_000 + ";", "/%20" * 300_000 + "%"):
        assert isinstance(catalogue.match("GET", path), Unmatched)


def test_parameter_names_are_only_labels() -> None:
    assert template_shape("/a/{b}/c") == template_shape("/a/{x}/c") == ("a", "", "c")
    with pytest.raises(ValueError, match=r"GET /a/\{x\} is there twice, in one and two"):
        ProductCatalogue(
            ResourceKind.JIRA_DC,
            [operation("GET /a/{b}", "one"), operation("GET /a/{x}", "two")],
        )


def test_each_kind_of_resource_has_its_own_operations() -> None:
    jira, confluence = product("GET /a"), product("GET /b")
    catalogue = OperationCatalogue(
        {ResourceKind.JIRA_CLOUD: jira, ResourceKind.CONFLUENCE_CLOUD: confluence}
    )
    assert catalogue.of_kind(ResourceKind.JIRA_CLOUD) is jira
    assert catalogue.of_kind(ResourceKind.CONFLUENCE_CLOUD) is confluence


def test_a_path_means_the_same_whenever_it_is_asked_and_however_long_it_is() -> None:
    catalogue = product("GET /issue/{id}")
    for name in ("A", "A" * 2000):
        for _ in range(2):
            assert matched(catalogue, f"GET /issue/{name}") == ["GET /issue/{id}"]
            assert matched(catalogue, f"POST /issue/{name}") is Unmatched.UNKNOWN_METHOD
