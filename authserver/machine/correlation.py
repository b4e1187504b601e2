"""Request ids: one for every request, the same in the answer, the log and the audit record."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authserver.domain.ports import Entropy

_FROM_PROXY: Final = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")
_BYTES: Final = 16

REQUEST_ID: Final[ContextVar[str]] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """The id of the request that this thread works on, empty outside of requests."""
    return REQUEST_ID.get()


def request_id(entropy: Entropy, from_proxy: str | None) -> str:
    """128 random bits in hexadecimal, or the id a trusted proxy gave when it is well-formed.

    Pass `None` for whatever an untrusted peer sent.
    """
    if from_proxy is not None and _FROM_PROXY.match(from_proxy) is not None:
        return from_proxy
    return entropy.token_bytes(_BYTES).hex()
