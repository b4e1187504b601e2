"""The page `docs/reference/administration-api.md`, made from the table of endpoints.

`python -m tests.documentation.administration_api_page` prints it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from authserver.web.admin_api.endpoints import USUAL_BODY
from authserver.web.admin_api.openapi import document_of
from authserver.web.admin_api.problem_kinds import KINDS
from authserver.web.admin_api.table import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authserver.web.admin_api.endpoints import Endpoint

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "administration-api.md"
MEBIBYTE: Final = 1_048_576
_HEAD: Final = """\
# Administration API

This page is generated: `make docs` writes it anew. The same, for programs, is the OpenAPI 3.1
document that every server has at `/admin/api/v1/openapi.json`.
[How to use it](../howto/administer-by-rest.md) shows the way from nothing to a call.

All paths are below `ISSUER/admin/api/v1`. Bodies and answers are JSON; times are UTC (RFC 3339),
durations are seconds. A call carries an access token of this server for this API
(`resource=ISSUER/admin/api/v1`) as `Authorization: Bearer`; API tokens, ID tokens, tokens of others
and cookies do not count. The token of a client gives the scopes that the client is registered with;
the token of a user's app gives those of its scopes that the user's roles give at that moment.

* **Lists** answer `{"items": […], "next_cursor": …}`. `limit` is 1 to 200; `cursor` is the
  `next_cursor` of the page before, and belongs to the same parameters.
* **Changes**: an answer with an `ETag` shows a state. `If-Match` with that tag binds a change to
  it: when somebody else was faster, the answer is 412 and nothing was changed. PATCH and PUT
  without it get 428; `*` takes whatever is there. In a PATCH, what is left out stays.
* **Creations** take an `Idempotency-Key` (8 to 255 characters, best a random UUID): for 24 hours
  the same call with the same key creates nothing more and gets the same answer again, its secret
  included.
* **Bodies** have at most 64 KiB unless their call says otherwise; what is longer is read only after
  the token was found to be good for the call.
"""
_PROBLEMS: Final = """\
## Problems

A refusal is a problem document (RFC 9457, `application/problem+json`) with `type`, `title`,
`status`, `detail`, `request_id` and `errors`: every mistake, with the `pointer` to the body's
member (a JSON Pointer as a URI fragment), or the `parameter` or `header`. Its `type` is
`/problems#` and one of these names.

| `type` | status | |
|---|---|---|\
"""


def administration_api_page() -> str:
    """The page as Markdown, ending with a line end."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    schemas: Any = document_of(ENDPOINTS, "ISSUER/admin/api/v1")
    schemas = schemas["components"]["schemas"]
    yield _HEAD
    for tag in dict.fromkeys(each.tag for each in ENDPOINTS):
        yield f"## {tag}\n"
        yield "| call | | scope | answer |"
        yield "|---|---|---|---|"
        endpoints = [each for each in ENDPOINTS if each.tag == tag]
        yield from (_row(each) for each in endpoints)
        yield ""
        yield from _details(endpoints, schemas)
    yield _PROBLEMS
    for kind in KINDS:
        yield f"| `{kind.slug}` | {kind.status} | {kind.about} |"


def _row(endpoint: Endpoint) -> str:
    scope = f"`{endpoint.needs}`" if endpoint.needs else "none"
    text = endpoint.summary + (f". {endpoint.about}" if endpoint.about else "")
    if endpoint.longest_body > USUAL_BODY:
        text = f"{text.rstrip('.')}. Its body may have {endpoint.longest_body // MEBIBYTE} MiB."
    answer = f"{endpoint.status}"
    if endpoint.answer is not None:
        answer += f" `{endpoint.answer.__name__}`"
    said = f" `{endpoint.said.__name__}`" if endpoint.has_body else ""
    return f"| `{endpoint.method} {endpoint.path}`{said} | {text} | {scope} | {answer} |"


def _details(endpoints: list[Endpoint], schemas: Mapping[str, Any]) -> Iterator[str]:
    told: set[str] = set()
    for endpoint in endpoints:
        parameters = endpoint.query.model_json_schema().get("properties", {})
        own = {name: each for name, each in parameters.items() if name not in {"limit", "cursor"}}
        if own:
            yield f"Parameters of `{endpoint.method} {endpoint.path}`:\n"
            yield from _members(own, ())
        for model in (endpoint.said if endpoint.has_body else None, endpoint.answer):
            if model is None or model.__name__ in told:
                continue
            told.add(model.__name__)
            schema = schemas.get(model.__name__, {})
            members = schema.get("properties", {})
            if members and "next_cursor" not in members:
                yield f"`{model.__name__}`: {schema.get('description', '').partition('.')[0]}\n"
                required = schema.get("required", ()) if model is endpoint.said else ()
                yield from _members(members, required)


def _members(members: Mapping[str, Any], required: tuple[str, ...] | list[str]) -> Iterator[str]:
    yield "| | | |"
    yield "|---|---|---|"
    for name, schema in members.items():
        about = str(schema.get("description", "")).replace("\n", " ")
        must = "required. " if name in required else ""
        default = schema.get("default")
        if default not in (None, "", []):
            about = f"{about} Default: `{default}`".strip()
        yield f"| `{name}` | {_kind(schema)} | {must}{about} |"
    yield ""


def _kind(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if "enum" in schema or "const" in schema:
        return ", ".join(f"`{each}`" for each in schema.get("enum", [schema.get("const")]))
    kind = str(schema.get("format") or schema.get("type", "anything"))
    if kind == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    return {"string": "text", "boolean": "true or false", "date-time": "time"}.get(kind, kind)


if __name__ == "__main__":
    sys.stdout.write(administration_api_page())
