"""Two installations with the same few things in them, one of which becomes big."""

from __future__ import annotations

import time
from math import inf
from typing import TYPE_CHECKING, Final

from tests.scale.bulk import fill
from tests.scale.crowds import Popular, crowd
from tests.scale.visits import calls, list_paths, page_paths
from tests.web.admin_api.examples import prepared
from tests.web.admin_api.rest import Rest

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld

    Asked = str | tuple[str, str]

TIMES: Final = 5


class Side:
    """An owner's browser at the console of a world, and a client with every scope at its API."""

    def __init__(self, world: PeopleWorld) -> None:
        self.world = world
        self.rest = Rest(world)
        self.examples = prepared(self.rest)
        owner = world.user("olive", is_administrator=True)
        self.popular = Popular(
            "jira-main", "for-members", "okta", "web-app", owner.username, owner.subject
        )
        self.browser = world.signed_in(owner)
        world.container.audit.catch_up()

    def grow(self) -> None:
        """Become big."""
        fill(self.world.container.database)
        crowd(self.world.container.database, self.popular)

    def everything(self) -> list[Asked]:
        """All there is to ask: paths of pages, and paths of the API with their queries."""
        pages = [*page_paths(self.world, self.examples), *list_paths(self.popular)]
        return [*pages, *calls(self.examples, self.popular)]

    def ask(self, asked: Asked) -> int:
        """The status of the answer."""
        if isinstance(asked, str):
            return self.browser.ask("GET", self.browser.origin + asked).status
        return self.rest.call("GET", asked[0], query=asked[1]).status

    def seconds(self, asked: Asked, enough: float = 0.0) -> float:
        """Of the processor, for one answer at best; no more are asked for once one took `enough`.

        For one that was asked before: nothing is warmed up.
        """
        best = inf
        for _ in range(TIMES):
            started = time.thread_time()
            self.ask(asked)
            best = min(best, time.thread_time() - started)
            if best <= enough:
                break
        return best
