"""The request as we send it: few methods, no header that is ours to set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.outbound import OutboundReason, OutboundRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})

OURS: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "cookie",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
"""Header fields that decide about framing, connection or state: no caller sets them."""

_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?\Z")


def request_headers(method: str, headers: Mapping[str, str] | None, accept: str) -> dict[str, str]:
    """The header fields to send.

    Raises:
        OutboundRefused: `request_refused`; the detail names no value, it may be a secret.
    """
    if method not in METHODS:
        raise OutboundRefused(OutboundReason.REQUEST_REFUSED, "a method that is not used")
    sent = {"Accept": accept, "Accept-Encoding": "identity", "User-Agent": "authserver"}
    for name, value in (headers or {}).items():
        if not _NAME.match(name) or name.lower() in OURS or name.lower().startswith("proxy-"):
            raise OutboundRefused(OutboundReason.REQUEST_REFUSED, "a header callers may not set")
        if not _VALUE.match(value):
            raise OutboundRefused(
                OutboundReason.REQUEST_REFUSED, "a header value that is not printable ASCII"
            )
        sent[name] = value
    return sent
