"""Reports of leaks by those who look after the server."""

from __future__ import annotations

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.errors import Throttled
from authserver.domain.leaks import FoundSecret, LeakOutcome
from authserver.services.administration import Act
from authserver.services.leak_throttling import MOST
from tests.services.token_office import TokenOffice
from tests.services.world import ADMIN, World


@pytest.mark.parametrize("value", ["hunter2", "its own"])
def test_an_operator_who_looks_through_all_that_was_found_never_waits(value: str) -> None:
    office = TokenOffice(World())
    dead = office.own()
    office.power.revoke(dead.token.token_id, ADMIN)
    found = [FoundSecret(dead.value if value == "its own" else value)]
    expected = LeakOutcome.OVER if value == "its own" else LeakOutcome.UNKNOWN
    for _ in range(MOST + 5):
        assert office.leaks.report(found, ADMIN) == [expected]
    stranger = Act(Actor(ActorKind.ANONYMOUS, ""))
    for _ in range(MOST):
        assert office.leaks.report(found, stranger) == [expected]
    with pytest.raises(Throttled):
        office.leaks.report(found, stranger)
