"""One request and its response on one connection, within the call's budget."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from authserver.domain.outbound import (
    OutboundAnswerInvalid,
    OutboundError,
    OutboundReason,
    OutboundResponse,
)
from authserver.upstream.http_budget import WireBudget
from authserver.upstream.http_failures import EXPECTED, translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from urllib3.response import HTTPResponse

    from authserver.upstream.http_addresses import IPAddress
    from authserver.upstream.http_budget import Deadline
    from authserver.upstream.http_connections import PinnedConnection
    from authserver.upstream.http_urls import Target

READ_SIZE: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """A request that passed the checks of form, and its limits."""

    target: Target
    method: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    deadline: Deadline
    max_header_bytes: int
    max_headers: int
    max_body_bytes: int


def open_connection(
    connection: PinnedConnection, addresses: Sequence[IPAddress], deadline: Deadline
) -> None:
    """Connect to one of the addresses.

    Raises:
        OutboundUnavailable: `connect_failed`, `tls_failed`, `timeout` or `connection_broken`.
    """
    failure: OutboundError
    try:
        connection.open(addresses, deadline)
    except OutboundError as error:
        failure = error
    except EXPECTED as error:
        failure = translate(error)
    else:
        return
    connection.close()
    # Outside the handler: the library's error may quote secrets and must not travel along.
    raise failure


def exchange(connection: PinnedConnection, call: Call) -> tuple[OutboundResponse, bool]:
    """Send and read; the flag says whether the connection can serve another call.

    On an error the connection is closed.

    Raises:
        OutboundUnavailable: no complete answer.
        OutboundAnswerInvalid: an answer we do not take.
    """
    connection.charge(
        WireBudget(
            call.deadline,
            max_header_bytes=call.max_header_bytes,
            max_headers=call.max_headers,
            max_body_bytes=call.max_body_bytes,
        )
    )
    failure: OutboundError
    response: HTTPResponse | None = None
    try:
        connection.request(
            call.method,
            call.target.path_and_query,
            body=call.body,
            headers=call.headers,
            preload_content=False,
            decode_content=False,
        )
        response = connection.getresponse()
        _check_status(response.status, response.headers.get("location", ""))
        answer = OutboundResponse(
            status=response.status,
            headers=_headers(response),
            body=_body(response, call.max_body_bytes),
        )
    except OutboundError as error:
        failure = error
    except EXPECTED as error:
        failure = translate(error)
    else:
        return answer, response.isclosed() and not connection.is_closed
    if response is not None:
        if isinstance(failure, OutboundAnswerInvalid):
            failure.status = response.status
        response.close()
    connection.close()
    raise failure


def _check_status(status: int, location: str) -> None:
    if 300 <= status < 400 and status != 304:  # noqa: PLR2004 - RFC 9110 section 15.4
        # The Location is not followed and in no text: it is the other server's.
        raise OutboundAnswerInvalid(
            OutboundReason.REDIRECT_REFUSED,
            "redirects are not followed",
            status=status,
            location=location,
        )
    if not 200 <= status < 600:  # noqa: PLR2004 - RFC 9110 section 15
        raise OutboundAnswerInvalid(
            OutboundReason.PROTOCOL_ERROR, "not the status of a final answer", status=status
        )


def _headers(response: HTTPResponse) -> Mapping[str, str]:
    names = dict.fromkeys(name.lower() for name in response.headers)
    names.pop("set-cookie", None)
    return MappingProxyType({name: ", ".join(response.headers.getlist(name)) for name in names})


def _body(response: HTTPResponse, limit: int) -> bytes:
    body = bytearray()
    while data := response.read(min(READ_SIZE, limit + 1 - len(body)), decode_content=False):
        body += data
        if len(body) > limit:
            raise OutboundAnswerInvalid(OutboundReason.TOO_LARGE, "more bytes than the limit")
    return bytes(body)
