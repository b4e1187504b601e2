"""The fifth act: another site, whose gateway names the account of the caller in a header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import requests

from tests.demo.act_refusing import ELSEWHERE
from tests.demo.administrator import add_gateway, set_identity_header
from tests.demo.gateways import IN_FRONT, check_nginx, write_gateway
from tests.demo.jira_calls import ISSUE, try_to_read
from tests.demo.refusals import refused
from tests.demo.scene import OTHER_SITE
from tests.demo.servers import start_standin
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import Scene

GATEWAY: Final = "archive-edge"
HEADER: Final = "X-Remote-User"
ACCOUNT: Final = "export-robot"
DASHBOARD: Final = "/secure/Dashboard.jspa"


def accounts(scene: Scene) -> Iterator[Step]:
    """A gateway in front of a whole Jira, and who calls is somebody there."""
    yield Step(
        "administrator",
        f"sets up a gateway in front of {OTHER_SITE}: authserver resource set-hand-over "
        f"{OTHER_SITE} --kind identity-header; gateway add; gateway nginx-config --mode "
        f"{IN_FRONT}; nginx -s reload",
        "the other gateway goes on; people's pages of this site pass without a token",
        lambda: _set_up(scene),
    )
    yield Step(
        ELSEWHERE,
        f"reads {ISSUE} there, with a good token",
        "403: nobody has said which account of this Jira it is",
        lambda: _unmapped(scene),
    )
    yield Step(
        "administrator",
        f"authserver account map {OTHER_SITE} {ACCOUNT} --client {ELSEWHERE}",
        f"from now on {ELSEWHERE} is {ACCOUNT} there",
        lambda: _map(scene),
    )
    yield Step(
        ELSEWHERE,
        f"reads {ISSUE} there again, and claims to be admin in {HEADER}",
        f"the issue; for this Jira the caller is {ACCOUNT}",
        lambda: _mapped(scene),
    )


def _set_up(scene: Scene) -> str:
    set_identity_header(scene, OTHER_SITE, HEADER)
    add_gateway(scene, GATEWAY, OTHER_SITE)
    write_gateway(scene, GATEWAY, OTHER_SITE, IN_FRONT)
    check_nginx(scene)
    hand_over = ("--hand-over", "identity-header", "--header", HEADER, "--browsers")
    start_standin(scene, OTHER_SITE, *hand_over)
    scene.nginx.reload()
    url = scene.places.archive.url + DASHBOARD
    page = requests.get(url, verify=scene.ca, timeout=10)
    check(page.ok, f"{DASHBOARD} answered {page.status_code}")
    return f"{scene.places.archive.url} answers; {DASHBOARD} is {page.status_code}"


def _unmapped(scene: Scene) -> str:
    token = scene.tokens[ELSEWHERE]
    url = scene.places.archive.url
    refusal = refused(
        scene, OTHER_SITE, lambda: try_to_read(scene, url, token), 403, "access_denied"
    )
    return f"{refusal}.\nThe stand-in saw nothing."


def _map(scene: Scene) -> str:
    scene.instance.cli("account", "map", OTHER_SITE, ACCOUNT, "--client", ELSEWHERE)
    listed = scene.instance.run("account", "list", OTHER_SITE).stdout
    check(ACCOUNT in listed, f"account list: {listed}")
    return f"{ELSEWHERE} is {ACCOUNT} at {OTHER_SITE}"


def _mapped(scene: Scene) -> str:
    issue = try_to_read(scene, scene.places.archive.url, scene.tokens[ELSEWHERE], {HEADER: "admin"})
    last = scene.seen_by(OTHER_SITE)[-1]
    check(not last.smells, f"the stand-in got {'; '.join(last.smells)}")
    check(last.account == ACCOUNT, f"the stand-in took the caller for {last.account}")
    check("authorization" not in last.headers, "the stand-in got an Authorization")
    return f"{issue.key}.\nThe stand-in saw: {HEADER}: {last.account}; no Authorization."
