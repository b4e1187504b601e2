"""Puts what the HTTP and TLS libraries raise into our own words, without their texts.

Their texts quote URLs, header values and pieces of bodies; ours end up in logs.
"""

from __future__ import annotations

import http.client
import ssl
from typing import Final

from urllib3.exceptions import HTTPError, ReadTimeoutError

from authserver.domain.outbound import (
    OutboundAnswerInvalid,
    OutboundError,
    OutboundReason,
    OutboundUnavailable,
)

EXPECTED: Final = (OSError, ValueError, ArithmeticError, http.client.HTTPException, HTTPError)
"""What a hostile or broken server can make the libraries raise."""


_UNAVAILABLE: Final = (
    (TimeoutError, OutboundReason.TIMEOUT, "no answer in time"),
    (ssl.SSLError, OutboundReason.TLS_FAILED, "not acceptable"),
    (OSError, OutboundReason.CONNECTION_BROKEN, "cut off"),
    (http.client.IncompleteRead, OutboundReason.CONNECTION_BROKEN, "cut off"),
)
"""The first line whose class fits."""


def translate(error: BaseException) -> OutboundError:
    """The domain error for one of `EXPECTED`."""
    if isinstance(error, HTTPError):
        return _translate_wrapper(error)
    if _is_cut_off(error):
        return OutboundUnavailable(OutboundReason.CONNECTION_BROKEN, "cut off")
    for kind, reason, detail in _UNAVAILABLE:
        if isinstance(error, kind):
            return OutboundUnavailable(reason, _tls_detail(error) or detail)
    if type(error) in (http.client.HTTPException, http.client.LineTooLong):
        return OutboundAnswerInvalid(
            OutboundReason.HEADERS_TOO_LARGE, "more header fields than the limit"
        )
    return OutboundAnswerInvalid(OutboundReason.PROTOCOL_ERROR, "not an HTTP response")


def _is_cut_off(error: BaseException) -> bool:
    """Whether a TLS connection ended without goodbye; Python 3.11.2 has no class of its own."""
    return isinstance(error, ssl.SSLEOFError) or _mnemonic(error) == "UNEXPECTED_EOF_WHILE_READING"


def _tls_detail(error: BaseException) -> str:
    """What OpenSSL says of the certificate or the handshake: words of its own and our host."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return _mnemonic(error)


def _mnemonic(error: BaseException) -> str:
    """OpenSSL's name for a TLS error, which only errors that come from OpenSSL have."""
    return (getattr(error, "reason", "") or "") if isinstance(error, ssl.SSLError) else ""


def _translate_wrapper(error: HTTPError) -> OutboundError:
    """urllib3 carries the original error as its last argument."""
    if isinstance(error, ReadTimeoutError):
        return OutboundUnavailable(OutboundReason.TIMEOUT, "no answer in time")
    original = error.args[-1] if error.args else None
    if isinstance(original, EXPECTED):
        return translate(original)
    return OutboundAnswerInvalid(OutboundReason.PROTOCOL_ERROR, "not an HTTP response")
