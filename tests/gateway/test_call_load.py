"""Callers that go on for minutes are not taken for somebody who guesses."""

from __future__ import annotations

from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from authserver.services.throttling import ThrottleLimits
from tests.gateway.call_load import CallLoad

if TYPE_CHECKING:
    from tests.gateway.bed import GatewayBed


def test_however_many_tokens_a_load_gets_it_forges_few() -> None:
    numbers = count(1)
    bed = SimpleNamespace(
        standin=SimpleNamespace(site=SimpleNamespace(notes=SimpleNamespace(all=list))),
        caller=lambda _: None,
        token=lambda _: f"token-{next(numbers)}.signature",
    )
    load = CallLoad(cast("GatewayBed", bed))
    rounds = [
        load.round_of(thread, f"later-{thread}-{number}.signature", "")
        for thread in range(3)
        for number in range(ThrottleLimits().per_network)
    ]
    forged = {value for calls in rounds for kind, value in calls if kind == "forged"}
    assert len(forged) == 3
