"""What the administrator does, on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.instances import Caller, Site

if TYPE_CHECKING:
    from tests.demo.scene import Scene


def register_site(scene: Scene, name: str, url: str) -> None:
    """`authserver resource create`: a Jira Data Center site."""
    made = scene.instance.cli("resource", "create", name, "--kind", "jira-dc", "--url", url)
    scene.sites[name] = Site(name, made["resource"]["identifier"], made["introspection_secret"])


def register_client(
    scene: Scene, client_id: str, site_name: str, *scopes: str, lifetime: str = ""
) -> None:
    """`authserver client create`: a client with scopes for one site."""
    options = [part for scope in scopes for part in ("--scope", scope)]
    options += ["--lifetime", lifetime] if lifetime else []
    made = scene.instance.cli("client", "create", client_id, "--resource", site_name, *options)
    scene.callers[client_id] = Caller(client_id, made["client_secret"])
