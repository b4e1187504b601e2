"""Starting the servers of the demo."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.demo import needs
from tests.demo.configurations import apache_configuration, nginx_configuration

if TYPE_CHECKING:
    from tests.demo.places import Places
    from tests.demo.processes import Processes
    from tests.instances import Site

ROOT: Final = Path(__file__).parents[2]


def start_front(processes: Processes, places: Places, authserver_port: int) -> None:
    """nginx, with TLS, in front of authserver."""
    folder = places.room("nginx")
    configuration = folder / "nginx.conf"
    configuration.write_text(nginx_configuration(places, folder, authserver_port))
    command = [needs.nginx().path, "-p", str(folder), "-e", "stderr", "-c", str(configuration)]
    log_file = processes.start("nginx", command, folder, _bare_environment())
    processes.wait_for("nginx", places.front_port, log_file)


def start_apache(processes: Processes, places: Places, site: Site) -> None:
    """Apache with mod_auth_openidc, in front of the stand-in."""
    folder = places.room("apache")
    configuration = folder / "apache.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(apache_configuration(places, folder, site))
    command = [needs.apache().path, "-d", str(folder), "-f", str(configuration), "-DFOREGROUND"]
    log_file = processes.start("apache", command, folder, _bare_environment())
    processes.wait_for("apache", places.apache_port, log_file)


def start_standin(processes: Processes, places: Places) -> None:
    """The stand-in for Jira."""
    folder = places.room("jira")
    places.jira_notes.touch()
    command = [
        *(sys.executable, "-m", "tests.demo.standin_jira"),
        *("--port", str(places.jira_port)),
        *("--public-url", places.jira_url),
        *("--notes", str(places.jira_notes)),
    ]
    environment = _bare_environment() | {"PYTHONPATH": str(ROOT)}
    log_file = processes.start("stand-in", command, folder, environment)
    processes.wait_for("stand-in", places.jira_port, log_file)


def _bare_environment() -> dict[str, str]:
    """No proxies, no certificates and no secrets of whoever starts the demo."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
