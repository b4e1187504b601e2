"""What the demo needs from the system, and the Debian package that brings it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

APACHE_MODULES: Final = Path("/usr/lib/apache2/modules")
SYSTEM_TOOLS: Final = "/usr/sbin:/usr/bin:/sbin:/bin"
"""Servers live where an ordinary user's path does not lead."""


@dataclass(frozen=True, slots=True)
class Need:
    """One piece of software: where it was found (empty: nowhere) and who brings it."""

    what: str
    package: str
    path: str


def nginx() -> Need:
    """The gateways, and the front of the server."""
    return Need("nginx", "nginx", _tool("nginx"))


def apache() -> Need:
    """The other gateway. The server alone: the package apache2 would start a service."""
    return Need("Apache", "apache2-bin", _tool("apache2"))


def openid_module() -> Need:
    """The module that makes Apache an OAuth resource server."""
    module = APACHE_MODULES / "mod_auth_openidc.so"
    found = str(module) if module.exists() else ""
    return Need("mod_auth_openidc for Apache", "libapache2-mod-auth-openidc", found)


def missing() -> list[Need]:
    """What is not here."""
    return [need for need in (nginx(), apache(), openid_module()) if not need.path]


def complaint(needs: list[Need]) -> str:
    """What to do about it."""
    lines = "".join(f"  {need.what} (package {need.package})\n" for need in needs)
    packages = " ".join(need.package for need in needs)
    return (
        f"The demo needs software that is not installed here:\n{lines}"
        f"On Debian, as root: apt-get install --no-install-recommends {packages}"
    )


def _tool(name: str) -> str:
    return shutil.which(name) or shutil.which(name, path=SYSTEM_TOOLS) or ""
