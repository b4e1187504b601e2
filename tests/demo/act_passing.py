"""The second act: tokens are got, looked at, and used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import requests

from tests.demo.act_setting_up import SHORT_LIVED
from tests.demo.administrator import register_client, register_site
from tests.demo.integrations import (
    introspect_by_authlib,
    token_by_authlib,
    token_by_requests_oauthlib,
)
from tests.demo.jira_calls import ISSUE, read_issue, write_comment
from tests.demo.scene import OTHER_SITE, SITE
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import Scene

READER: Final = "ci-reader"
WRITER: Final = "board-sync"
WRONG_SCOPE: Final = "phone-list"
ELSEWHERE: Final = "night-export"
SPOOFED: Final = {
    "X-Calling-Client": "admin",
    "OIDC_CLAIM_client_id": "admin",
    "OIDC-CLAIM-sub": "admin",
}


def passing(scene: Scene) -> Iterator[Step]:
    """Everything that is allowed."""
    yield Step(
        SHORT_LIVED,
        "gets a token with Authlib's client; its 30 seconds run from now on",
        "a token with scope READ",
        lambda: _take_short_lived(scene),
    )
    yield Step(
        SHORT_LIVED,
        f"reads {ISSUE} with the client jira, through Apache",
        "the issue",
        lambda: _read(scene, SHORT_LIVED),
    )
    yield Step(
        "administrator",
        f"registers {OTHER_SITE} and four clients more, while all servers run",
        f"{READER}: READ. {WRITER}: read:jira-work, write:jira-work. {WRONG_SCOPE}: "
        f"read:jira-user. {ELSEWHERE}: READ, at {OTHER_SITE} only",
        lambda: _register_more(scene),
    )
    yield Step(
        READER,
        "gets a token with requests-oauthlib",
        "scope READ, for ten minutes",
        lambda: _take(scene, READER, "READ", 600),
    )
    yield Step(
        WRITER,
        "gets a token with Authlib's client, with Atlassian's classic scopes",
        "scope read:jira-work write:jira-work",
        lambda: _take(scene, WRITER, "read:jira-work write:jira-work", 600),
    )
    yield Step(
        "Jira side",
        f"introspects both, as {SITE}, with Authlib's client",
        "active, with client, scope and audience",
        lambda: _introspect_both(scene),
    )
    yield Step(
        READER,
        f"reads {ISSUE} with the client jira, through Apache",
        "the issue; Jira learns which client calls and never sees the token",
        lambda: _read(scene, READER),
    )
    yield Step(
        READER,
        f"reads {ISSUE} and claims to be admin, in the headers that Apache sets",
        f"the claims are dropped: for Jira it is {READER}",
        lambda: _spoof(scene),
    )
    yield Step(
        WRITER,
        f"comments {ISSUE} with the client jira",
        "the comment is taken",
        lambda: _comment(scene),
    )


def _take_short_lived(scene: Scene) -> str:
    token = token_by_authlib(scene, SHORT_LIVED, "READ")
    scene.tokens[SHORT_LIVED] = token
    check(token.scope == "READ" and token.seconds_left <= 30, f"{token.seconds_left:.0f} s")
    return f"scope {token.scope}, {token.seconds_left:.0f} s"


def _take(scene: Scene, client_id: str, scope: str, seconds: int) -> str:
    get = token_by_requests_oauthlib if client_id == READER else token_by_authlib
    token = get(scene, client_id, scope)
    scene.tokens[client_id] = token
    happened = f"scope {token.scope}, {token.seconds_left:.0f} s, {len(token.value)} characters"
    check(token.scope == scope and seconds - 5 < token.seconds_left <= seconds, happened)
    return happened


def _register_more(scene: Scene) -> str:
    register_site(scene, OTHER_SITE, "https://jira-archive.example")
    register_client(scene, READER, SITE, "READ")
    register_client(scene, WRITER, SITE, "read:jira-work", "write:jira-work")
    register_client(scene, WRONG_SCOPE, SITE, "read:jira-user")
    register_client(scene, ELSEWHERE, OTHER_SITE, "READ")
    return f"registered: {', '.join(sorted(scene.callers))}"


def _introspect_both(scene: Scene) -> str:
    told = []
    for client_id in (READER, WRITER):
        answer = introspect_by_authlib(scene, SITE, scene.tokens[client_id])
        fields = {name: answer.get(name) for name in ("active", "client_id", "scope", "aud")}
        as_told = {
            "active": True,
            "client_id": client_id,
            "scope": scene.tokens[client_id].scope,
            "aud": scene.sites[SITE].identifier,
        }
        check(fields == as_told, f"{client_id}: {fields}")
        told.append(f"{client_id}: active, {answer['scope']}")
    return "; ".join(told)


def _read(scene: Scene, client_id: str) -> str:
    issue = read_issue(scene, scene.tokens[client_id])
    summary, status = issue.fields.summary, issue.fields.status.name
    check(issue.key == ISSUE and bool(summary), f"an issue {issue.key}: {summary}")
    return f"{issue.key}, {status}: {summary}. {_as_jira_saw_it(scene, client_id)}"


def _spoof(scene: Scene) -> str:
    headers = {"Authorization": f"Bearer {scene.tokens[READER].value}", **SPOOFED}
    url = f"{scene.places.jira_url}/rest/api/2/issue/{ISSUE}"
    answer = requests.get(url, headers=headers, verify=scene.ca, timeout=10)
    check(answer.ok, f"status {answer.status_code}")
    return _as_jira_saw_it(scene, READER)


def _comment(scene: Scene) -> str:
    text = "Done: the build server has a token of ten minutes now."
    comment = write_comment(scene, scene.tokens[WRITER], text)
    check(comment.body == text, f"a comment: {comment.body}")
    return f"comment {comment.id}: {comment.body} {_as_jira_saw_it(scene, WRITER)}"


def _as_jira_saw_it(scene: Scene, client_id: str) -> str:
    """The last request: who called, and whether it carried anything that it should not."""
    last = scene.seen_by_jira()[-1]
    secret = [
        name for name in last["headers"] if name == "authorization" or name.startswith("oidc")
    ]
    check(not secret, f"the stand-in got the headers {', '.join(secret)}")
    check(last["client"] == client_id, f"the stand-in took the caller for {last['client']}")
    return f"The stand-in saw {last['client']} and no token."
