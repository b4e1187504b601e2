"""Lets nginx itself read a configuration, without serving it."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SECONDS: Final = 30
_WHEN: Final = re.compile(r"^(?:nginx: |[0-9/]+ [0-9:]+ (?=\[))(\[[a-z]+\] )?(?:[0-9]+#[0-9]+: )?")
_PLACES: Final = "/usr/sbin:/usr/local/sbin:/usr/local/nginx/sbin"
_TEMPORARY: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def find_nginx() -> str | None:
    """The path of nginx, also where only root has it in the search path."""
    return shutil.which("nginx") or shutil.which("nginx", path=_PLACES)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether nginx would start with it, and what nginx said, warnings included."""

    accepted: bool
    said: tuple[str, ...]


def verdict(nginx: str, configuration: str) -> Verdict:
    """What `nginx -t` says of something for the http context.

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
            "http {\naccess_log off;\nvariables_hash_max_size 4096;\n"
            f"{paths}include {checked};\n}}\n",
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
    said = (
        _WHEN.sub(r"\1", line.replace(f"{checked}:", "line ")) for line in done.stderr.splitlines()
    )
    return Verdict(
        accepted=done.returncode == 0,
        said=tuple(line for line in said if line.strip() and str(main) not in line),
    )
