"""The last act: the books are balanced and everything is put away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.demo.act_passing import READER, WRITER
from tests.demo.act_setting_up import SHORT_LIVED
from tests.demo.jira_calls import ISSUE
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import Scene

API: Final = "/rest/api/2"
ALLOWED: Final = (
    (SHORT_LIVED, "GET", "serverInfo"),
    (SHORT_LIVED, "GET", f"issue/{ISSUE}"),
    (READER, "GET", "serverInfo"),
    (READER, "GET", f"issue/{ISSUE}"),
    (READER, "GET", f"issue/{ISSUE}"),
    (WRITER, "POST", f"issue/{ISSUE}/comment"),
)
REFUSED_WITH_TOKEN: Final = 6


def ending(scene: Scene) -> Iterator[Step]:
    """What was seen, and that nothing is left."""
    yield Step(
        "stand-in Jira",
        "opens its notes",
        f"the {len(ALLOWED)} calls that were allowed, in order, and nothing else",
        lambda: _tally(scene),
    )
    yield Step(
        "operator",
        "counts in nginx's log how often mod_auth_openidc asked",
        f"{len(ALLOWED) + REFUSED_WITH_TOKEN} times: once for each call with a token",
        lambda: _count_questions(scene),
    )
    yield Step(
        "operator",
        "stops all servers in order",
        "no process is left",
        lambda: _stop(scene),
    )


def _tally(scene: Scene) -> str:
    seen = [
        (entry["client"], entry["method"], entry["path"].removeprefix(f"{API}/"))
        for entry in scene.seen_by_jira()
    ]
    told = "; ".join(f"{client} {method} {path}" for client, method, path in seen)
    check(seen == list(ALLOWED), told)
    return told


def _count_questions(scene: Scene) -> str:
    log = (scene.places.folder / "nginx" / "access.log").read_text()
    asked = len(re.findall(r'"POST /oauth2/introspect .*"mod_auth_openidc"', log))
    check(asked == len(ALLOWED) + REFUSED_WITH_TOKEN, f"{asked} times")
    return f"{asked} times"


def _stop(scene: Scene) -> str:
    running = len(scene.processes.living())
    killed = scene.processes.stop()
    check(not killed, f"had to be killed: {', '.join(killed)}")
    left = scene.processes.living()
    check(not left, f"{len(left)} processes are left")
    return f"{running} processes have ended"
