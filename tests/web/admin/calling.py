"""Calls that a gateway asks about, so that there is something on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
