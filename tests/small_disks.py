"""A file system that is soon full."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.not_run import not_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZE = "2m"


@contextmanager
def a_small_disk(folder: Path) -> Iterator[Path]:
    """Two mebibytes, mounted at `folder`, which is made."""
    if os.geteuid() != 0:
        not_run("full disk", "mounting a small file system needs root")
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(folder)],
        check=False,
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        not_run("full disk", f"mount: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(path: Path) -> None:
    """Take every byte that is left."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 512)
        except OSError:
            return
