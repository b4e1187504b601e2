"""Lets nginx itself read a configuration, without serving it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

_SECONDS: Final = 30
_PLACES: Final = "/usr/sbin:/usr/local/sbin:/usr/local/nginx/sbin"
_TEMPORARY: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def find_nginx() -> str | None:
    """The path of nginx, also where only root has it in the search path."""
    return shutil.which("nginx") or shutil.which("nginx", path=_PLACES)


def complaints(nginx: str, configuration: str) -> list[str]:
    """What `nginx -t` says against something for the http context; empty: nothing.

    The files that the configuration names have to be there; nginx opens its logs.
    """
    with tempfile.TemporaryDirectory(prefix="authserver-") as name:
        folder = Path(name)
        checked = folder / "configuration.conf"
        checked.write_text(configuration, encoding="utf-8")
        paths = "".join(f"{each}_temp_path {folder}/{each};\n" for each in _TEMPORARY)
        main = folder / "nginx.conf"
        main.write_text(
            f"pid {folder}/nginx.pid;\nerror_log stderr warn;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{paths}include {checked};\n}}\n",
            encoding="utf-8",
        )
        done = subprocess.run(  # noqa: S603 - no shell, and no word of it comes from outside
            [nginx, "-t", "-q", "-c", str(main), "-e", "stderr"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
        said = [line for line in done.stderr.splitlines() if line.strip()]
        said = [line.replace(f"{checked}:", "line ") for line in said]
        return said or ([f"nginx -t ended with {done.returncode}"] if done.returncode else [])
