"""Housekeeping asks providers for their documents, so that no request has to."""

from __future__ import annotations

import pytest

from authserver.domain.provider_documents import (
    KEYS_FRESH_SECONDS,
)
from authserver.domain.providers import ProviderStatus
from tests.services.upstreams import DocumentScene


def test_housekeeping_asks_before_any_request_has_to() -> None:
    scene = DocumentScene()
    assert scene.worker.refresh_due() == 2
    assert scene.worker.refresh_due() == 0
    for _ in range(30):
        scene.clock.advance(30)
        scene.worker.refresh_due()
        asked = len(scene.server.asked)
        assert scene.kids() == ["a"]
        assert len(scene.server.asked) == asked, "the request itself asked"
    assert scene.server.asked_for_keys() == 2
    assert scene.server.asked_for_metadata() == 1


def test_housekeeping_reads_metadata_once_a_day() -> None:
    scene = DocumentScene()
    for _ in range(48):
        scene.worker.refresh_due()
        scene.clock.advance(3600)
    assert scene.server.asked_for_metadata() == 2


@pytest.mark.parametrize("status", [ProviderStatus.DISABLED, ProviderStatus.REMOVED])
def test_housekeeping_leaves_providers_alone_that_do_not_count(status: ProviderStatus) -> None:
    scene = DocumentScene()
    scene.save(status=status)
    assert scene.worker.refresh_due() == 0
    assert scene.server.asked == []


def test_a_clock_that_was_far_ahead_keeps_nobody_from_asking() -> None:
    scene = DocumentScene()
    right = scene.clock.now()
    scene.clock.set_now(right + 30 * 86_400)
    scene.worker.refresh_due()
    scene.clock.set_now(right)
    scene.server.kids = ("b",)
    assert scene.worker.refresh_due() == 2
    scene.clock.advance(10)
    assert scene.kids("b") == ["b"]


def test_housekeeping_of_two_workers_asks_once() -> None:
    scene = DocumentScene()
    assert scene.worker.refresh_due() + scene.another_worker().refresh_due() == 2
    scene.outage()
    scene.clock.advance(KEYS_FRESH_SECONDS)
    assert scene.worker.refresh_due() + scene.another_worker().refresh_due() == 1
