"""Policy documents, their versions, and what they would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from authserver.services.policy_differences import plain
from authserver.services.policy_replays import DAYS, largest
from authserver.services.policy_versions import digest_of
from authserver.web.admin_api.models.members import Moment, Said, Shown, moment, timed

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from authserver.domain.policy_documents import PolicyVersion
    from authserver.services.policies import PolicyPlan, PolicyState
    from authserver.services.policy_replays import PolicyReplay, ReplayGroup

LONGEST_TEXT = 200_000
MOST_GROUPS = 100


class PolicyDraft(Said):
    """A document as it is to be."""

    text: str = Field(max_length=LONGEST_TEXT, description="TOML; empty: it asks nothing.")
    comment: str = Field("", description="Why, for those who look back.")


class PolicyQuestion(Said):
    """A document to be compared with the one that counts."""

    text: str = Field(max_length=LONGEST_TEXT)
    replay_days: int = Field(
        DAYS, ge=0, le=366, description="Judge the calls of so many days again; 0 for none."
    )
    replay_limit: int = Field(
        20_000, ge=1, le=100_000, description="At most so many of them, the newest."
    )


class PolicyReturn(Said):
    """Which version counts again."""

    version: int = Field(ge=1, le=2_147_483_647)
    comment: str = ""


class VersionShown(Shown):
    """One version of a document, without its text; version 0: there is none yet."""

    name: str
    version: int
    applied_at: Moment | None
    applied_by: str
    comment: str
    sha256: str


class PolicyShown(VersionShown):
    """A document, as it was written."""

    text: str


class PolicyPage(Shown):
    """The default document, then that of each site."""

    items: list[VersionShown]
    next_cursor: None = None


class VersionPage(Shown):
    """Some versions of a document, the newest first, and the cursor of the next ones."""

    items: list[VersionShown]
    next_cursor: str | None


class KeyChange(Shown):
    """What a key of a rule was, and will be; null where it is not written."""

    key: str
    before: Any
    after: Any


class RuleChange(Shown):
    """What becomes of one rule."""

    change: Literal["added", "removed", "changed"]
    rule: str
    keys: list[KeyChange]


class ShortenedTokenShown(Shown):
    """An API token that would end sooner."""

    token_id: str
    name: str
    owner: str
    expires_at: Moment
    will_expire_at: Moment


class ReplayGroupShown(Shown):
    """Calls of one caller that one rule decides otherwise."""

    calls: int
    rule: str
    caller: str
    resource: str


class ReplayShown(Shown):
    """What decided calls would have got. Nothing is judged again but policy and scopes."""

    since: Moment
    decisions: int
    unchanged: int
    newly_refused: int
    newly_allowed: int
    uncertain: int
    not_replayable: int
    cut: bool = Field(description="Whether older calls were left out.")
    refused: list[ReplayGroupShown] = Field(description="The 100 largest groups.")
    allowed: list[ReplayGroupShown] = Field(description="The 100 largest groups.")


class PlanShown(Shown):
    """What applying a text would do; `seen` is the version that it was compared with."""

    name: str
    seen: int
    changes_text: bool
    differences: list[RuleChange]
    notes: list[str]
    shortened_tokens: int
    first_shortened_tokens: list[ShortenedTokenShown]
    replay: ReplayShown | None


def policy_shown(described: Mapping[str, object]) -> PolicyShown:
    """A document as `services.policy_versions.described` has it."""
    return PolicyShown.model_validate(timed(described, "applied_at"))


def version_shown(version: PolicyVersion) -> VersionShown:
    """One version."""
    shown: dict[str, Any] = {
        "name": version.name,
        "version": version.number,
        "applied_at": moment(version.applied_at),
        "applied_by": version.applied_by,
        "comment": version.comment,
        "sha256": digest_of(version.text),
    }
    return VersionShown.model_validate(shown)


def state_shown(state: PolicyState) -> VersionShown:
    """One document."""
    if state.current is not None:
        return version_shown(state.current)
    return VersionShown(
        name=state.name,
        version=0,
        applied_at=None,
        applied_by="",
        comment="",
        sha256=digest_of(""),
    )


def plan_shown(plan: PolicyPlan, replay: PolicyReplay | None) -> PlanShown:
    """What applying a text would do."""
    shown: dict[str, Any] = {
        "name": plan.name,
        "seen": plan.seen,
        "changes_text": plan.changes_text,
        "differences": [
            {
                "change": str(each.kind),
                "rule": each.rule,
                "keys": [
                    {"key": key.key, "before": plain(key.before), "after": plain(key.after)}
                    for key in each.keys
                ],
            }
            for each in plan.differences
        ],
        "notes": list(plan.notes),
        "shortened_tokens": plan.shortening.count,
        "first_shortened_tokens": [
            {
                "token_id": each.token_id,
                "name": each.name,
                "owner": each.owner,
                "expires_at": moment(each.ends_now_at),
                "will_expire_at": moment(each.ends_then_at),
            }
            for each in plan.shortening.first
        ],
        "replay": None if replay is None else _replay(replay),
    }
    return PlanShown.model_validate(shown)


def _replay(found: PolicyReplay) -> dict[str, Any]:
    return {
        "since": moment(found.since),
        "decisions": found.looked_at,
        "unchanged": found.unchanged,
        "newly_refused": found.newly_refused,
        "newly_allowed": found.newly_allowed,
        "uncertain": found.uncertain,
        "not_replayable": found.not_replayable,
        "cut": found.is_cut,
        "refused": _groups(found.refused),
        "allowed": _groups(found.allowed),
    }


def _groups(groups: Counter[ReplayGroup]) -> list[dict[str, Any]]:
    return [
        {"calls": calls, "rule": each.rule, "caller": each.caller, "resource": each.resource}
        for each, calls in largest(groups, MOST_GROUPS)
    ]
