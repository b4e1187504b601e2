"""`authserver settings`, and its page in the documentation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from authserver.settings_sources import declarations
from tests.cli.runs import home, run

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"


def test_show_prints_every_value_with_its_source(tmp_path: Path) -> None:
    result = run("settings", "show", "--json", environment=home(tmp_path, SERVER_PORT="8123"))
    shown = json.loads(result.stdout)
    assert set(shown) == {each.name for each in declarations()}
    assert shown["server.port"] == {"value": 8123, "source": "AUTHSERVER_SERVER_PORT"}
    assert shown["server.unix_socket_mode"] == {"value": "660", "source": "default"}
    assert shown["database.url"]["value"] == f"sqlite:///{tmp_path}/var/authserver.db"


def test_show_prints_a_table_for_people(tmp_path: Path) -> None:
    lines = run("settings", "show", environment=home(tmp_path)).stdout.splitlines()
    assert lines[0].split() == ["SETTING", "VALUE", "SOURCE"]
    assert ["server.port", "8000", "default"] in [line.split() for line in lines]


def test_the_reference_page_in_the_documentation_is_what_the_command_prints() -> None:
    printed = run("settings", "reference").stdout
    assert PAGE.read_text() == printed, "run: make docs"
    for each in declarations():
        assert f"`{each.variable}`" in printed
