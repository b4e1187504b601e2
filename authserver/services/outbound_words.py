"""Why a call to a provider failed, and what to do, in words for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.outbound import OutboundAnswerInvalid, OutboundReason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.outbound import OutboundError

_SPELLING: Final = "look at the spelling of the address"
_NETWORK: Final = (
    "see whether it runs; look at firewalls, proxies and routes between this server and it"
)
_WORDS: Final[Mapping[OutboundReason, tuple[str, str]]] = {
    OutboundReason.URL_REFUSED: ("{at} is no address that can be called", _SPELLING),
    OutboundReason.SCHEME_REFUSED: (
        "{at} is plain http",
        "use https; for trying things out, name the origin in outbound.private_origins",
    ),
    OutboundReason.PORT_REFUSED: (
        "{at} is on a port that is not called",
        "if that is right, name the origin in outbound.private_origins",
    ),
    OutboundReason.ADDRESS_REFUSED: (
        "{at} lives at a private address",
        "if it is a server of yours, name the origin in outbound.private_origins",
    ),
    OutboundReason.DNS_FAILED: (
        "the host name of {at} is not known, or the name server does not answer",
        f"{_SPELLING}, and whether this server can look names up",
    ),
    OutboundReason.CONNECT_FAILED: ("{at} takes no connection", _NETWORK),
    OutboundReason.CONNECTION_BROKEN: ("{at} broke the connection off", _NETWORK),
    OutboundReason.TIMEOUT: ("{at} did not answer in time", _NETWORK),
    OutboundReason.TLS_FAILED: (
        "the certificate of {at} is not trusted",
        "if a CA of your own signed it, name its file in outbound.ca_file",
    ),
    OutboundReason.REDIRECT_REFUSED: (
        "{at} sends us on to another address, which is not followed",
        "give the address that it sends to",
    ),
    OutboundReason.NOT_JSON: ("{at} answers with something that is no JSON object", _SPELLING),
    OutboundReason.TOO_LARGE: ("{at} answers with more than is ever read", _SPELLING),
    OutboundReason.CIRCUIT_OPEN: (
        "{at} failed several times and is left alone for half a minute",
        "wait a little, then try again",
    ),
    OutboundReason.BUSY: ("too many calls to {at} are under way", "try again"),
}
_NOT_FOUND: Final = 404


def in_words(error: OutboundError, url: str) -> tuple[str, str]:
    """What happened at `url`, and what to do about it."""
    if error.reason is OutboundReason.STATUS and isinstance(error, OutboundAnswerInvalid):
        if error.status == _NOT_FOUND:
            return f"there is nothing at {url} (404)", _SPELLING
        return f"{url} answers {error.status}", "look at the provider's own state, then try again"
    what, fix = _WORDS.get(
        error.reason, (f"{{at}} did not answer as it should ({error.reason})", _NETWORK)
    )
    return what.format(at=url), fix
