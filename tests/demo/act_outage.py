"""The seventh act: nobody is there to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.demo.act_passing import handed_over
from tests.demo.act_setting_up import WRITER
from tests.demo.jira_calls import ISSUE, try_to_read
from tests.demo.refusals import refused
from tests.demo.scene import SITE
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import Scene


def outage(scene: Scene) -> Iterator[Step]:
    """Closed while the server is away, open again when it is back."""
    yield Step(
        "operator",
        f"stops authserver; {WRITER} reads {ISSUE} through nginx",
        "503, and Jira sees nothing: what nobody decides does not pass",
        lambda: _stopped(scene),
    )
    yield Step(
        "operator",
        f"starts authserver again; {WRITER} reads {ISSUE} with the same token",
        "the issue, without touching nginx",
        lambda: _started(scene),
    )


def _stopped(scene: Scene) -> str:
    code = scene.instance.stop()
    check(code == 0, f"authserver ended with {code}")
    token = scene.tokens[WRITER]
    refusal = refused(
        scene,
        SITE,
        lambda: try_to_read(scene, scene.jira_url, token),
        503,
        "temporarily_unavailable",
        decided=False,
    )
    return f"{refusal}.\nThe stand-in saw nothing."


def _started(scene: Scene) -> str:
    instance = scene.instance.start()
    assert instance.process is not None
    scene.processes.watch("authserver", instance.process)
    issue = try_to_read(scene, scene.jira_url, scene.tokens[WRITER])
    return f"{issue.key}.\n{handed_over(scene, WRITER)}"
