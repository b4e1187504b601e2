"""What a policy saw of a call, as it stands in the record: enough to judge the call again.

Names in `details` of a record, each left out where it is empty: `method`, `path` (whole),
`operations`, `way`, `subject`, `is_service`, `username`, `groups` (sorted), `email_domain`,
`count_key`, `limits` (`[location, operations, projects]` each, `null`
for no limit), `networks`, `origin`, `insecure`, `from_page`, `projects` (each as all that it is
called). Time, address, client and token id stand in the record itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from authserver.domain.audit_text import visible
from authserver.redaction import redact

if TYPE_CHECKING:
    from authserver.domain.policy_calls import CallerFacts, CallFacts

LONGEST_WORD: Final = 200


@lru_cache(maxsize=4096)
def shown(text: str) -> str:
    """A text of the caller's, short and without secrets."""
    return visible(redact(text), LONGEST_WORD)


def told_of_call(facts: CallFacts, details: dict[str, object]) -> None:
    """Add to the `details` of a record what the policy saw."""
    caller = facts.caller
    details["way"] = caller.way
    if caller.subject:
        _told_of_subject(caller, details)
    if caller.username:
        details["username"] = shown(caller.username)
    if caller.details is not None:
        details["limits"] = [
            [each.location, each.operations, each.projects] for each in caller.details
        ]
    if caller.networks is not None:
        details["networks"] = caller.networks
    if facts.origin:
        details["origin"] = facts.origin
    if not facts.secure:
        details["insecure"] = True
    if facts.from_page:
        details["from_page"] = True
    if facts.projects is not None:
        details["projects"] = [sorted(each) for each in facts.projects]


def _told_of_subject(caller: CallerFacts, details: dict[str, object]) -> None:
    details["count_key"] = caller.count_key
    if caller.is_service:
        details["is_service"] = True
    if caller.groups:
        details["groups"] = sorted(caller.groups)
    if caller.email_domain:
        details["email_domain"] = caller.email_domain
