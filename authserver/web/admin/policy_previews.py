"""What a policy document would change: rule by rule, and for the calls of the last days."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from authserver.domain.roles import Area, to_read, to_write
from authserver.services.policy_replays import ANSWER_SECONDS, DAYS, largest
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.services.audit import AuditService
    from authserver.services.policies import Policies, PolicyPlan
    from authserver.services.policy_replays import PolicyReplay, PolicyReplays, ReplayGroup
    from authserver.web.languages import Text

POLICIES: Final = "/policies"
READ: Final = to_read(Area.POLICIES)
WRITE: Final = to_write(Area.POLICIES)
LONGEST: Final = 100_000
"""Characters of a document that is typed into a page."""
MOST_RECORDS: Final = 10_000
"""The newest calls are judged again, as many as a page can wait for."""
MOST_GROUPS: Final = 10
KINDS: Final[Mapping[str, Text]] = {
    "added": _l("new"),
    "removed": _l("gone"),
    "changed": _l("changed"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that differs: `word` says how; texts as they stand in the documents."""

    kind: str
    word: Text
    heading: str
    changes: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan, its differences as lines, and its replay; `None` where the text changes nothing."""

    plan: PolicyPlan
    lines: Sequence[Line]
    replay: PolicyReplay | None
    days: int
    refused: Sequence[tuple[ReplayGroup, int]] = ()
    allowed: Sequence[tuple[ReplayGroup, int]] = ()


class PolicyPreviews:
    """Looks ahead; nothing is changed."""

    def __init__(self, policies: Policies, replays: PolicyReplays, audit: AuditService) -> None:
        """Take the collaborators; hold no state of its own."""
        self._policies = policies
        self._replays = replays
        self._audit = audit

    def of(self, name: str, text: str) -> Preview:
        """What a text would do. Raises PolicyInvalid, NotFound, as `Policies.plan`."""
        plan = self._policies.plan(name, text)
        lines = [
            Line(
                str(each.kind),
                KINDS[each.kind],
                each.heading,
                [(one.key, _written(one.before), _written(one.after)) for one in each.keys],
            )
            for each in plan.differences
        ]
        if not plan.changes_text:
            return Preview(plan, lines, None, DAYS)
        self._audit.catch_up()
        found = self._replays.replay(
            {name: plan.document}, days=DAYS, most=MOST_RECORDS, within_seconds=ANSWER_SECONDS
        )
        return Preview(
            plan,
            lines,
            found,
            DAYS,
            list(largest(found.refused, MOST_GROUPS)),
            list(largest(found.allowed, MOST_GROUPS)),
        )


def policy_path(name: str) -> str:
    """Where one document is, below /admin."""
    return f"{POLICIES}/{name}"


def fingerprint(text: str) -> str:
    """Tells whether the text that is applied is the one that was looked at."""
    return sha256(text.encode()).hexdigest()


def _written(value: object) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False, default=str)
