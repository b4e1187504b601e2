"""`/policies`: what administrators decide beyond scopes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import NotFound
from authserver.domain.pages import Page, Place
from authserver.domain.roles import Area, to_read, to_write
from authserver.services.policy_replays import ANSWER_SECONDS
from authserver.services.policy_versions import described
from authserver.web.admin_api.endpoints import LONG_BODY, Answered, Endpoint
from authserver.web.admin_api.models.members import ListQuery
from authserver.web.admin_api.models.policies import (
    PlanShown,
    PolicyDraft,
    PolicyPage,
    PolicyQuestion,
    PolicyReturn,
    PolicyShown,
    VersionPage,
    plan_shown,
    policy_shown,
    state_shown,
    version_shown,
)
from authserver.web.admin_api.pages import page_of

if TYPE_CHECKING:
    from authserver.domain.policy_documents import PolicyVersion
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

READ: Final = to_read(Area.POLICIES)
WRITE: Final = to_write(Area.POLICIES)
ONE: Final = "/policies/{name}"
VERSIONS: Final = f"{ONE}/versions"
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")


def list_policies(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """All documents."""
    found = asked.services.policies.list()
    return Answered(PolicyPage(items=[state_shown(each) for each in found]))


def show_policy(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """The one that counts."""
    state = asked.services.policies.state(asked.path["name"])
    return Answered(policy_shown(described(state.name, state.current)))


def list_versions(asked: Asked[NothingSaid, ListQuery]) -> Answered:
    """One page of the versions of one."""
    name, policies = asked.path["name"], asked.services.policies

    def fetch(after: Place | None, limit: int) -> Page[PolicyVersion]:
        before = None if after is None else int(float(after.fitting(float)[0]))
        found = policies.versions(name, before=before, limit=limit + 1)
        if len(found) <= limit:
            return Page(found, None)
        return Page(found[:limit], Place((float(found[limit - 1].number),)))

    items, following = page_of(asked, fetch)
    return Answered(
        VersionPage(items=[version_shown(each) for each in items], next_cursor=following)
    )


def show_version(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """One version of one."""
    name, number = asked.path["name"], asked.path["version"]
    if _NUMBER.fullmatch(number) is None:
        raise NotFound("policy version", number)
    return _answered(asked.services.policies.show(name, int(number)))


def plan_policy(asked: Asked[PolicyQuestion, NoQuery]) -> Answered:
    """What applying a text would do."""
    said, services = asked.said, asked.services
    plan = services.policies.plan(asked.path["name"], said.text)
    replay = None
    if said.replay_days and plan.changes_text:
        services.audit.catch_up()
        replay = services.policy_replays.replay(
            {plan.name: plan.document},
            days=said.replay_days,
            most=said.replay_limit,
            within_seconds=ANSWER_SECONDS,
        )
    return Answered(plan_shown(plan, replay))


def apply_policy(asked: Asked[PolicyDraft, NoQuery]) -> Answered:
    """Let a text count."""
    said = asked.said
    applied = asked.services.policies.apply(
        asked.path["name"], said.text, asked.act, comment=said.comment
    )
    return _answered(applied.version)


def roll_back_policy(asked: Asked[PolicyReturn, NoQuery]) -> Answered:
    """Let an older text count again."""
    said = asked.said
    applied = asked.services.policies.rollback(
        asked.path["name"], said.version, asked.act, comment=said.comment
    )
    return _answered(applied.version)


def _answered(version: PolicyVersion) -> Answered:
    return Answered(policy_shown(described(version.name, version)))


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/policies", "listPolicies", "List policy documents", READ, list_policies),
        answer=PolicyPage,
    ),
    Endpoint(
        *("GET", ONE, "showPolicy", "Show the document that counts", READ, show_policy),
        about="`default`, or the name of a site.",
        answer=PolicyShown,
        shows=policy_shown,
    ),
    Endpoint(
        *("PUT", ONE, "applyPolicy", "Let a document count from now on", WRITE, apply_policy),
        about="Everywhere, before the answer. A text that is refused changes nothing, and all that "
        "is wrong with it is told. The same text again makes no new version.",
        said=PolicyDraft,
        answer=PolicyShown,
        shows=policy_shown,
        needs_match=True,
        longest_body=LONG_BODY,
    ),
    Endpoint(
        *("GET", VERSIONS, "listPolicyVersions", "List the versions of a document", READ),
        list_versions,
        query=ListQuery,
        answer=VersionPage,
    ),
    Endpoint(
        *("GET", f"{VERSIONS}/{{version}}", "showPolicyVersion", "Show a version", READ),
        show_version,
        answer=PolicyShown,
    ),
    Endpoint(
        *("POST", f"{ONE}/plan", "planPolicy", "Check a document and say what it would do", READ),
        plan_policy,
        about="Rule by rule; what the calls of the last days would have got; which API tokens "
        "would end sooner. Nothing is changed. Calls are judged again for 15 seconds at most: "
        "`cut` says whether older ones were left out.",
        said=PolicyQuestion,
        answer=PlanShown,
        longest_body=LONG_BODY,
    ),
    Endpoint(
        *("POST", f"{ONE}/rollback", "rollBackPolicy", "Let an older version count again", WRITE),
        roll_back_policy,
        about="As a new version. Tokens that were shortened meanwhile stay so.",
        said=PolicyReturn,
        answer=PolicyShown,
        shows=policy_shown,
    ),
)
