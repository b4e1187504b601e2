"""The first act: a fresh installation, its first site, its gateway, and all servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import requests

from tests.demo.administrator import (
    SERVICE_ACCOUNT,
    SERVICE_CREDENTIAL,
    add_gateway,
    register_client,
    register_site,
    set_service_credential,
)
from tests.demo.gateways import API_HOST, check_nginx, write_front, write_gateway
from tests.demo.scene import SITE
from tests.demo.servers import start_main_standin, start_nginx
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import Scene

METADATA_PATH: Final = "/.well-known/oauth-authorization-server"
GATEWAY: Final = "edge"
READER: Final = "ci-reader"
WRITER: Final = "board-sync"
READ_SCOPE: Final = "READ"
WRITE_SCOPES: Final = ("read:jira-work", "write:jira-work")


def setting_up(scene: Scene) -> Iterator[Step]:
    """From an empty folder to everything listening."""
    yield Step(
        "administrator",
        "authserver init, in an empty folder",
        "database, keys and a first administrator are made",
        lambda: _initialise(scene),
    )
    yield Step(
        "administrator",
        f"authserver resource create {SITE}; authserver resource set-credential {SITE} --account "
        f"{SERVICE_ACCOUNT}, with a personal access token of Jira's in a file",
        "calls are handed over with this credential; nobody is shown it again",
        lambda: _register_site(scene),
    )
    yield Step(
        "administrator",
        f"authserver gateway add {GATEWAY} --resource {SITE} --key-file ...; authserver gateway "
        f"nginx-config --resource {SITE} --mode {API_HOST}; nginx -t",
        "a key that nobody saw, and a configuration that nginx accepts",
        lambda: _set_up_gateway(scene),
    )
    yield Step(
        "administrator",
        f"authserver client create {READER} --scope {READ_SCOPE}; authserver client create "
        f"{WRITER} --scope {' --scope '.join(WRITE_SCOPES)}",
        "each secret is shown once",
        lambda: _register_clients(scene),
    )
    yield Step(
        "operator",
        "starts the stand-in Jira, authserver, and nginx in front of both, with a certificate of "
        "an authority made for this run",
        "whoever trusts the authority finds the metadata, over TLS, under the issuer's name",
        lambda: _start(scene),
    )


def _initialise(scene: Scene) -> str:
    scene.instance.folder.mkdir(mode=0o700)
    made = scene.instance.cli("init")
    names = ", ".join(step["name"] for step in made["steps"])
    check(made["changed"] is True and bool(made["one_time_password"]), f"only {names}")
    return f"{names}; the one-time password of {made['administrator']} was printed"


def _register_site(scene: Scene) -> str:
    register_site(scene, SITE)
    set_service_credential(scene, SITE)
    shown = scene.instance.run("resource", "show", SITE).stdout
    check(SERVICE_ACCOUNT in shown, f"resource show does not tell the account: {shown}")
    check(SERVICE_CREDENTIAL not in shown, "resource show tells the credential")
    return f"{SITE} is {scene.sites[SITE].identifier}, for Jira every caller is {SERVICE_ACCOUNT}"


def _set_up_gateway(scene: Scene) -> str:
    add_gateway(scene, GATEWAY, SITE)
    key_file = scene.places.room("nginx") / f"{GATEWAY}.key"
    mode = key_file.stat().st_mode & 0o777
    check(mode == 0o600, f"the key file has mode {mode:o}")
    lines = write_gateway(scene, GATEWAY, SITE, API_HOST)
    write_front(scene)
    check_nginx(scene)
    return (
        f"the key file is for its owner only; {lines} lines of configuration, nginx -t is content"
    )


def _register_clients(scene: Scene) -> str:
    register_client(scene, READER, SITE, READ_SCOPE)
    register_client(scene, WRITER, SITE, *WRITE_SCOPES)
    return f"registered: {', '.join(sorted(scene.callers))}"


def _start(scene: Scene) -> str:
    start_main_standin(scene)
    instance = scene.instance.start()
    assert instance.process is not None
    scene.processes.watch("authserver", instance.process)
    start_nginx(scene)
    answer = requests.get(scene.places.issuer + METADATA_PATH, verify=scene.ca, timeout=10)
    check(answer.ok, f"the metadata answered {answer.status_code}")
    scene.metadata = answer.json()
    issuer = scene.metadata["issuer"]
    check(issuer == scene.places.issuer, f"the issuer is {issuer}")
    return f"issuer {issuer}, {len(instance.workers())} workers; Jira is called at {scene.jira_url}"
