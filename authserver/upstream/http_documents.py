"""Calls whose answer is one JSON object, for whatever can make a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.outbound import (
    HttpClient,
    OutboundAnswerInvalid,
    OutboundDocument,
    OutboundReason,
)
from authserver.upstream.http_json import json_object
from authserver.upstream.http_urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.outbound import OutboundResponse

ACCEPT_JSON: Final = "application/json"
HTTP_OK: Final = 200
SERVER_ERRORS: Final = 500


class DocumentCalls(HttpClient):
    """The part of an `HttpClient` that reads JSON; who inherits it has `request` to write."""

    def request_json(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        max_body_bytes: int | None = None,
        total_seconds: float | None = None,
    ) -> OutboundDocument:
        """As `HttpClient.request_json`."""
        response = self.request(
            method,
            url,
            headers=headers,
            body=body,
            accept=ACCEPT_JSON,
            max_body_bytes=max_body_bytes,
            total_seconds=total_seconds,
        )
        if response.status >= SERVER_ERRORS:
            raise _unexpected(url, response)
        return OutboundDocument(response.status, response.headers, _document(url, response))

    def get_json(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_body_bytes: int | None = None,
        total_seconds: float | None = None,
    ) -> dict[str, object]:
        """As `HttpClient.get_json`."""
        response = self.request(
            "GET",
            url,
            headers=headers,
            accept=ACCEPT_JSON,
            max_body_bytes=max_body_bytes,
            total_seconds=total_seconds,
        )
        if response.status != HTTP_OK:
            raise _unexpected(url, response)
        return _document(url, response)


def _unexpected(url: str, response: OutboundResponse) -> OutboundAnswerInvalid:
    return OutboundAnswerInvalid(
        OutboundReason.STATUS,
        f"answered {response.status}",
        origin=parse_url(url).origin,
        status=response.status,
    )


def _document(url: str, response: OutboundResponse) -> dict[str, object]:
    try:
        return json_object(response.headers.get("content-type", ""), response.body)
    except OutboundAnswerInvalid as error:
        error.origin, error.status = parse_url(url).origin, response.status
        raise
