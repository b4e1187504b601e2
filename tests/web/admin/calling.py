"""Calls that a gateway asks about, so that there is something on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.storage.call_counting import Told, add_counts
from authserver.storage.call_counting import counted as counts_of
from authserver.storage.database import SqlDatabase

if TYPE_CHECKING:
    from authserver.domain.audit import AuditEvent
    from tests.people.world import PeopleWorld

ISSUE = "/rest/api/2/issue/AB-1"


def decided(world: PeopleWorld, credential: str, *, method: str = "GET", path: str = ISSUE) -> str:
    """Ask about a call at `jira-main`: the number of the decision."""
    gateways = world.container.gateways
    known = {each.name for each in gateways.list()}
    name = f"gateway-{len(known)}"
    key = gateways.add(name, "jira-main", world.container.operator).key.value
    world.installation.poll()
    answer = world.lane.knock(
        "GET",
        "/gateway/auth-request",
        headers={
            "X-Gateway-Authorization": f"Bearer {key}",
            "Authorization": f"Bearer {credential}",
            "X-Original-Method": method,
            "X-Original-URI": path,
        },
    )
    return answer.headers["x-decision-id"]


def counted(world: PeopleWorld, *events: AuditEvent) -> None:
    """Calls that are counted, as if they had been on record."""
    database = world.container.database
    assert isinstance(database, SqlDatabase)
    told = [
        (Told(e.at, e.action, e.outcome, e.resource, e.reason, e.client_id), e.details)
        for e in events
    ]
    with database.connection_for_writing() as connection:
        add_counts(connection, counts_of(told))
