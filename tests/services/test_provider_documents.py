"""Keys of providers: asked for seldom, by all workers together, and believed for a while."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from authserver.domain.provider_documents import (
    KEYS_FRESH_SECONDS,
    DocumentKind,
)
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.services.provider_documents import MOST_WAITING, PROVIDERS_REMEMBERED
from tests.services.upstreams import DocumentScene, jwk
from tests.upstream.providers import OKTA, OKTA_METADATA


def test_documents_are_asked_for_once_and_kept_for_all_workers() -> None:
    scene = DocumentScene()
    for _ in range(5):
        assert scene.kids() == ["a"]
    assert scene.kids(worker=scene.another_worker()) == ["a"]
    assert [each for each, _ in scene.server.asked] == ["metadata", OKTA_METADATA.jwks_uri]


def test_without_a_name_any_keys_will_do() -> None:
    scene = DocumentScene()
    assert scene.kids(None) == ["a"]
    scene.clock.advance(120)
    assert scene.kids(None) == ["a"]
    assert scene.server.asked_for_keys() == 1


@pytest.mark.rule("FE-15")
@pytest.mark.rule("F-26")
def test_a_rotated_key_is_found_at_its_first_use() -> None:
    scene = DocumentScene()
    others = scene.another_worker()
    assert scene.kids() == scene.kids(worker=others) == ["a"]
    scene.clock.advance(61)
    scene.server.kids = ("a", "b")
    assert scene.kids("b") == ["a", "b"]
    assert scene.kids("b", others) == ["a", "b"]
    assert scene.server.asked_for_keys() == 2


@pytest.mark.rule("FE-15")
def test_a_thousand_unknown_keys_cause_one_fetch_a_minute() -> None:
    scene = DocumentScene()
    workers = [scene.another_worker() for _ in range(3)]
    scene.kids()
    scene.clock.advance(61)
    for number in range(1000):
        assert scene.kids(f"unknown-{number}", workers[number % 3]) == ["a"]
    assert scene.server.asked_for_keys() == 2
    scene.clock.advance(61)
    for number in range(1000):
        scene.kids(f"unknown-{number}", workers[number % 3])
    assert scene.server.asked_for_keys() == 3


def test_the_same_keys_asked_for_again_take_no_more_memory() -> None:
    # Verified tokens are remembered with their keys: a copy for each fetch would fill a worker.
    scene = DocumentScene()
    first = scene.worker.keys(scene.provider, "a")
    scene.clock.advance(KEYS_FRESH_SECONDS + 1)
    again = scene.worker.keys(scene.provider, "a")
    assert scene.server.asked_for_keys() == 2
    assert again.fetched_at > first.fetched_at
    assert again.jwks is first.jwks
    scene.server.kids = ("a", "b")
    scene.clock.advance(KEYS_FRESH_SECONDS + 1)
    assert len(scene.worker.keys(scene.provider, "a").jwks) == 2


@pytest.mark.rule("FE-15")
def test_a_flood_of_unknown_keys_hardly_reaches_the_database() -> None:
    scene = DocumentScene()
    scene.kids()
    before = scene.database.calls["reading"] + scene.database.calls["writing"]
    for number in range(1000):
        scene.kids(f"unknown-{number}")
    assert scene.database.calls["reading"] + scene.database.calls["writing"] - before <= 2


@pytest.mark.rule("FE-15")
def test_a_key_that_is_taken_out_counts_no_longer_than_a_set_is_fresh() -> None:
    scene = DocumentScene()
    scene.kids()
    scene.server.kids = ("b",)
    scene.clock.advance(KEYS_FRESH_SECONDS)
    assert scene.kids("a") == ["a"]
    scene.clock.advance(1)
    assert scene.kids("a") == ["b"]


def test_new_keys_of_an_administrators_check_count_within_seconds_everywhere() -> None:
    scene = DocumentScene()
    scene.kids()
    with scene.database.writing() as stores:
        now = scene.clock.now()
        scene.worker.store_checked(stores, OKTA, OKTA_METADATA, [jwk("z")], now)
    scene.clock.advance(6)
    assert scene.kids("a") == ["z"]


@pytest.mark.rule("FE-14")
def test_whoever_has_the_key_does_not_wait_for_a_fetch() -> None:
    scene = DocumentScene()
    scene.kids()
    scene.clock.advance(KEYS_FRESH_SECONDS + 1)
    seen: list[list[object]] = []

    def another_call() -> None:
        thread = threading.Thread(target=lambda: seen.append(scene.kids()))
        thread.start()
        thread.join(2)

    scene.server.meanwhile = another_call
    assert scene.kids() == ["a"]
    assert seen == [["a"]]
    assert scene.server.asked_for_keys() == 2


@pytest.mark.rule("FE-15")
@pytest.mark.rule("F-26")
def test_whoever_needs_a_new_key_waits_for_the_fetch_of_another_thread() -> None:
    scene = DocumentScene()
    scene.kids()
    scene.clock.advance(61)
    scene.server.kids = ("b",)
    seen: list[list[object]] = []
    threads = [threading.Thread(target=lambda: seen.append(scene.kids("b"))) for _ in range(8)]

    def the_others_come() -> None:
        for thread in threads:
            thread.start()

    scene.server.meanwhile = the_others_come
    assert scene.kids("b") == ["b"]
    for thread in threads:
        thread.join(10)
    assert seen == [["b"]] * 8
    assert scene.server.asked_for_keys() == 2


@pytest.mark.rule("FE-14")
def test_only_so_many_wait_for_a_key_that_perhaps_nobody_has() -> None:
    # Anybody can name one, and whoever holds all threads of a worker holds everybody's requests.
    scene = DocumentScene()
    scene.kids()
    scene.clock.advance(61)
    scene.server.kids = ("b",)
    seen: list[list[object]] = []
    waiting = [
        threading.Thread(target=lambda: seen.append(scene.kids("b"))) for _ in range(MOST_WAITING)
    ]
    one_more = threading.Thread(target=lambda: seen.append(scene.kids("nobody's")))

    def the_others_come() -> None:
        before = scene.asides
        for thread in waiting:
            thread.start()
        while scene.asides < before + MOST_WAITING:
            threading.Event().wait(0.001)
        one_more.start()
        one_more.join(4)
        assert seen == [["a"]], "it was told at once what is known"

    scene.server.meanwhile = the_others_come
    assert scene.kids("b") == ["b"]
    for thread in waiting:
        thread.join(10)
    assert seen[1:] == [["b"]] * MOST_WAITING


@pytest.mark.rule("FE-15")
def test_whoever_needs_a_new_key_waits_for_the_fetch_of_another_worker() -> None:
    scene = DocumentScene()
    other = scene.another_worker()
    scene.kids()
    scene.kids(worker=other)
    scene.clock.advance(61)
    with scene.database.writing() as stores:
        at = scene.clock.now()
        kind = DocumentKind.KEYS
        assert stores.providers.claim_fetch("okta", kind, at=at, not_after=at - 60)
    slept = scene.clock.slept

    class Answered(list[float]):
        def append(self, seconds: float) -> None:
            """In the third look the other worker's answer is there."""
            super().append(seconds)
            if len(self) == 3:
                with scene.database.writing() as stores:
                    scene.worker.store_checked(stores, OKTA, OKTA_METADATA, [jwk("b")], at)

    scene.clock.slept = Answered(slept)
    assert scene.kids("b", other) == ["b"]
    assert len(scene.clock.slept) == 3
    assert scene.asides >= 3, "a thread that waits lets another one work"
    assert scene.server.asked_for_keys() == 1


@pytest.mark.rule("FE-14")
def test_waiting_for_another_worker_ends() -> None:
    scene = DocumentScene()
    with scene.database.writing() as stores:
        at = scene.clock.now()
        for kind in DocumentKind:
            assert stores.providers.claim_fetch("okta", kind, at=at, not_after=at - 60)
    began = scene.clock.monotonic()
    with pytest.raises(UpstreamFailure) as caught:
        scene.worker.keys(scene.provider, "a", seconds=2.0)
    assert caught.value.problem is SignInProblem.PROVIDER_UNREACHABLE
    assert scene.clock.monotonic() - began <= 2.0
    assert scene.server.asked == []


@pytest.mark.rule("FE-14")
def test_the_time_of_a_call_is_shared_by_all_it_asks() -> None:
    scene = DocumentScene()
    scene.server.meanwhile = lambda: scene.clock.advance(1.5)
    scene.worker.keys(scene.provider, "a", seconds=2.0)
    assert [seconds for _, seconds in scene.server.asked] == [2.0, pytest.approx(0.5)]


@pytest.mark.rule("FE-14")
def test_nobody_is_asked_when_the_time_is_over_already() -> None:
    scene = DocumentScene()
    for seconds in (0.0, -1.0, 0.1):
        with pytest.raises(UpstreamFailure):
            scene.worker.keys(scene.provider, "a", seconds=seconds)
    assert scene.server.asked == []
    assert scene.recorded() == []


@pytest.mark.rule("FE-14")
def test_keys_are_not_asked_for_in_no_time() -> None:
    scene = DocumentScene()
    scene.server.meanwhile = lambda: scene.clock.advance(1.9)
    with pytest.raises(UpstreamFailure):
        scene.worker.keys(scene.provider, "a", seconds=2.0)
    assert scene.server.asked_for_keys() == 0
    assert scene.kids() == ["a"]


def test_the_memory_of_a_worker_has_an_end() -> None:
    scene = DocumentScene()
    for number in range(PROVIDERS_REMEMBERED + 5):
        provider = replace(OKTA, name=f"p{number}")
        with scene.database.writing() as stores:
            stores.providers.add(provider)
        scene.worker.keys(provider, "a")
    assert len(scene.worker._known) == PROVIDERS_REMEMBERED
