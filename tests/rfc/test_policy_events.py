"""What administrators decide by policies is on record: which versions, which text, which rules."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.rfc.test_administrative_events import ADMIN, ALICE
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.rfc.installations import Installation

STOP: Final = '[[deny]]\nname = "incident-7"\nreason = "Incident 7"\n'


@pytest.mark.rule("AU-03")
def test_applying_and_rolling_back_a_policy_is_recorded_with_before_and_after(
    installation: Installation, reader: Caller, jira: Site
) -> None:
    watch = Watch(installation)
    policies = installation.container.policies
    acts: dict[str, Any] = {
        "actor": ALICE,
        "outcome": "success",
        "object": {"kind": "policy", "id": "jira"},
    }
    policies.apply("jira", STOP, ADMIN, comment="stop it")
    record = watch.one("policy.applied", **acts, request_id=ADMIN.request_id, peer=ADMIN.peer)
    assert record["details"] == {
        "before": 0,
        "after": 1,
        "sha256": hashlib.sha256(STOP.encode()).hexdigest(),
        "comment": "stop it",
        "rules": {"added": ["deny.incident-7"], "removed": [], "changed": []},
        "shortened_tokens": 0,
    }
    policies.apply("jira", "", ADMIN)
    assert watch.one("policy.applied", **acts)["details"]["rules"]["removed"] == ["deny.incident-7"]
    policies.rollback("jira", 1, ADMIN)
    record = watch.one("policy.rolled_back", **acts)
    assert record["details"] | {"before": 2, "after": 3, "back_to": 1} == record["details"]
    policies.apply("jira", STOP, ADMIN)
    assert watch.new() == []
