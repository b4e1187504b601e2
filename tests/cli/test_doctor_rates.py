"""What `doctor` says about where calls are counted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from authserver.crypto.key_file_making import ensure_key_files
from authserver.crypto.system import SystemClock
from authserver.domain.rates import CountersLook, Quota
from authserver.settings_sources import load_settings
from authserver.storage.node_rate_storage import NodeStorage
from authserver.wiring_rates import look_at_node_counters, look_at_shared_counters
from tests.cli.runs import home, run
from tests.cli.stub_wiring import StubInstallation
from tests.doubles import FakeEntropy
from tests.ports import free_port
from tests.redis_servers import RedisServer

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.settings import Settings

REDIS = {"RATES_STORE": "redis", "RATES_REDIS_URL": "redis://127.0.0.1/0"}
AFAR = REDIS | {"RATES_REDIS_URL": "redis://redis.example.com/0"}
SAFE = REDIS | {"RATES_REDIS_URL": "rediss://redis.example.com/0"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ensure_key_files(tmp_path / "keys", FakeEntropy())
    (tmp_path / "var").mkdir(mode=0o700)
    return tmp_path


def finding(folder: Path, check: str, stub: StubInstallation, **settings: str) -> dict[str, Any]:
    done = run("doctor", "--json", wiring=stub, environment=home(folder, **settings))
    return next(each for each in json.loads(done.stdout) if each["check"] == check)


def settings_of(folder: Path, **settings: str) -> Settings:
    return load_settings(environ=home(folder, **settings))


@pytest.mark.parametrize(
    ("look", "severity", "said"),
    [
        (CountersLook(), "ok", "on this machine alone"),
        (CountersLook(problem="it is damaged"), "warning", "refused"),
        (CountersLook(fullest=0.9), "warning", "90% full"),
    ],
)
def test_the_machines_own_counters(
    folder: Path, look: CountersLook, severity: str, said: str
) -> None:
    found = finding(folder, "node-counters", StubInstallation(own_counters=look))
    assert found["severity"] == severity
    assert said in found["what"]


@pytest.mark.parametrize(
    ("settings", "look", "severity", "said"),
    [
        ({}, CountersLook(problem="not asked"), "ok", "no Redis"),
        (REDIS, CountersLook(facts={"version": "7"}), "ok", "Redis 7"),
        (REDIS, CountersLook(problem="gone"), "warning", "are refused"),
        (REDIS | {"RATES_ON_FAILURE": "node"}, CountersLook(problem="gone"), "warning", "itself"),
        (
            REDIS,
            CountersLook(facts={"limit": "1024", "eviction": "allkeys-lru"}),
            "warning",
            "forgets",
        ),
        (REDIS, CountersLook(facts={"limit": "0", "eviction": "allkeys-lru"}), "ok", "all"),
        (AFAR, CountersLook(), "warning", "without TLS"),
        (SAFE, CountersLook(), "ok", "all machines"),
    ],
)
def test_the_shared_counters(
    folder: Path, settings: dict[str, str], look: CountersLook, severity: str, said: str
) -> None:
    found = finding(folder, "shared-counters", StubInstallation(redis=look), **settings)
    assert found["severity"] == severity
    assert said in found["what"]


def test_looking_makes_no_file_and_harms_none(folder: Path) -> None:
    settings, clock = settings_of(folder), SystemClock()
    assert look_at_node_counters(settings, clock) == CountersLook()
    assert not settings.counters_file.exists()

    quota = Quota(b"k" * 16, 1, 3600)
    counters = NodeStorage(f"node://{settings.counters_file}", clock=clock).counters
    counters.take([quota])
    look = look_at_node_counters(settings, clock)
    assert 0 < look.fullest < 0.1
    assert counters.take([quota]).is_over
    counters.close()

    settings.counters_file.write_bytes(b"something else")
    assert "cannot be used" in look_at_node_counters(settings, clock).problem


def test_a_real_redis_is_looked_at(folder: Path) -> None:
    with RedisServer(folder / "redis", password="open-sesame") as server:
        chosen = {"RATES_STORE": "redis", "RATES_REDIS_URL": server.url}
        file = folder / "redis-password"
        file.touch(mode=0o600)
        file.write_text("open-sesame\n")
        right = settings_of(folder, **chosen, RATES_PASSWORD_FILE=str(file))
        assert look_at_shared_counters(right).facts["eviction"] == "noeviction"
        assert look_at_shared_counters(settings_of(folder, **chosen)).problem
        file.chmod(0o644)
        assert "chmod 600" in look_at_shared_counters(right).problem
    gone = settings_of(folder, **chosen | {"RATES_REDIS_URL": f"redis://127.0.0.1:{free_port()}"})
    assert "does not answer" in look_at_shared_counters(gone).problem


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"RATES_STORE": "redis"}, "rates.redis_url"),
        ({"RATES_REDIS_URL": "redis://127.0.0.1/0"}, "only when rates.store is redis"),
        (REDIS | {"RATES_REDIS_URL": "redis://:hidden@127.0.0.1/0"}, "rates.redis_url"),
        (REDIS | {"RATES_REDIS_URL": "redis://h/0?ssl_cert_reqs=none"}, "rates.redis_url"),
        (REDIS | {"RATES_CA_FILE": "/etc/ca.pem"}, "rates.ca_file"),
        ({"RATES_PASSWORD_FILE": "/etc/password"}, "rates.password_file"),
        ({"RATES_STORE": "memory"}, "rates.store"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    folder: Path, settings: dict[str, str], said: str
) -> None:
    done = run("doctor", wiring=StubInstallation(), environment=home(folder, **settings))
    assert done.exit_code == 2
    assert said in done.output
    assert "hidden" not in done.output
