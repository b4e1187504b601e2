"""Counters in a real Redis: exact for several nodes, and an error whenever it cannot count."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from authserver.domain.rates import Quota, RatesUnavailable
from authserver.storage.shared_rate_storage import YOUNG, SharedStorage
from tests.redis_servers import RedisServer
from tests.storage.node_counting import key

if TYPE_CHECKING:
    from collections.abc import Iterator

TEN = Quota(key(1), 10, 60)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def server(started: RedisServer) -> RedisServer:
    started.empty()
    return started


@pytest.fixture
def storage(server: RedisServer) -> Iterator[SharedStorage]:
    storage = SharedStorage(server.url, password=None, timeout=0.2)
    yield storage
    storage.close()


def passed(storage: SharedStorage, tries: int, quota: Quota = TEN) -> int:
    return sum(not storage.take([quota]).is_over for _ in range(tries))


def test_so_many_calls_pass_as_the_limit_says(storage: SharedStorage) -> None:
    used = [storage.take([TEN]).used[0] for _ in range(12)]
    assert [each.is_over for each in used] == [False] * 10 + [True] * 2
    assert [each.calls for each in used] == [*range(1, 11), 10, 10]
    assert 60 < used[-1].room_in <= 61


def test_nodes_share_what_may_pass(server: RedisServer) -> None:
    counted: list[int] = []

    def node() -> None:
        storage = SharedStorage(server.url, password=None, timeout=2.0)
        counted.append(passed(storage, 60, TEN._replace(calls=100)))
        storage.close()

    nodes = [threading.Thread(target=node) for _ in range(4)]
    for each in nodes:
        each.start()
    for each in nodes:
        each.join()
    assert sum(counted) == 100


def test_a_call_that_one_limit_refuses_is_counted_by_none(storage: SharedStorage) -> None:
    tight, wide = Quota(key(1), 1, 60), Quota(key(2), 100, 60)
    storage.take([tight, wide])
    for _ in range(20):
        taken = storage.take([wide, tight])
        assert [each.is_over for each in taken.used] == [False, True]
    assert storage.take([wide]).used[0].calls == 2


def test_room_comes_back_when_it_was_said_to(storage: SharedStorage) -> None:
    one = Quota(key(3), 2, 1)
    assert passed(storage, 3, one) == 2
    room_in = storage.take([one]).used[0].room_in
    assert 0.9 < room_in <= 1.1
    time.sleep(room_in + 0.01)
    assert passed(storage, 3, one) == 2


def test_nothing_of_a_caller_is_kept_longer_than_it_counts(
    storage: SharedStorage, server: RedisServer
) -> None:
    storage.take([TEN])
    with server.client() as client:
        names = [each for each in client.scan_iter() if b"begun" not in each]
        assert len(names) == 1
        assert 60_000 < int(client.pttl(names[0])) <= 63_000


def test_an_emptied_store_is_told_of(storage: SharedStorage, server: RedisServer) -> None:
    short = TEN._replace(seconds=1)
    assert storage.take([TEN]).detail == YOUNG
    time.sleep(1.05)
    assert storage.take([short]).detail == ""
    server.empty()
    assert storage.take([short]).detail == YOUNG


def test_a_stopped_redis_is_an_error_and_a_new_one_is_used(
    storage: SharedStorage, server: RedisServer
) -> None:
    storage.take([TEN])
    server.stop()
    with pytest.raises(RatesUnavailable, match="ConnectionError"):
        storage.take([TEN])
    server.start()
    assert passed(storage, 1) == 1, "without an error for the connection that died"


def test_a_slow_redis_is_an_error_after_the_timeout(
    storage: SharedStorage, server: RedisServer
) -> None:
    storage.take([TEN])
    with server.frozen():
        begin = time.monotonic()
        with pytest.raises(RatesUnavailable, match="TimeoutError"):
            storage.take([TEN])
        assert time.monotonic() - begin < 2.0
    assert passed(storage, 1) == 1


def test_a_full_redis_is_an_error(storage: SharedStorage, server: RedisServer) -> None:
    storage.take([TEN])
    with server.client() as client:
        client.config_set("maxmemory", "1")
        try:
            with pytest.raises(RatesUnavailable, match=r"OutOfMemoryError|ResponseError"):
                storage.take([TEN])
        finally:
            client.config_set("maxmemory", "0")
    assert storage.facts()["eviction"] == "noeviction"


def test_a_password_is_sent_and_never_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    with RedisServer(tmp_path_factory.mktemp("redis"), password="open-sesame") as guarded:
        right = SharedStorage(guarded.url, password="open-sesame", timeout=0.5)
        assert passed(right, 1) == 1
        right.close()
        for password in (None, "sesame-street"):
            wrong = SharedStorage(guarded.url, password=password, timeout=0.5)
            with pytest.raises(RatesUnavailable) as problem:
                wrong.take([TEN])
            assert "sesame" not in str(problem.value)
            wrong.close()


def test_the_library_counts_with_it_as_it_is(storage: SharedStorage) -> None:
    limiter, item = MovingWindowRateLimiter(storage), RateLimitItemPerMinute(3)
    assert [limiter.hit(item, "a") for _ in range(5)] == [True] * 3 + [False] * 2
    assert limiter.get_window_stats(item, "a").remaining == 0
