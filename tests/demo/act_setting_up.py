"""The first act: a fresh installation, its first site and client, and the servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import requests

from tests.demo.administrator import register_client, register_site
from tests.demo.scene import SITE
from tests.demo.servers import start_apache, start_front, start_standin
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import Scene

METADATA_PATH: Final = "/.well-known/oauth-authorization-server"
SHORT_LIVED: Final = "smoke-test"


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
        f"authserver resource create {SITE}; authserver client create {SHORT_LIVED}, for it, with "
        "the scope READ and tokens of 30 seconds",
        "each secret is shown once",
        lambda: _register(scene),
    )
    yield Step(
        "operator",
        "authserver serve, and nginx in front of it with a certificate of an authority made for "
        "this run",
        "whoever trusts the authority finds the metadata, over TLS, under the issuer's name",
        lambda: _serve(scene),
    )
    yield Step(
        "operator",
        "the stand-in Jira, and in front of it Apache, whose mod_auth_openidc asks authserver "
        "about the token of every single call",
        "a call without a token is refused",
        lambda: _guard(scene),
    )


def _initialise(scene: Scene) -> str:
    scene.instance.folder.mkdir(mode=0o700)
    made = scene.instance.cli("init")
    names = ", ".join(step["name"] for step in made["steps"])
    check(made["changed"] is True and bool(made["one_time_password"]), f"only {names}")
    return f"{names}; the one-time password of {made['administrator']} was printed"


def _register(scene: Scene) -> str:
    register_site(scene, SITE, scene.places.jira_url)
    register_client(scene, SHORT_LIVED, SITE, "READ", lifetime="30s")
    return f"{SITE} is {scene.sites[SITE].identifier}; two secrets, kept for the steps below"


def _serve(scene: Scene) -> str:
    instance = scene.instance.start()
    assert instance.process is not None
    scene.processes.watch("authserver", instance.process)
    start_front(scene.processes, scene.places, instance.port)
    answer = requests.get(scene.places.issuer + METADATA_PATH, verify=scene.ca, timeout=10)
    check(answer.ok, f"the metadata answered {answer.status_code}")
    scene.metadata = answer.json()
    issuer = scene.metadata["issuer"]
    check(issuer == scene.places.issuer, f"the issuer is {issuer}")
    return f"issuer {issuer}, {len(instance.workers())} workers"


def _guard(scene: Scene) -> str:
    start_standin(scene.processes, scene.places)
    start_apache(scene.processes, scene.places, scene.sites[SITE])
    url = f"{scene.places.jira_url}/rest/api/2/myself"
    answer = requests.get(url, verify=scene.ca, timeout=10)
    check(answer.status_code == 401, f"Apache answered {answer.status_code}")
    return f"Apache listens at {scene.places.jira_url} and answers 401"
