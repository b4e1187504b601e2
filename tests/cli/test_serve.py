"""`authserver serve`: what it refuses, and the server it starts."""

from __future__ import annotations

import os
import signal
import socket
from typing import TYPE_CHECKING

import pytest
import requests

from authserver.cli.serve import make_plan
from authserver.domain.errors import StorageUnavailable
from authserver.domain.installation import SchemaStatus
from authserver.settings_sources import load_settings
from tests.cli.runs import home, run
from tests.cli.stub_wiring import HEAD, StubInstallation
from tests.instances import Instance
from tests.supervisor.running import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.supervisor.plans import ServePlan


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Instance:
    """An installation that is set up; nothing runs."""
    return Instance(tmp_path_factory.mktemp("serve")).initialise()


def test_serve_tells_the_url_when_it_answers_and_ends_in_order(instance: Instance) -> None:
    with instance.start():
        ready = f"ready: {instance.url} (2 workers)"
        wait_until(lambda: ready in instance.log_tail(), "the ready line")
        assert requests.get(f"{instance.url}/livez", timeout=5).status_code == 200
        workers = instance.workers()
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
        # It may have to wait for the worker that takes the place.
        assert requests.get(f"{instance.url}/livez", timeout=60).status_code == 200
        assert instance.stop() == 0
    assert not (instance.folder / "var" / f"serve-{instance.port}.pid").exists()


def test_a_taken_port_is_told_with_what_to_do(instance: Instance) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", instance.port))
        holder.listen()
        done = instance.run("serve", check=False)
    assert done.returncode == 1
    assert f"error: port {instance.port} on 127.0.0.1 is taken by" in done.stderr
    assert "AUTHSERVER_SERVER_PORT" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.rule("HT-04")
def test_key_files_that_others_can_read_keep_the_server_from_starting(instance: Instance) -> None:
    key = instance.folder / "keys" / "kek-1.key"
    key.chmod(0o644)
    try:
        done = instance.run("serve", check=False)
    finally:
        key.chmod(0o600)
    assert done.returncode == 3
    assert f"hint: run: chmod 600 {key}" in done.stderr


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize(
    ("schema", "code", "told"),
    [
        (SchemaStatus("", HEAD), 5, "hint: run: authserver init"),
        (SchemaStatus("0001", HEAD), 5, "hint: run: authserver db upgrade"),
        (SchemaStatus("9999", HEAD, is_known=False), 3, "hint: run the newer version"),
        (StorageUnavailable("refused"), 4, "error: schema: the database does not answer"),
    ],
)
def test_another_schema_keeps_the_server_from_starting(
    instance: Instance, schema: SchemaStatus | StorageUnavailable, code: int, told: str
) -> None:
    stub = StubInstallation(schema_now=schema)
    result = run("serve", wiring=stub, environment=home(instance.folder))
    assert result.exit_code == code
    assert told in result.stderr


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"ISSUER": "http://auth.example.com"}, 2),
        ({"ISSUER": ""}, 2),
        ({"SERVER_TRUSTED_PROXIES": "0.0.0.0/0"}, 3),
        ({"SERVER_ADDRESS": "0.0.0.0"}, 3),
    ],
)
def test_dangerous_settings_keep_the_server_from_starting(
    instance: Instance, settings: dict[str, str], code: int
) -> None:
    result = run("serve", wiring=StubInstallation(), environment=home(instance.folder, **settings))
    assert result.exit_code == code
    assert "error: " in result.stderr


@pytest.mark.rule("HT-04")
def test_debug_mode_keeps_the_server_from_starting(instance: Instance) -> None:
    environment = home(instance.folder) | {"FLASK_DEBUG": "1"}
    result = run("serve", wiring=StubInstallation(), environment=environment)
    assert result.exit_code == 3
    assert "debug mode is on: FLASK_DEBUG" in result.stderr


def plan_for(**environment: str) -> ServePlan:
    named = {f"AUTHSERVER_{name}": value for name, value in environment.items()}
    return make_plan(load_settings(None, named))


def test_people_are_told_where_to_reach_the_server() -> None:
    assert plan_for().url == "http://localhost:8000"
    assert plan_for(ISSUER="https://a.example").url == "https://a.example through 127.0.0.1:8000"
    by_socket = plan_for(ISSUER="https://a.example", SERVER_UNIX_SOCKET="/run/a.sock")
    assert by_socket.url == "https://a.example through unix:/run/a.sock"


def test_housekeeping_is_a_process_only_where_the_settings_say_so() -> None:
    assert plan_for().housekeeping is not None
    assert plan_for(HOUSEKEEPING_MODE="thread").housekeeping is None
    assert plan_for(HOUSEKEEPING_MODE="off").housekeeping is None


def test_a_reload_reads_the_same_configuration_file_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instance: Instance
) -> None:
    path = tmp_path / "authserver.toml"
    path.touch(0o600)
    limits: list[int] = []

    def observe(plan: ServePlan, *, replan: object, **_: object) -> None:
        path.write_text("[server]\ndrain_seconds = 7\n")
        assert callable(replan)
        limits.extend([plan.drain_seconds, replan().drain_seconds])

    monkeypatch.setattr("authserver.supervisor.serving.serve", observe)
    monkeypatch.setattr("authserver.cli.serve.configure", lambda _level: None)
    environment = home(instance.folder) | {"AUTHSERVER_CONFIG": str(path)}
    result = run("serve", wiring=StubInstallation(), environment=environment)
    assert result.exit_code == 0, result.output
    assert limits == [20, 7]
