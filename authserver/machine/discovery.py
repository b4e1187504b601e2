"""Metadata and keys: what anybody may read, and keep for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from authserver.machine.responses import JSON, Response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.machine.requests import Request
    from authserver.machine.routes import Endpoint
    from authserver.services.directory import Keys


def metadata_endpoint(document: Mapping[str, object], max_age: int) -> Endpoint:
    """`GET` the metadata document; caches may keep it `max_age` seconds."""
    headers = (*JSON, ("Cache-Control", f"public, max-age={max_age}"))
    answer = Response(200, headers, orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))

    def metadata(_request: Request) -> Response:
        return answer

    return metadata


def jwks_endpoint(keys: Keys, max_age: int) -> Endpoint:
    """`GET` the public keys (RFC 7517); revalidation costs no body (RFC 9110 section 13.1.2)."""

    def jwks(request: Request) -> Response:
        ring = keys.ring
        etag = ring.etag()
        headers = (*JSON, ("Cache-Control", f"public, max-age={max_age}"), ("ETag", etag))
        if etag in _tags(request.headers.get("if-none-match", "")):
            return Response(304, headers[1:], b"")
        return Response(200, headers, ring.jwks())

    return jwks


def _tags(header: str) -> list[str]:
    """The entity tags of `If-None-Match`, weak ones too: for caches they compare alike."""
    return [tag.strip().removeprefix("W/") for tag in header.split(",")]
