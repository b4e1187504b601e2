"""The OpenAPI document says what is served, and what is served is in the document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from openapi_spec_validator import validate

from authserver.domain.roles import PERMISSIONS
from authserver.web.admin_api.openapi import document_of
from authserver.web.admin_api.problem_kinds import KINDS
from authserver.web.admin_api.table import ENDPOINTS
from tests.web.admin_api.examples import call, prepared
from tests.web.admin_api.rest import problem

if TYPE_CHECKING:
    from tests.web.admin_api.rest import Rest

ONLY_LOOK = {"planPolicy", "testPolicy"}
"""Calls that change nothing, and are a POST because what they look at comes with them."""
IDENTIFIER = "https://auth.example.test/admin/api/v1"


def operations(document: Any) -> dict[tuple[str, str], Any]:
    """The operations by method and path."""
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def test_the_document_is_valid() -> None:
    document: Any = document_of(ENDPOINTS, IDENTIFIER)
    validate(document)
    scopes = document["components"]["securitySchemes"]["token"]["flows"]["clientCredentials"]
    assert scopes["scopes"].keys() == PERMISSIONS
    assert scopes["tokenUrl"] == "https://auth.example.test/oauth2/token"


def test_the_document_and_the_routes_agree_both_ways(rest: Rest) -> None:
    document = rest.get("/openapi.json", token=None)
    described = operations(document)
    assert described.keys() == {(each.method, each.path) for each in ENDPOINTS}
    examples = prepared(rest)
    for endpoint in ENDPOINTS:
        answer = call(rest, endpoint, examples[endpoint.operation])
        operation = described[endpoint.method, endpoint.path]
        assert str(answer.status) in operation["responses"], endpoint.operation
        security = operation["security"]
        assert security == ([{"token": [endpoint.needs]}] if endpoint.needs else [])
    for path in document["paths"]:
        methods = {method for method, other in described if other == path}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - methods:
            answer = rest.call(method, re.sub(r"\{.*?\}", "x", path))
            assert problem(answer) == (405, "method-not-allowed")
            allowed = set(answer.headers["allow"].split(", ")) - {"HEAD"}
            assert allowed == methods


def test_what_is_in_no_table_is_not_there(rest: Rest) -> None:
    for path in (
        "/",
        "",
        "//",
        "/clients/",
        "//clients",
        "/clients//secrets",
        "/a",
        "/a\nb",
        "/clients/x/y",
    ):
        assert problem(rest.call("GET", path)) == (404, "not-found"), path


def test_every_endpoint_names_its_one_scope_and_every_operation_has_its_own_name() -> None:
    assert [each.operation for each in ENDPOINTS if not each.needs] == ["describeApi"]
    assert {each.needs for each in ENDPOINTS if each.needs} <= PERMISSIONS
    assert len({each.operation for each in ENDPOINTS}) == len(ENDPOINTS)
    for endpoint in ENDPOINTS:
        looks = endpoint.method == "GET" or endpoint.operation in ONLY_LOOK
        verb = "read" if looks else "write"
        assert not endpoint.needs or endpoint.needs.endswith(f":{verb}"), endpoint.operation


def test_what_needs_a_scope_to_read_leaves_no_record(rest: Rest) -> None:
    examples = prepared(rest)
    before = len(rest.world.installation.records())
    for endpoint in ENDPOINTS:
        if endpoint.operation in ONLY_LOOK:
            assert call(rest, endpoint, examples[endpoint.operation]).status == endpoint.status
    assert len(rest.world.installation.records()) == before


def test_every_kind_of_problem_has_its_own_name() -> None:
    assert len({kind.slug for kind in KINDS}) == len(KINDS)
