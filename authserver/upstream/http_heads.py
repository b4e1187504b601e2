"""Reads a response's head strictly: one reading of where it ends, or none at all."""

from __future__ import annotations

import http.client
import re
from typing import TYPE_CHECKING, Final

from authserver.domain.outbound import OutboundAnswerInvalid, OutboundReason

if TYPE_CHECKING:
    from email.message import Message

    from authserver.upstream.http_budget import WireBudget
    from authserver.upstream.http_sockets import BoundedSocket

_LENGTH: Final = re.compile(r"[0-9]{1,18}\Z")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_NOT_IN_VALUE: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class StrictResponse(http.client.HTTPResponse):
    """The standard library's parser, followed by the rules of RFC 9112 that it forgives."""

    def __init__(
        self,
        sock: BoundedSocket,
        debuglevel: int = 0,
        method: str | None = None,
        url: str | None = None,
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        self._budget = sock.budget

    def begin(self) -> None:
        """Read and judge the head.

        Raises:
            OutboundAnswerInvalid: `headers_too_large`, `too_large` (announced length),
                `encoding_refused` or `protocol_error`.
        """
        super().begin()
        try:
            check_head(self.msg, self._budget)
        except OutboundAnswerInvalid as error:
            error.status = self.status
            raise
        self._budget.start_body()


def check_head(head: Message, budget: WireBudget) -> None:
    """Judge the parsed header fields.

    Raises:
        OutboundAnswerInvalid: as `StrictResponse.begin`.
    """
    fields = head.items()
    size = sum(len(name) + len(value) + len(": \r\n") for name, value in fields)
    if len(fields) > budget.max_headers or size > budget.max_header_bytes:
        raise OutboundAnswerInvalid(
            OutboundReason.HEADERS_TOO_LARGE, "more header fields than the limit"
        )
    # What the parser could not read as a field it keeps as a defect or as "payload".
    if head.defects or head.get_payload() or any(not _well_formed(*field) for field in fields):
        raise _malformed("a malformed header field")
    lengths = head.get_all("content-length", [])
    encodings = head.get_all("transfer-encoding", [])
    if encodings and (lengths or [value.lower() for value in encodings] != ["chunked"]):
        raise _malformed("ambiguous framing of the body")
    if len(lengths) > 1 or any(not _LENGTH.match(value) for value in lengths):
        raise _malformed("an unusual Content-Length")
    if lengths and int(lengths[0]) > budget.max_body_bytes:
        raise OutboundAnswerInvalid(OutboundReason.TOO_LARGE, "announces more than the limit")
    if len(head.get_all("content-type", [])) > 1:
        raise _malformed("more than one Content-Type")
    if any(value.lower() not in ("", "identity") for value in head.get_all("content-encoding", [])):
        raise OutboundAnswerInvalid(
            OutboundReason.ENCODING_REFUSED, "a Content-Encoding we did not ask for"
        )


def _well_formed(name: str, value: str) -> bool:
    return bool(_NAME.match(name)) and not _NOT_IN_VALUE.search(value)


def _malformed(detail: str) -> OutboundAnswerInvalid:
    return OutboundAnswerInvalid(OutboundReason.PROTOCOL_ERROR, detail)
