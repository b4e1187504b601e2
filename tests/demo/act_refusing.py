"""The third act: whoever brings something else than a good token is told what to do instead."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import requests

from tests.demo.act_setting_up import READ_SCOPE, READER
from tests.demo.administrator import register_client, register_site
from tests.demo.integrations import introspect_by_authlib, token_by_authlib
from tests.demo.jira_calls import ISSUE, ISSUE_PATH, read_with_password, try_to_read
from tests.demo.refusals import check_refusal, refusal_of, refused
from tests.demo.scene import OTHER_SITE, SITE
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import HeldToken, Scene

ELSEWHERE: Final = "night-export"
NOBODY: Final = "authentication_required"
DENIED: Final = "access_denied"


def refusing(scene: Scene) -> Iterator[Step]:
    """Passwords, sessions, nothing at all, and tokens that are not good here."""
    yield Step(
        "old script",
        f"reads {ISSUE} with the client jira, with user name and password",
        "403, and what to do instead",
        lambda: _basic(scene),
    )
    yield Step(
        "browser",
        f"reads {ISSUE} with a session cookie of Jira's",
        "403, and what to do instead",
        lambda: _without_token(scene, {"Cookie": "JSESSIONID=session-of-tokafor"}, 403, DENIED),
    )
    yield Step(
        "somebody",
        f"reads {ISSUE} with nothing at all",
        "401, and what to do",
        lambda: _without_token(scene, {}),
    )
    yield Step(
        "somebody",
        f"reads {ISSUE} with {READER}'s token, one letter of it changed",
        "401 invalid_token",
        lambda: _altered_token(scene),
    )
    yield Step(
        ELSEWHERE,
        f"reads {ISSUE} with a good token for another site, {OTHER_SITE}",
        f"introspection tells {OTHER_SITE} active, but not {SITE}; 401 invalid_token",
        lambda: _other_site(scene),
    )


def _basic(scene: Scene) -> str:
    call = partial(read_with_password, scene, scene.jira_url, "tokafor", "hunter2")
    refusal = refused(scene, SITE, call, 403, DENIED)
    return f"{refusal}.\nThe stand-in saw nothing."


def _without_token(
    scene: Scene, headers: dict[str, str], status: int = 401, error: str = NOBODY
) -> str:
    before = len(scene.seen_by(SITE))
    answer = requests.get(scene.jira_url + ISSUE_PATH, headers=headers, verify=scene.ca, timeout=10)
    refusal = refusal_of(answer.status_code, answer.headers, answer.json())
    check_refusal(refusal, status, error)
    check(len(scene.seen_by(SITE)) == before, f"{refusal}; and the stand-in saw it")
    scene.refusals.append(refusal)
    return f"{refusal}.\nThe stand-in saw nothing."


def _altered_token(scene: Scene) -> str:
    token = _altered(scene.tokens[READER])
    call = partial(try_to_read, scene, scene.jira_url, token)
    return f"{refused(scene, SITE, call, 401, 'invalid_token')}.\nThe stand-in saw nothing."


def _altered(token: HeldToken) -> HeldToken:
    """A letter inside the signature; the last one may carry bits that nobody reads."""
    place = len(token.value) - 10
    letter = "A" if token.value[place] != "A" else "B"
    return replace(token, value=token.value[:place] + letter + token.value[place + 1 :])


def _other_site(scene: Scene) -> str:
    register_site(scene, OTHER_SITE)
    register_client(scene, ELSEWHERE, OTHER_SITE, READ_SCOPE)
    token = scene.tokens[ELSEWHERE] = token_by_authlib(scene, ELSEWHERE, READ_SCOPE)
    check_active(scene, OTHER_SITE, token)
    check_inactive(scene, SITE, token)
    call = partial(try_to_read, scene, scene.jira_url, token)
    refusal = refused(scene, SITE, call, 401, "invalid_token")
    return f"{OTHER_SITE} is told active, {SITE} only inactive; {refusal}."


def check_active(scene: Scene, site_name: str, token: HeldToken) -> None:
    """Raise NotAsTold unless the site is told that the token is good."""
    answer = introspect_by_authlib(scene, site_name, token)
    check(answer.get("active") is True, f"introspection told {site_name} {answer}")


def check_inactive(scene: Scene, site_name: str, token: HeldToken) -> None:
    """Exactly the one answer that gives nothing away."""
    answer = introspect_by_authlib(scene, site_name, token)
    check(answer == {"active": False}, f"introspection told {site_name} {answer}")
