"""Where settings come from, and what is refused."""

from __future__ import annotations

import dataclasses
import pickle
import re
from typing import TYPE_CHECKING

import pytest

from authserver.settings import Settings
from authserver.settings_sources import SettingsInvalid, declarations, load_settings, read_settings

if TYPE_CHECKING:
    from pathlib import Path


def file_with(folder: Path, text: str) -> Path:
    path = folder / "authserver.toml"
    path.write_text(text)
    return path


def problems_of(path: Path | None, **environ: str) -> tuple[str, ...]:
    with pytest.raises(SettingsInvalid) as refused:
        load_settings(path, environ)
    return refused.value.problems


def test_without_sources_every_setting_has_its_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = read_settings(None, {})
    assert loaded.settings.issuer == "http://localhost:8000"
    assert loaded.settings.database_url == f"sqlite:///{tmp_path}/var/authserver.db"
    assert set(loaded.origins.values()) == {"default"}
    assert set(loaded.origins) == {each.name for each in declarations()}


def test_the_environment_wins_over_the_file_and_the_file_over_defaults(tmp_path: Path) -> None:
    path = file_with(tmp_path, "[server]\nport = 8001\nbacklog = 256\n")
    loaded = read_settings(path, {"AUTHSERVER_SERVER_PORT": "8002"})
    assert loaded.settings.server.port == 8002
    assert loaded.settings.server.backlog == 256
    assert loaded.settings.server.address == "127.0.0.1"
    assert loaded.origins["server.port"] == "AUTHSERVER_SERVER_PORT"
    assert loaded.origins["server.backlog"] == str(path)


def test_the_file_in_the_working_directory_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_with(tmp_path, "[server]\nport = 8001\n")
    monkeypatch.chdir(tmp_path)
    assert read_settings(None, {}).file == path
    other = file_with(tmp_path.joinpath("other").resolve().parent, "[server]\nport = 8001\n")
    assert read_settings(None, {"AUTHSERVER_CONFIG": str(other)}).settings.server.port == 8001


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    (told,) = problems_of(tmp_path / "none.toml")
    assert told == f"{tmp_path}/none.toml: cannot be read: no such file or directory"


@pytest.mark.parametrize("content", [b"[server", b"\xff\xfe", b"x = 1\nx = 2\n"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "authserver.toml"
    path.write_bytes(content)
    (told,) = problems_of(path)
    assert told.startswith(f"{path}: is not TOML in UTF-8")


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    path = file_with(
        tmp_path, 'data_directory = "state"\n[database]\nurl = "sqlite:///state/x.db"\n'
    )
    settings = load_settings(path, {})
    assert settings.data_directory == tmp_path / "state"
    assert settings.database_url == f"sqlite:///{tmp_path}/state/x.db"
    assert settings.keys.directory == tmp_path / "keys"


def test_relative_paths_in_the_environment_start_at_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, {"AUTHSERVER_DATA_DIRECTORY": "state"})
    assert settings.data_directory == tmp_path / "state"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prot = 1", "prot ({path}): no such setting"),
        ("issuerr = 'x'", "issuerr ({path}): no such setting; did you mean issuer?"),
        ("[server]\nprot = 1", "server.prot ({path}): no such setting; did you mean server.port?"),
        ("[sever]\nport = 1", "sever ({path}): no such setting"),
        ("server = 1", "server ({path}): must be a table: [server]"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_one(
    tmp_path: Path, text: str, told: str
) -> None:
    path = file_with(tmp_path, text)
    (problem,) = problems_of(path)
    assert problem.startswith(told.format(path=path))


def test_an_unknown_variable_is_refused_with_the_nearest_one() -> None:
    (told,) = problems_of(None, AUTHSERVER_TOKEN_ACCESS_TOKEN_SECONDS="60")
    assert told == (
        "AUTHSERVER_TOKEN_ACCESS_TOKEN_SECONDS (environment): no such setting; "
        "did you mean AUTHSERVER_TOKENS_ACCESS_TOKEN_SECONDS?"
    )


def test_variables_of_others_are_none_of_our_business() -> None:
    assert load_settings(None, {"SERVER_PORT": "x", "AUTHSERVERX": "y"}).server.port == 8000


def test_every_problem_is_told_at_once_with_field_source_and_what_is_allowed(
    tmp_path: Path,
) -> None:
    path = file_with(tmp_path, '[server]\nport = "http"\nworkers = 1000\n')
    assert problems_of(path, AUTHSERVER_LOG_LEVEL="LOUD", AUTHSERVER_X="1") == (
        f"server.port ({path}): must be a whole number from 1 to 65535",
        f"server.workers ({path}): must be a whole number from 0 to 64",
        "AUTHSERVER_X (environment): no such setting",
        "log_level (AUTHSERVER_LOG_LEVEL): must be one of debug, info, warning, error",
    )


def test_a_refused_value_is_not_repeated(tmp_path: Path) -> None:
    path = file_with(tmp_path, '[database]\nurl = "postgresql://u:hunter2@h/d"\n')
    assert "hunter2" not in " ".join(problems_of(path))


def test_control_characters_in_names_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = file_with(tmp_path, '"a\\u001b[2J" = 1\n')
    (told,) = problems_of(path)
    assert "\x1b" not in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[tokens]\naccess_token_seconds = 900\naccess_token_max_seconds = 600",
            "tokens.access_token_seconds: must not exceed tokens.access_token_max_seconds (600)",
        ),
        (
            "[keys]\nannounce_seconds = 60\njwks_max_age_seconds = 60",
            "keys.announce_seconds: must exceed keys.jwks_max_age_seconds (60)",
        ),
        (
            "[keys]\nkeep_seconds = 3660",
            "keys.keep_seconds: must exceed tokens.access_token_max_seconds by more than 60",
        ),
        (
            "[database]\npassword_file = 'p'",
            "database.password_file: only for a postgresql database.url",
        ),
        ("[server]\ntrusted_proxies = ['unix']", "server.trusted_proxies: unix needs"),
        ("[metrics]\nport = 8000", "metrics.port: must differ from server.port"),
        ("[metrics]\nport = 9000\nkey_file = 'k'", "metrics.port: set either"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(
    tmp_path: Path, text: str, told: str
) -> None:
    (problem,) = problems_of(file_with(tmp_path, text))
    assert problem.startswith(told)


def test_settings_are_frozen_and_travel_between_processes(tmp_path: Path) -> None:
    settings = load_settings(file_with(tmp_path, ""), {})
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.issuer = "x"  # type: ignore[misc]  # the point of the test
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_every_setting_says_what_it_is() -> None:
    for each in declarations():
        assert re.match(r"[A-Z].*\.\Z", each.doc, re.DOTALL), each.name
        assert each.kind.allowed
        numeric = each.name.endswith(("_seconds", "_days"))
        assert bool(each.unit) or not numeric, each.name


def test_workers_follow_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    embedded = load_settings(file_with(tmp_path, ""), {})
    assert embedded.worker_count == 2
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    large = load_settings(file_with(tmp_path, ""), {})
    assert large.worker_count == 8


def test_servers_on_one_data_directory_have_files_of_their_own() -> None:
    by_port = load_settings(None, {"AUTHSERVER_SERVER_PORT": "8001"})
    by_name = load_settings(None, {"AUTHSERVER_SERVER_UNIX_SOCKET": "/run/a.sock"})
    assert by_port.pid_file.name == "serve-8001.pid"
    assert by_name.pid_file.name == "serve-a.pid"
    assert by_port.metrics_directory != by_name.metrics_directory


def test_the_default_settings_are_complete_without_loading() -> None:
    assert Settings().server.port == 8000
