"""What `make` offers."""

from __future__ import annotations

import os
import re
import subprocess

from tests.architecture.sources import ROOT

PROMISED = {
    *("help", "run", "test", "test-slow", "check", "bench", "demo", "format", "revision"),
}


def test_make_alone_prints_every_target_with_what_it_does() -> None:
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = dict(re.findall(r"^  make ([a-z-]+) +(\S.*)$", done.stdout, re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(listed) == targets
    assert targets >= PROMISED


def test_scripts_can_be_run() -> None:
    for script in (
        ".ci/run",
        "tests/find-python",
        "tests/system-packages",
        "tests/temporary-folder",
    ):
        path = ROOT / script
        assert os.access(path, os.X_OK), script
        assert path.read_text().startswith("#!/bin/sh\n"), script
        subprocess.run(["sh", "-n", str(path)], check=True)
