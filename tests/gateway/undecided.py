"""What a caller sees of a gateway that gets no decision, and what the site sees."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from tests.gateway.call_load import ISSUE

if TYPE_CHECKING:
    from tests.gateway.bed import GatewayBed

STATED_SECONDS: Final = 10.0
"""What nginx waits for a decision (1 s to connect, 3 s to read), generously."""


def assert_nothing_passes(
    bed: GatewayBed, token: str, headers: dict[str, str] | None = None
) -> None:
    """A good call is answered 503 in time, as JSON, and the site sees nothing of it."""
    with bed.watching() as seen:
        begun = time.monotonic()
        answer = bed.request("GET", ISSUE, token, headers=headers or {})
        assert time.monotonic() - begun < STATED_SECONDS
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
        assert answer.json()["error"] == "temporarily_unavailable"
    assert seen.notes == ()
