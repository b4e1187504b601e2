"""What groups at a provider give and take here is on record, with what was before (AU-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.group_rules import GroupEffect
from tests.federation.grouping import GRACE, Club
from tests.federation.world import FederatedWorld
from tests.rfc.operating import Operator
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from typing import Any

    from tests.people.world import PeopleWorld

CHANGED: Final = "identity.groups_changed"
PROVIDER: Final = {"kind": "system", "id": "provider:acme"}


@pytest.fixture
def club(world: PeopleWorld) -> Club:
    club = Club(FederatedWorld(world))
    club.provider()
    club.usual_rules()
    return club


def changes(club: Club, watch: Watch, *groups: object) -> list[dict[str, Any]]:
    """The records that a sign-in with these groups leaves, of changes alone."""
    watch.new()
    assert club.comes(*groups).path == "/account"
    return [record for record in watch.new() if record["action"] == CHANGED]


@pytest.mark.rule("AU-03")
def test_what_a_sign_in_changes_of_groups_is_recorded(club: Club) -> None:
    installation = club.federated.people.installation
    watch = Watch(installation)
    (given,) = changes(club, watch, "Ops", "Strangers")
    subject = club.federated.user(GRACE).subject
    assert given["actor"] == PROVIDER
    assert given["object"] == {"kind": "identity", "id": subject}
    assert given["outcome"] == "success"
    assert given["peer"] == "198.51.100.7"
    assert given["request_id"]
    had = {
        "state": "complete",
        "groups": ["ops"],
        "is_administrator": True,
        "ceiling": ["READ", "WRITE"],
    }
    nothing = {"state": "", "groups": [], "is_administrator": False, "ceiling": None}
    told = {"provider": "acme", "source": "id token", "count": 2}
    assert given["details"] == {**told, "before": nothing, "after": had}
    # The same again is no change.
    assert changes(club, watch, "Ops", "Strangers") == []
    (taken,) = changes(club, watch)
    assert taken["details"] == {
        **told,
        "count": 0,
        "before": had,
        "after": {"state": "unknown", "groups": [], "is_administrator": False, "ceiling": []},
        "detail": "there is no claim groups",
        "is_outage": False,
    }


@pytest.mark.rule("AU-03")
def test_what_a_rule_changes_for_people_is_recorded_with_the_rule(club: Club) -> None:
    installation = club.federated.people.installation
    watch, operator = Watch(installation), Operator(installation)
    changes(club, watch, "Ops")
    with installation.container.database.reading() as stores:
        rules = stores.providers.rules("acme")
    (rule,) = [each for each in rules if each.effect is GroupEffect.ADMINISTRATOR]
    watch.new()
    operator.told("provider", "group-rule", "remove", "acme", rule.rule_id)
    records = watch.new()
    assert [record["action"] for record in records] == ["provider.rule_removed", CHANGED]
    details = records[1]["details"]
    assert details["before"] == {"is_administrator": True}
    assert details["after"] == {"is_administrator": False}
    assert not club.administers()
