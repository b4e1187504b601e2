"""Who may import whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.architecture.sources import ROOT, python_files, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

ABOVE_THE_WIRING = (
    "authserver/app.py",
    "authserver/app_",
    "authserver/wiring",
    "authserver/cli/",
)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_contracts_between_the_layers_hold() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_application_and_command_line_see_the_wiring() -> None:
    offenders = [
        (shown(path), name)
        for path in python_files("authserver")
        if not shown(path).startswith(ABOVE_THE_WIRING)
        for name in imported(path)
        if name.startswith(("authserver.wiring", "authserver.app"))
    ]
    assert offenders == []


def test_the_application_never_imports_its_tests() -> None:
    offenders = [
        shown(path)
        for path in python_files("authserver", "migrations")
        if any(name.split(".")[0] == "tests" for name in imported(path))
    ]
    assert offenders == []


def test_migrations_never_import_the_application() -> None:
    offenders = [
        shown(path)
        for path in python_files("migrations")
        if any(name.split(".")[0] == "authserver" for name in imported(path))
    ]
    assert offenders == []


def test_packages_export_nothing_of_their_modules() -> None:
    offenders = [
        shown(path)
        for path in python_files("authserver", "tests")
        if path.name == "__init__.py" and any(imported(path))
    ]
    assert offenders == []
