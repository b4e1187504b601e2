"""Asking a site's addresses as nobody: only the status of the answer is of interest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authserver.domain.outbound import OutboundAnswerInvalid, OutboundReason

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.outbound import HttpClient

LARGEST_ANSWER: Final = 16 * 1024
"""Bytes of an answer that are read at most, so that the connection can serve the next question."""
TOTAL_SECONDS: Final = 10.0
_STATUS_IS_KNOWN: Final = frozenset(
    {
        OutboundReason.REDIRECT_REFUSED,
        OutboundReason.TOO_LARGE,
        OutboundReason.ENCODING_REFUSED,
    }
)


class GuardedSiteProbe:
    """Satisfies `domain.site_ports.SiteProbe`."""

    def __init__(self, client_of: Callable[[str], HttpClient]) -> None:
        """`client_of` gives what may call one origin, that an administrator named."""
        self._client_of = client_of

    def status(self, url: str) -> int:
        """As the port says."""
        parts = urlsplit(url)
        try:
            answer = self._client_of(f"{parts.scheme}://{parts.netloc}").request(
                "GET",
                url,
                accept="application/json",
                max_body_bytes=LARGEST_ANSWER,
                total_seconds=TOTAL_SECONDS,
            )
        except OutboundAnswerInvalid as error:
            if error.status and error.reason in _STATUS_IS_KNOWN:
                return error.status
            raise
        return answer.status
