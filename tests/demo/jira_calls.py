"""Calls to Jira with the PyPI clients `jira` and `atlassian-python-api`, through the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import requests
from atlassian import Jira as OtherJira
from jira import JIRA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jira.resources import Comment, Issue

    from tests.demo.scene import HeldToken, Scene

ISSUE: Final = "DEMO-1"
ISSUE_PATH: Final = f"/rest/api/2/issue/{ISSUE}"


def read_issue(scene: Scene, url: str, token: HeldToken) -> Issue:
    """The issue, with the client as it is: it looks at serverInfo first.

    Raises:
        JIRAError: it is refused.
    """
    return _client(scene, url, token, ask_server_info=True).issue(ISSUE)


def try_to_read(
    scene: Scene, url: str, token: HeldToken, headers: Mapping[str, str] | None = None
) -> Issue:
    """The issue and nothing before it. Raises JIRAError when it is refused."""
    client = _client(scene, url, token)
    client._session.headers.update(headers or {})
    return client.issue(ISSUE)


def write_comment(scene: Scene, url: str, token: HeldToken, text: str) -> Comment:
    """A comment on the issue. Raises JIRAError when it is refused."""
    comment: Comment = _client(scene, url, token).add_comment(ISSUE, text)
    return comment


def read_with_password(scene: Scene, url: str, user: str, password: str) -> Issue:
    """The issue, as it was done before there were tokens. Raises JIRAError."""
    client = JIRA(
        server=url,
        options={"verify": scene.ca},
        basic_auth=(user, password),
        get_server_info=False,
        max_retries=0,
    )
    return client.issue(ISSUE)


def issue_keys(scene: Scene, url: str, token: HeldToken, limit: int) -> list[str]:
    """The keys of issues, page by page, with atlassian-python-api."""
    session = requests.Session()
    session.verify = scene.ca
    keys: list[str] = []
    with OtherJira(url=url, token=token.value, session=session) as client:
        while len(keys) < limit:
            page = client.jql("project = DEMO", fields="key", start=len(keys), limit=50) or {}
            issues = page.get("issues", [])
            if not issues:
                break
            keys += [issue["key"] for issue in issues]
    return keys


def _client(scene: Scene, url: str, token: HeldToken, *, ask_server_info: bool = False) -> JIRA:
    return JIRA(
        server=url,
        options={"verify": scene.ca},
        token_auth=token.value,
        get_server_info=ask_server_info,
        max_retries=0,
    )
