"""What a process is made of is not looked through for garbage, neither at work nor at its end."""

from __future__ import annotations

import atexit
import gc
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from authserver import __main__ as program
from authserver.loading import loading
from tests.supervisor.running import running

if TYPE_CHECKING:
    from pathlib import Path

AT_THE_END = """
import atexit, gc
from authserver.loading import end_without_looking_back
atexit.register(lambda: print(gc.get_freeze_count() > 1000))
end_without_looking_back()
"""


def test_nothing_is_collected_while_modules_are_loaded() -> None:
    assert gc.isenabled()
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_fails_to_load_leaves_collecting_as_it_was() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()


def test_who_does_not_collect_goes_on_so() -> None:
    gc.disable()
    try:
        with loading():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_workers_look_through_nothing_that_was_there_before_their_first_request(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as server:
        assert server.get("/garbage") == "kept, looks for more"


def test_a_process_ends_without_looking_through_what_it_has() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AT_THE_END], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "True\n"


def test_commands_end_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(atexit, "register", asked.append)
    monkeypatch.setattr("authserver.cli.main.cli", lambda: asked.append("the command"))
    program.main()
    assert asked == [gc.freeze, "the command"]
