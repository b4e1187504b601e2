"""The third act: what is not allowed is refused, and nothing of it reaches Jira."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.demo.act_passing import ELSEWHERE, READER, WRONG_SCOPE
from tests.demo.act_setting_up import SHORT_LIVED
from tests.demo.integrations import introspect_by_authlib, revoke_by_authlib, token_by_authlib
from tests.demo.jira_calls import (
    INSUFFICIENT,
    INVALID,
    ISSUE,
    refused,
    try_to_read,
    write_comment,
)
from tests.demo.scene import OTHER_SITE, SITE
from tests.demo.steps import Step, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.demo.scene import HeldToken, Scene


def refusing(scene: Scene) -> Iterator[Step]:
    """Everything that is not allowed, and why not."""
    yield Step(
        "somebody",
        f"reads {ISSUE} with {READER}'s token, one letter of it changed",
        "401 invalid_token",
        lambda: refused(scene, lambda: try_to_read(scene, _altered(scene.tokens[READER])), INVALID),
    )
    yield Step(
        WRONG_SCOPE,
        f"reads {ISSUE} with a good token of the wrong scope, read:jira-user",
        "introspection tells active, and still: 403 insufficient_scope",
        lambda: _wrong_scope(scene),
    )
    yield Step(
        READER,
        f"comments {ISSUE} with its token, which may only read",
        "403 insufficient_scope",
        lambda: refused(
            scene, lambda: write_comment(scene, scene.tokens[READER], "no"), INSUFFICIENT
        ),
    )
    yield Step(
        ELSEWHERE,
        f"reads {ISSUE} with a good token for another site, {OTHER_SITE}",
        f"introspection tells {OTHER_SITE} active, but not {SITE}; 401 invalid_token",
        lambda: _other_site(scene),
    )
    yield Step(
        READER,
        "gives its token up: revocation, with Authlib's client",
        "introspection tells the Jira side active before and inactive after",
        lambda: _revoke(scene),
    )
    yield Step(
        READER,
        f"reads {ISSUE} with the revoked token, at once",
        "401 invalid_token",
        lambda: refused(scene, lambda: try_to_read(scene, scene.tokens[READER]), INVALID),
    )


def expiring(scene: Scene) -> Iterator[Step]:
    """The one refusal that takes time."""
    yield Step(
        SHORT_LIVED,
        f"reads {ISSUE} again, as soon as its 30 seconds are over",
        "introspection tells the Jira side inactive; 401 invalid_token",
        lambda: _expire(scene),
    )


def _altered(token: HeldToken) -> HeldToken:
    """A letter inside the signature; the last one may carry bits that nobody reads."""
    place = len(token.value) - 10
    letter = "A" if token.value[place] != "A" else "B"
    return replace(token, value=token.value[:place] + letter + token.value[place + 1 :])


def _wrong_scope(scene: Scene) -> str:
    token = token_by_authlib(scene, WRONG_SCOPE, "read:jira-user")
    _check_active(scene, SITE, token)
    happened = refused(scene, lambda: try_to_read(scene, token), INSUFFICIENT)
    return f"active, but {happened}"


def _other_site(scene: Scene) -> str:
    token = token_by_authlib(scene, ELSEWHERE, "READ")
    _check_active(scene, OTHER_SITE, token)
    _check_inactive(scene, token)
    happened = refused(scene, lambda: try_to_read(scene, token), INVALID)
    return f"{OTHER_SITE} is told active, {SITE} only inactive; {happened}"


def _revoke(scene: Scene) -> str:
    token = scene.tokens[READER]
    _check_active(scene, SITE, token)
    status = revoke_by_authlib(scene, READER, token)
    check(status == 200, f"revocation answered {status}")
    _check_inactive(scene, token)
    return f"active; revocation answered {status}; inactive"


def _expire(scene: Scene) -> str:
    token = scene.tokens[SHORT_LIVED]
    if token.seconds_left > 1:
        _check_active(scene, SITE, token)
    scene.wait(token.seconds_left, "until the token expires")
    _check_inactive(scene, token)
    happened = refused(scene, lambda: try_to_read(scene, token), INVALID)
    return f"inactive; {happened}"


def _check_active(scene: Scene, site_name: str, token: HeldToken) -> None:
    answer = introspect_by_authlib(scene, site_name, token)
    check(answer.get("active") is True, f"introspection told {site_name} {answer}")


def _check_inactive(scene: Scene, token: HeldToken) -> None:
    """Exactly the one answer that gives nothing away."""
    answer = introspect_by_authlib(scene, SITE, token)
    check(answer == {"active": False}, f"introspection told {SITE} {answer}")
