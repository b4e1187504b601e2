"""The fourth act: tricks with paths, methods and headers."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import requests

from tests.demo.act_passing import handed_over
from tests.demo.act_setting_up import READER
from tests.demo.jira_calls import ISSUE, ISSUE_PATH
from tests.demo.raw_calls import send
from tests.demo.scene import SITE
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import Scene

TRICKS: Final = (
    f"{ISSUE_PATH}/..;/..;/user?username=admin",
    f"{ISSUE_PATH}/%2e%2e/%2e%2e/user?username=admin",
    f"{ISSUE_PATH}/../../../../secure/admin/ViewLicense.jspa",
    f"{ISSUE_PATH};jsessionid=1/comment",
    f"/rest/api/2/issue%2f{ISSUE}",
    f"/rest/api/2/issue%252f{ISSUE}",
    f"//rest/api/2/issue/{ISSUE}",
    f"/rest\\api\\2\\issue\\{ISSUE}",
    f"{ISSUE_PATH}%00.png",
    "/secure/admin/ViewLicense.jspa",
    "/plugins/servlet/oauth/users",
    f"{ISSUE_PATH}?os_username=admin&os_password=admin",
)
OVERRIDE: Final = "X-HTTP-Method-Override: DELETE"
SPOOFED: Final = {
    "X-Remote-User": "admin",
    "X-Forwarded-User": "admin",
    "X-Auth-User": "admin",
    "X-Auth-Account": "admin",
    "X-Upstream-Authorization": "Basic YWRtaW46YWRtaW4=",
    "X-Original-URL": "/secure/admin/ViewLicense.jspa",
    "X-Forwarded-For": "10.0.0.1",
    "Cookie": "theme=dark",
}


def bending(scene: Scene) -> Iterator[Step]:
    """What no library would send, and what a caller says about itself."""
    yield Step(
        "somebody",
        f"tries {len(TRICKS)} paths with {READER}'s token that nginx and a Tomcat may read "
        f"differently, or that are no operation, and a method in a header",
        "each is refused before Jira sees it",
        lambda: _bend(scene),
    )
    yield Step(
        READER,
        f"reads {ISSUE} and claims to be admin in {len(SPOOFED)} headers",
        "the claims are gone: Jira gets its own credential and nothing else",
        lambda: _spoof(scene),
    )


def _bend(scene: Scene) -> str:
    before = len(scene.seen_by(SITE))
    token, port = scene.tokens[READER].value, scene.places.main.port
    passed = []
    told: dict[str, list[str]] = defaultdict(list)
    for target, *lines in [*((trick,) for trick in TRICKS), (ISSUE_PATH, OVERRIDE)]:
        refusal = send(scene, port, target, token, *lines)
        shown = f"  {target}{f' with {lines[0]}' if lines else ''}"
        told[f"{refusal.status}, {refusal.description}:"].append(shown)
        if refusal.status not in {400, 403} or not refusal.description:
            passed.append(target)
    happened = "\n".join(line for reason, tried in told.items() for line in (reason, *tried))
    check(not passed, f"{happened}\nnot refused: {', '.join(passed)}")
    reached = len(scene.seen_by(SITE)) - before
    check(reached == 0, f"{happened}\n{reached} of them reached the stand-in")
    return f"{happened}\nThe stand-in saw nothing."


def _spoof(scene: Scene) -> str:
    headers = {"Authorization": f"Bearer {scene.tokens[READER].value}", **SPOOFED}
    answer = requests.get(scene.jira_url + ISSUE_PATH, headers=headers, verify=scene.ca, timeout=10)
    check(answer.ok, f"{answer.status_code} {answer.text}")
    last = scene.seen_by(SITE)[-1]
    came = sorted(line.partition(":")[0] for line in last.header_lines)
    claims = [value for value in SPOOFED.values() if value in "\n".join(last.header_lines)]
    check(not claims, f"the stand-in saw {', '.join(claims)}")
    return f"{handed_over(scene, READER)}\nAll headers that came: {', '.join(came)}."
