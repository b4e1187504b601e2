"""Node.js and the packages of tests/clients/openid_client, wherever they are to be had."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent / "openid_client"
INSTALL_SECONDS = 120


def program(name: str) -> str | None:
    """`node` or `npm` of the environment's own package, else of the system; `None` without one."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else shutil.which(name)


def installed(folder: Path) -> Path:
    """The driver in `folder`, with its packages as the lock file names them.

    Raises:
        RuntimeError: npm is missing, or could not install them; says why.
    """
    npm = program("npm")
    if npm is None or program("node") is None:
        raise RuntimeError("Node.js is not installed")
    for name in ("package.json", "package-lock.json", "driver.mjs"):
        shutil.copy(PROJECT / name, folder / name)
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    try:
        done = subprocess.run(
            command,
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
        raise RuntimeError(f"npm could not install openid-client: {done.stderr.strip()[-500:]}")
    return folder / "driver.mjs"
