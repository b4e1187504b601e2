"""nginx's configuration, as the command line renders it for this run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.demo.steps import check
from tests.gateway.nginx_process import check_configuration

if TYPE_CHECKING:
    from tests.demo.scene import Scene

API_HOST: Final = "api-host"
IN_FRONT: Final = "in-front"


def write_gateway(scene: Scene, gateway: str, site_name: str, mode: str) -> int:
    """`authserver gateway nginx-config`; how many lines it printed."""
    places, site = scene.places, scene.places.site(site_name)
    return _add(
        scene,
        *("--part", "site", "--gateway", gateway, "--resource", site_name, "--mode", mode),
        *("--listen", f"127.0.0.1:{site.port}", "--server-name", "localhost"),
        *("--upstream", f"http://127.0.0.1:{site.site_port}"),
        *("--decision-point", f"http://127.0.0.1:{scene.instance.port}"),
        *("--key-file", str(places.room("nginx") / f"{gateway}.key")),
    )


def write_front(scene: Scene) -> int:
    """The same for authserver's own front."""
    return _add(
        scene,
        *("--part", "front", "--listen", f"127.0.0.1:{scene.places.front_port}"),
    )


def check_nginx(scene: Scene) -> None:
    """`nginx -t`. Raises NotAsTold when nginx has something to say."""
    tried = check_configuration(scene.nginx.folder, scene.nginx.configuration)
    said = (tried.stdout + tried.stderr).strip()
    check(tried.returncode == 0 and not said, f"nginx -t: {said}")


def _add(scene: Scene, *options: str) -> int:
    places = scene.places
    rendered = scene.instance.run(
        *("gateway", "nginx-config", *options),
        *("--certificate", str(places.certificate)),
        *("--certificate-key", str(places.certificate)),
        *("--log-directory", str(scene.nginx.folder)),
    ).stdout
    scene.nginx.configuration += rendered
    return len(rendered.splitlines())
