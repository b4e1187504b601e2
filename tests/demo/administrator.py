"""What the administrator does, on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.instances import Caller, Site

if TYPE_CHECKING:
    from tests.demo.scene import Scene

SERVICE_ACCOUNT: Final = "svc-gateway"
SERVICE_CREDENTIAL: Final = "NjQ0OTU3MDc0MTU4OphUzfqt9sLbZ2kYh3vW1nQe"
"""A personal access token as Jira makes them; this one is made up."""


def register_site(scene: Scene, name: str) -> None:
    """`authserver resource create`: a Jira Data Center site."""
    url = scene.places.site(name).url
    made = scene.instance.cli("resource", "create", name, "--kind", "jira-dc", "--url", url)
    scene.sites[name] = Site(name, made["resource"]["identifier"], made["introspection_secret"])


def set_service_credential(scene: Scene, name: str) -> None:
    """`authserver resource set-credential`: what the site accepts, from a file."""
    file = scene.places.site(name).credential
    file.touch(mode=0o600)
    file.write_text(f"{SERVICE_CREDENTIAL}\n")
    scene.instance.cli(
        *("resource", "set-credential", name, "--type", "bearer"),
        *("--account", SERVICE_ACCOUNT, "--secret-file", str(file)),
    )


def set_identity_header(scene: Scene, name: str, header: str) -> None:
    """`authserver resource set-hand-over`: a header names the account."""
    scene.instance.cli(
        *("resource", "set-hand-over", name, "--kind", "identity-header", "--header", header)
    )


def add_gateway(scene: Scene, gateway: str, site: str) -> None:
    """`authserver gateway add`: its key goes into a file that nginx includes."""
    scene.instance.cli(
        *("gateway", "add", gateway, "--resource", site),
        *("--key-file", str(scene.places.room("nginx") / f"{gateway}.key")),
    )


def register_client(scene: Scene, client_id: str, site_name: str, *scopes: str) -> None:
    """`authserver client create`: a client with scopes for one site."""
    options = [part for scope in scopes for part in ("--scope", scope)]
    made = scene.instance.cli("client", "create", client_id, "--resource", site_name, *options)
    scene.callers[client_id] = Caller(client_id, made["client_secret"])
