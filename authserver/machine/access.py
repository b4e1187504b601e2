"""One line of the access log, as a value: what was answered, to whom, how fast."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class AccessEntry(NamedTuple):
    """One answered request. No query string, no header, no body: nothing that holds a secret.

    `route` is the matched path of the route table, `pages` for the pages, empty for no match.
    `path` is what was asked for, as it came. `received_at` is seconds since the epoch, `seconds`
    how long it took, `sent` the body's length in bytes (-1 when it was streamed).
    """

    received_at: float
    method: str
    route: str
    path: str
    status: int
    seconds: float
    sent: int
    peer: str
    request_id: str


RecordAccess = Callable[[AccessEntry], None]
