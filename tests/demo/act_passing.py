"""The second act: tokens are got, looked at, and used; what they do not cover is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.demo.act_setting_up import READ_SCOPE, READER, WRITE_SCOPES, WRITER
from tests.demo.administrator import SERVICE_ACCOUNT, SERVICE_CREDENTIAL
from tests.demo.integrations import (
    introspect_by_authlib,
    token_by_authlib,
    token_by_requests_oauthlib,
)
from tests.demo.jira_calls import ISSUE, issue_keys, read_issue, write_comment
from tests.demo.refusals import refused
from tests.demo.scene import SITE
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import Scene

COMMENT: Final = "Done: the build server has a token of ten minutes now."
MISSING_SCOPE: Final = "WRITE"
PAGED: Final = 120


def passing(scene: Scene) -> Iterator[Step]:
    """Reading, the refusal to write, and writing."""
    yield Step(
        READER,
        "gets a token with requests-oauthlib",
        f"scope {READ_SCOPE}, for ten minutes",
        lambda: _take(scene, READER, READ_SCOPE),
    )
    yield Step(
        READER,
        f"reads {ISSUE} with the client jira, through nginx",
        "the issue; Jira gets its own credential and never sees the token",
        lambda: _read(scene),
    )
    yield Step(
        READER,
        f"comments {ISSUE} with the same token, which may only read",
        f"403 insufficient_scope, and what is missing is named: {MISSING_SCOPE}",
        lambda: _refuse_comment(scene),
    )
    yield Step(
        WRITER,
        "gets a wider token with Authlib's client, with Atlassian's classic scopes",
        f"scope {' '.join(WRITE_SCOPES)}",
        lambda: _take(scene, WRITER, " ".join(WRITE_SCOPES)),
    )
    yield Step(
        WRITER,
        f"comments {ISSUE} with the client jira",
        "the comment is taken",
        lambda: _comment(scene),
    )
    yield Step(
        WRITER,
        "lists the project's issues page by page, with atlassian-python-api",
        f"all {PAGED} of them, one decision per page",
        lambda: _page(scene),
    )
    yield Step(
        "Jira side",
        f"introspects both tokens, as {SITE}, with Authlib's client",
        "active, with client, scope and audience",
        lambda: _introspect_both(scene),
    )


def _take(scene: Scene, client_id: str, scope: str) -> str:
    get = token_by_requests_oauthlib if client_id == READER else token_by_authlib
    token = get(scene, client_id, scope)
    scene.tokens[client_id] = token
    happened = f"scope {token.scope}, {token.seconds_left:.0f} s, {len(token.value)} characters"
    check(token.scope == scope and 595 < token.seconds_left <= 600, happened)
    return happened


def _read(scene: Scene) -> str:
    issue = read_issue(scene, scene.jira_url, scene.tokens[READER])
    summary, status = issue.fields.summary, issue.fields.status.name
    check(issue.key == ISSUE and bool(summary), f"an issue {issue.key}: {summary}")
    return f"{issue.key}, {status}: {summary}.\n{handed_over(scene, READER)}"


def _refuse_comment(scene: Scene) -> str:
    token = scene.tokens[READER]
    refusal = refused(
        scene,
        SITE,
        lambda: write_comment(scene, scene.jira_url, token, "no"),
        403,
        "insufficient_scope",
    )
    challenge = refusal.challenge
    check(MISSING_SCOPE in refusal.description, f"{refusal}: the missing scope is not named")
    check(f'scope="{MISSING_SCOPE}' in challenge, f"the challenge names no scope: {challenge}")
    return f"{refusal}.\nWWW-Authenticate: {challenge}\nThe stand-in saw nothing."


def _comment(scene: Scene) -> str:
    comment = write_comment(scene, scene.jira_url, scene.tokens[WRITER], COMMENT)
    check(comment.body == COMMENT, f"a comment: {comment.body}")
    return f"comment {comment.id}: {comment.body}\n{handed_over(scene, WRITER)}"


def _page(scene: Scene) -> str:
    before = len(scene.seen_by(SITE))
    keys = issue_keys(scene, scene.jira_url, scene.tokens[WRITER], PAGED)
    pages = len(scene.seen_by(SITE)) - before
    happened = f"{len(keys)} issues, {keys[0]} to {keys[-1]}, on {pages} pages"
    check(len(set(keys)) == PAGED and pages == 3, happened)
    return happened


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


def handed_over(scene: Scene, client_id: str) -> str:
    """The last request to the main site: the site's credential arrived, the caller's did not."""
    last = scene.seen_by(SITE)[-1]
    came = last.headers.get("authorization", "nothing")
    check(not last.smells, f"the stand-in got {'; '.join(last.smells)}")
    check(came == f"Bearer {SERVICE_CREDENTIAL}", "the stand-in got another Authorization")
    check(last.account == SERVICE_ACCOUNT, f"the stand-in took the caller for {last.account}")
    held = scene.tokens[client_id].value
    check(held not in str(last), "the stand-in saw the caller's token")
    shown = f"{came[:16]}..., the credential of {SERVICE_ACCOUNT}"
    return f"The stand-in saw: {last.method} {last.target}; Authorization: {shown}; no token."
