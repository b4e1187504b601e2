"""Calls to Jira with the PyPI client `jira`, through Apache."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jira import JIRA, JIRAError

from tests.demo.steps import NotAsTold, check

if TYPE_CHECKING:
    from collections.abc import Callable

    from jira.resources import Comment, Issue

    from tests.demo.scene import HeldToken, Scene

ISSUE: Final = "DEMO-1"
INVALID: Final = (401, "invalid_token")
INSUFFICIENT: Final = (403, "insufficient_scope")


def read_issue(scene: Scene, token: HeldToken) -> Issue:
    """The issue, with the client as it is: it looks at serverInfo first.

    Raises:
        JIRAError: it is refused.
    """
    return _client(scene, token, ask_server_info=True).issue(ISSUE)


def try_to_read(scene: Scene, token: HeldToken) -> Issue:
    """The issue and nothing before it. Raises JIRAError when it is refused."""
    return _client(scene, token).issue(ISSUE)


def write_comment(scene: Scene, token: HeldToken, text: str) -> Comment:
    """A comment on the issue. Raises JIRAError when it is refused."""
    comment: Comment = _client(scene, token).add_comment(ISSUE, text)
    return comment


def refused(scene: Scene, call: Callable[[], object], status_and_error: tuple[int, str]) -> str:
    """Make a call that must be refused, and look whether Jira saw anything of it.

    Raises:
        NotAsTold: it was not refused, or in another way, or something reached Jira.
    """
    before = len(scene.seen_by_jira())
    try:
        call()
    except JIRAError as refusal:
        status = refusal.status_code
        headers = {} if refusal.response is None else refusal.response.headers
        challenge = headers.get("WWW-Authenticate", "no challenge")
    else:
        raise NotAsTold("the call went through")
    error = challenge.partition(",")[0]
    happened = f"{status} {error}"
    expected_status, expected_error = status_and_error
    check(status == expected_status, f"{happened}: not {expected_status}")
    check(f'error="{expected_error}"' in challenge, f"{happened}: not {expected_error}")
    reached = len(scene.seen_by_jira()) - before
    check(reached == 0, f"{happened}, and {reached} requests reached the stand-in")
    return f"{happened}; the stand-in saw nothing"


def _client(scene: Scene, token: HeldToken, *, ask_server_info: bool = False) -> JIRA:
    return JIRA(
        server=scene.places.jira_url,
        options={"verify": scene.ca},
        token_auth=token.value,
        get_server_info=ask_server_info,
        max_retries=0,
    )
