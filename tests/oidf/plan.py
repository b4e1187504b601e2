"""A plan with its static clients, as the basic plans and the how-to have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.oidf.clients import SuiteClient, add_static
from tests.oidf.run import Run

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld


@dataclass(frozen=True, slots=True)
class Plan:
    """A basic plan in one of its response modes."""

    world: PeopleWorld
    mode: str
    client: SuiteClient
    client2: SuiteClient
    client_secret_post: SuiteClient

    def run(self, client: SuiteClient | None = None) -> Run:
        """A module's run, with a browser that was never here."""
        return Run(self.world, client or self.client, self.mode)


def basic_plan(world: PeopleWorld, mode: str) -> Plan:
    """The plan on a server where its clients were registered."""
    return Plan(
        world,
        mode,
        add_static(world, "oidf-client"),
        add_static(world, "oidf-client2"),
        add_static(world, "oidf-client-post", method="client_secret_post"),
    )
