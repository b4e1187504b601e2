"""Starting the servers of the demo."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.demo import needs
from tests.demo.administrator import SERVICE_ACCOUNT, SERVICE_CREDENTIAL
from tests.demo.configurations import apache_configuration

if TYPE_CHECKING:
    from tests.demo.scene import Scene
    from tests.instances import Site

ROOT: Final = Path(__file__).parents[2]


def start_nginx(scene: Scene) -> None:
    """nginx, with everything that was written for it so far."""
    scene.nginx.start()
    assert scene.nginx.process is not None
    scene.processes.watch("nginx", scene.nginx.process)


def start_apache(scene: Scene, site: Site) -> None:
    """Apache with mod_auth_openidc, in front of the main stand-in."""
    places = scene.places
    folder = places.room("apache")
    configuration = folder / "apache.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(apache_configuration(places, folder, site, SERVICE_CREDENTIAL))
    command = [needs.apache().path, "-d", str(folder), "-f", str(configuration), "-DFOREGROUND"]
    log_file = scene.processes.start("apache", command, folder, _bare_environment())
    scene.processes.wait_for("apache", places.apache_port, log_file)


def start_standin(scene: Scene, site_name: str, *hand_over: str) -> None:
    """The stand-in of one site; `hand_over` says which credential it takes."""
    site = scene.places.site(site_name)
    site.notes.touch()
    command = [
        *(sys.executable, "-m", "tests.standin", "--kind", "jira-dc"),
        *("--port", str(site.site_port), "--url", site.url, "--notes", str(site.notes)),
        *hand_over,
    ]
    environment = _bare_environment() | {"PYTHONPATH": str(ROOT)}
    name = f"stand-in-{site_name}"
    log_file = scene.processes.start(name, command, site.folder, environment)
    scene.processes.wait_for(name, site.site_port, log_file)


def start_main_standin(scene: Scene) -> None:
    """It takes one credential and nothing else."""
    site = scene.places.main
    credential = site.folder / "accepted"
    credential.touch(mode=0o600)
    credential.write_text(f"Bearer {SERVICE_CREDENTIAL}\n")
    start_standin(
        scene,
        site.name,
        *("--hand-over", "service-credential", "--account", SERVICE_ACCOUNT),
        *("--credential-file", str(credential)),
    )


def _bare_environment() -> dict[str, str]:
    """No proxies, no certificates and no secrets of whoever starts the demo."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
