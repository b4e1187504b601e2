"""Node.js and packages for it, as a lock file names them, wherever they are to be had."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

INSTALL_SECONDS = 120


def program(name: str) -> str | None:
    """`node` or `npm` of the environment's own package, else of the system; `None` without one."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def node() -> str:
    """The path of `node`, after `installed`."""
    found = program("node")
    assert found is not None
    return found


def installed(project: Path, folder: Path) -> Path:
    """`folder`, with the scripts of `project` and its packages as the lock file names them.

    Raises:
        RuntimeError: npm is missing, or could not install them; says why.
    """
    npm = program("npm")
    if npm is None or program("node") is None:
        raise RuntimeError("Node.js is not installed")
    for path in (*project.glob("*.json"), *project.glob("*.?js")):
        shutil.copy(path, folder / path.name)
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
    try:
        done = subprocess.run(
            [*command, "--loglevel=error"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"npm took more than {INSTALL_SECONDS} seconds") from None
    if done.returncode:
        # Its first lines name the error; below is advice for everybody.
        said = "; ".join(done.stderr.strip().splitlines()[:3])[:500]
        raise RuntimeError(f"npm could not install what {project.name} needs: {said}")
    return folder
