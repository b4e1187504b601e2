"""The sixth act: a token is given up; nginx and another enforcement point know at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.demo.act_passing import handed_over
from tests.demo.act_refusing import check_active, check_inactive
from tests.demo.act_setting_up import READ_SCOPE, READER
from tests.demo.integrations import revoke_by_authlib, token_by_authlib
from tests.demo.jira_calls import ISSUE, read_issue, try_to_read, write_comment
from tests.demo.refusals import challenged, refused
from tests.demo.scene import SITE
from tests.demo.servers import start_apache
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import Scene

ASKED: Final = 4
"""Calls with a token through Apache: two that read, serverInfo and an issue, and two refused."""


def revoking(scene: Scene) -> Iterator[Step]:
    """With two enforcement points: one asks for decisions, the other introspects."""
    yield Step(
        "operator",
        "starts Apache in front of the same Jira; its mod_auth_openidc introspects the token of "
        "every call, and looks for the scope itself",
        f"{READER} reads {ISSUE} through it, and may not comment",
        lambda: _introspecting(scene),
    )
    yield Step(
        READER,
        "gives its token up: revocation, with Authlib's client",
        "introspection tells the Jira side active before and inactive after",
        lambda: _revoke(scene),
    )
    yield Step(
        READER,
        f"reads {ISSUE} with the revoked token, at once, through nginx and through Apache",
        "401 invalid_token from both",
        lambda: _use_revoked(scene),
    )
    yield Step(
        READER,
        f"gets another token and reads {ISSUE} through nginx",
        "the issue: revoked was the token, not the client",
        lambda: _go_on(scene),
    )


def _introspecting(scene: Scene) -> str:
    start_apache(scene, scene.sites[SITE])
    url, token = scene.places.apache_url, scene.tokens[READER]
    issue = read_issue(scene, url, token)
    last = scene.seen_by(SITE)[-1]
    check(last.status == 200 and not last.smells, f"the stand-in got {'; '.join(last.smells)}")
    told = challenged(scene, SITE, lambda: write_comment(scene, url, token, "no"), 403)
    check('error="insufficient_scope"' in told, told)
    return f"{issue.key} is read; commenting: {told}"


def _revoke(scene: Scene) -> str:
    token = scene.tokens[READER]
    check_active(scene, SITE, token)
    status = revoke_by_authlib(scene, READER, token)
    check(status == 200, f"revocation answered {status}")
    check_inactive(scene, SITE, token)
    return f"active; revocation answered {status}; inactive"


def _use_revoked(scene: Scene) -> str:
    token, apache = scene.tokens[READER], scene.places.apache_url
    refusal = refused(
        scene, SITE, lambda: try_to_read(scene, scene.jira_url, token), 401, "invalid_token"
    )
    told = challenged(scene, SITE, lambda: try_to_read(scene, apache, token), 401)
    check('error="invalid_token"' in told, told)
    return f"nginx: {refusal}.\nApache: {told}.\nThe stand-in saw nothing."


def _go_on(scene: Scene) -> str:
    scene.tokens[READER] = token_by_authlib(scene, READER, READ_SCOPE)
    issue = try_to_read(scene, scene.jira_url, scene.tokens[READER])
    return f"{issue.key}. {handed_over(scene, READER)}"
