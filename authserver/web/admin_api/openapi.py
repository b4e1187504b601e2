"""The OpenAPI 3.1 document of the administration API, made from the table."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from pydantic.json_schema import models_json_schema

from authserver.domain.roles import PERMISSIONS
from authserver.web.admin_api.models.members import NoQuery
from authserver.web.admin_api.problem_kinds import OF_STATUS
from authserver.web.admin_api.problems import PROBLEM_TYPE
from authserver.web.admin_api.refusals import KEY_HEADER
from authserver.web.admin_api.tags import HEADER as IF_MATCH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from pydantic import BaseModel

    from authserver.web.admin_api.endpoints import Endpoint

    References = Mapping[tuple[Any, str], Any]
    """The reference to each model's schema, as it is read or written."""

VERSION: Final = "1"
SCHEME: Final = "token"
JSON: Final = "application/json"
_SCHEMAS: Final = "#/components/schemas/{model}"
_FIRST_ERROR: Final = 400
_ABOUT: Final = """\
Everything that administers this server: clients, protected resources, people, tokens, policies.

Calls carry an access token of this server for this API (`Authorization: Bearer`), issued to a
client that is registered with `admin:` scopes, or to an app that a user with a role has signed in
to: then the scopes count that the user's roles give at the moment of the call. Refusals are problem
documents (RFC 9457). Times are UTC (RFC 3339), durations are seconds.
"""
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "errors", "request_id"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Every mistake with its place.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "additionalProperties": False,
                "properties": {
                    "detail": {"type": "string"},
                    "pointer": {
                        "type": "string",
                        "description": "A member of the body: a JSON Pointer as a URI fragment.",
                    },
                    "parameter": {"type": "string"},
                    "header": {"type": "string"},
                    "file": {
                        "type": "string",
                        "description": "Of several files in the body: the one, and where in it.",
                    },
                    "line": {"type": "integer", "minimum": 1},
                    "field": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string"},
    },
}


def document_of(endpoints: Sequence[Endpoint], identifier: str) -> Mapping[str, object]:
    """The document; `identifier` is the API's URL."""
    references, schemas = _schemas(endpoints)
    paths: dict[str, dict[str, object]] = {}
    for endpoint in endpoints:
        operations = paths.setdefault(endpoint.path, {})
        operations[endpoint.method.lower()] = _operation(endpoint, references)
    issuer = identifier.removesuffix("/admin/api/v1")
    return {
        "openapi": "3.1.0",
        "info": {"title": "authserver administration", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": identifier}],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": _PROBLEM},
            "securitySchemes": {SCHEME: _scheme(issuer)},
        },
    }


def _schemas(
    endpoints: Sequence[Endpoint],
) -> tuple[References, Mapping[str, Any]]:
    wanted: dict[tuple[type[BaseModel], Literal["validation", "serialization"]], None] = {}
    for endpoint in endpoints:
        if endpoint.has_body:
            wanted[endpoint.said, "validation"] = None
        if endpoint.answer is not None:
            wanted[endpoint.answer, "serialization"] = None
    references, definitions = models_json_schema([*wanted], ref_template=_SCHEMAS)
    found = {(model, str(mode)): schema for (model, mode), schema in references.items()}
    return found, definitions.get("$defs", {})


def _operation(endpoint: Endpoint, references: References) -> dict[str, object]:
    operation: dict[str, object] = {
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": [*_variables(endpoint), *_parameters(endpoint), *_headers(endpoint)],
        "security": [{SCHEME: [endpoint.needs]}] if endpoint.needs else [],
        "responses": {
            str(status): _response(endpoint, status, references)
            for status in sorted(endpoint.statuses)
        },
    }
    if endpoint.about:
        operation["description"] = endpoint.about
    if endpoint.has_body:
        schema = references[endpoint.said, "validation"]
        members = endpoint.said.model_fields.values()
        types = [JSON, "application/merge-patch+json"] if endpoint.method == "PATCH" else [JSON]
        operation["requestBody"] = {
            "description": f"At most {endpoint.longest_body} bytes.",
            "required": any(each.is_required() for each in members),
            "content": {each: {"schema": schema} for each in types},
        }
    return operation


def _variables(endpoint: Endpoint) -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        }
        for name in endpoint.variables
    ]


def _parameters(endpoint: Endpoint) -> list[dict[str, object]]:
    if endpoint.query is NoQuery:
        return []
    schema = endpoint.query.model_json_schema()
    required = schema.get("required", [])
    definitions = schema.get("$defs", {})
    found: list[dict[str, object]] = []
    for name, member in schema["properties"].items():
        described = _inlined(dict(member), definitions)
        about = described.pop("description", None)
        described.pop("title", None)
        parameter = {"name": name, "in": "query", "required": name in required}
        found.append(
            {**parameter, **({"description": about} if about else {}), "schema": described}
        )
    return found


def _inlined(schema: dict[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a parameter with the words it refers to, and without the null of absence."""
    options = [each for each in schema.pop("anyOf", []) if each.get("type") != "null"]
    for each in options:
        schema = {**each, **schema}
    reference = schema.pop("$ref", None)
    if reference is not None:
        schema = {**definitions[reference.rpartition("/")[2]], **schema}
    if schema.get("default", "") is None:
        del schema["default"]
    return schema


def _headers(endpoint: Endpoint) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if endpoint.shows is not None and endpoint.writes:
        found.append(
            {
                "name": IF_MATCH,
                "in": "header",
                "required": endpoint.needs_match,
                "description": "The ETag of the state that is to be changed.",
                "schema": {"type": "string"},
                "example": "*",
            }
        )
    if endpoint.creates:
        found.append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "required": False,
                "description": "A random value: with it the call may be repeated for 24 hours, "
                "creates once, and gets the same answer again.",
                "schema": {"type": "string", "minLength": 8, "maxLength": 255},
            }
        )
    return found


def _response(endpoint: Endpoint, status: int, references: References) -> dict[str, object]:
    if status >= _FIRST_ERROR:
        kind = OF_STATUS[status]
        response: dict[str, object] = {
            "description": kind.title,
            "content": {PROBLEM_TYPE: {"schema": {"$ref": _SCHEMAS.format(model="Problem")}}},
        }
        headers = _refusal_headers(status)
        return {**response, "headers": headers} if headers else response
    response = {"description": HTTPStatus(status).phrase}
    if endpoint.answer is not None:
        schema = references[endpoint.answer, "serialization"]
        response["content"] = {JSON: {"schema": schema}}
    headers = {}
    if endpoint.shows is not None and not endpoint.creates and endpoint.answer is not None:
        headers["ETag"] = _text("The state that is shown.")
    if status == HTTPStatus.CREATED:
        headers["Location"] = _text("Where it is.")
    return {**response, "headers": headers} if headers else response


def _refusal_headers(status: int) -> dict[str, object]:
    if status in {401, 403}:
        return {"WWW-Authenticate": _text("The challenge (RFC 6750 section 3).")}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": _text("Seconds.")}
    return {}


def _text(about: str) -> dict[str, object]:
    return {"description": about, "schema": {"type": "string"}}


def _scheme(issuer: str) -> dict[str, object]:
    scopes = {scope: _in_words(scope) for scope in sorted(PERMISSIONS)}
    token = {"tokenUrl": f"{issuer}/oauth2/token", "scopes": scopes}
    return {
        "type": "oauth2",
        "description": "An access token whose audience is this API.",
        "flows": {
            "clientCredentials": token,
            "authorizationCode": {"authorizationUrl": f"{issuer}/oauth2/authorize", **token},
        },
    }


def _in_words(scope: str) -> str:
    _, area, verb = scope.split(":")
    return f"{'look at' if verb == 'read' else 'change'} {area}"
