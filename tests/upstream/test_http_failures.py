"""What the libraries raise becomes one of our reasons, on every release of Python 3.11."""

from __future__ import annotations

import http.client
import ssl

import pytest
from urllib3.exceptions import HTTPError, ProtocolError, SSLError

from authserver.domain.outbound import OutboundReason
from authserver.upstream.http_failures import translate


def unnamed_end() -> ssl.SSLError:
    """How Python 3.11.2 says that a TLS connection ended without goodbye."""
    error = ssl.SSLError(1, "text")
    error.reason = "UNEXPECTED_EOF_WHILE_READING"
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), OutboundReason.TIMEOUT),
        (unnamed_end(), OutboundReason.CONNECTION_BROKEN),
        (ssl.SSLEOFError(8, "text"), OutboundReason.CONNECTION_BROKEN),
        (SSLError(unnamed_end()), OutboundReason.CONNECTION_BROKEN),
        (ssl.SSLError(1, "text"), OutboundReason.TLS_FAILED),
        (ConnectionResetError(), OutboundReason.CONNECTION_BROKEN),
        (http.client.RemoteDisconnected("text"), OutboundReason.CONNECTION_BROKEN),
        (ProtocolError("text", http.client.IncompleteRead(b"text")),
         OutboundReason.CONNECTION_BROKEN),
        (http.client.BadStatusLine("text"), OutboundReason.PROTOCOL_ERROR),
        (http.client.HTTPException("text"), OutboundReason.HEADERS_TOO_LARGE),
        (http.client.LineTooLong("text"), OutboundReason.HEADERS_TOO_LARGE),
        (ValueError("text"), OutboundReason.PROTOCOL_ERROR),
        (HTTPError("text"), OutboundReason.PROTOCOL_ERROR),
        (HTTPError(), OutboundReason.PROTOCOL_ERROR),
    ],
)  # fmt: skip
def test_every_library_error_has_a_reason_and_loses_its_text(
    error: Exception, reason: OutboundReason
) -> None:
    translated = translate(error)
    assert translated.reason is reason
    assert "text" not in str(translated)
