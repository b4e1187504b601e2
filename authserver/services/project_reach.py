"""Which projects a call reaches, as they are now. Asked for restricted callers alone."""

from __future__ import annotations

import logging
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.authority import ChangeKind
from authserver.domain.errors import StorageUnavailable
from authserver.domain.outbound import OutboundError
from authserver.domain.project_places import PlaceKind, places_of
from authserver.services.decision_ports import Uncertain

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from authserver.domain.policy_calls import CallFacts
    from authserver.domain.ports import Clock
    from authserver.domain.project_places import Place
    from authserver.domain.raw_targets import Target
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.site_ports import SiteProjects
    from authserver.services.authority import AuthorityView
    from authserver.services.site_credentials import SiteCredentials

KEPT_SECONDS: Final = 5.0
"""How old an answer of the site may be: an issue that was moved, or a project that was renamed,
counts as what it was for so long at most."""
MOST_KEPT: Final = 10_000
WITHOUT_LIMIT: Final = "use a token without the project limit"
NOT_CERTAIN: Final = (
    "credentials limited to projects may call only what names its project, issue, space or page in "
    "the path; searches, boards, filters, bulk calls and creation are refused for them"
)
log = logging.getLogger(__name__)


class _Kept(NamedTuple):
    names: frozenset[str] | None
    until: float


class ProjectReach:
    """Finds out which projects a call reaches. Satisfies `decision_ports.ProjectResolver`."""

    def __init__(
        self,
        *,
        sites: SiteProjects,
        credentials: SiteCredentials,
        clock: Clock,
        view: AuthorityView,
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
        kept_seconds: float = KEPT_SECONDS,
    ) -> None:
        """Know nothing yet. `aside` makes a context in which this thread mostly waits."""
        self._sites = sites
        self._credentials = credentials
        self._clock = clock
        self._aside = aside
        self._kept_seconds = kept_seconds
        self._kept: dict[tuple[str, str, Place], _Kept] = {}
        self._lock = threading.Lock()
        self._forgotten = 0
        view.on_change(self._forget, self._forget_all)

    def reach(
        self,
        resource: ProtectedResource,
        target: Target,
        facts: CallFacts,
    ) -> tuple[frozenset[str], ...] | Uncertain:
        """The projects, each as its key (lower case) and its id; every one that is reached.

        A place that is not there reaches nothing that anybody could name: uncertain, too.

        Raises:
            StorageUnavailable: the site does not answer, or not so that it can be understood.
        """
        places: dict[Place, None] = {}
        for operation in facts.operations:
            found = places_of(operation, facts.path, target.query)
            if not found:
                return Uncertain(NOT_CERTAIN, WITHOUT_LIMIT)
            places.update(dict.fromkeys(found))
        if not places:
            return Uncertain(NOT_CERTAIN, WITHOUT_LIMIT)
        reached = []
        for place in places:
            names = self._names(resource, place, facts)
            if names is None:
                return Uncertain(_unseen(place), f"check the {_word(place)}, or {WITHOUT_LIMIT}")
            reached.append(names)
        return tuple(dict.fromkeys(reached))

    def _names(
        self, resource: ProtectedResource, place: Place, facts: CallFacts
    ) -> frozenset[str] | None:
        # Who may not see a place must not learn from others where it is.
        key = (resource.name, facts.caller.subject, place)
        kept = self._kept.get(key)
        now = self._clock.monotonic()
        if kept is not None and now < kept.until:
            return kept.names
        forgotten = self._forgotten
        headers = self._credentials.headers(resource, facts)
        if headers is None:
            return None
        try:
            with self._aside():
                names = self._sites.names_of(resource, place, headers)
        except OutboundError as error:
            log.warning("resource %s: which project a call reaches: %s", resource.name, error)
            raise StorageUnavailable(
                f"resource {resource.name} does not say which project a call reaches: {error}"
            ) from None
        with self._lock:
            # What was asked as somebody whom the site does not know any more is not kept.
            if forgotten == self._forgotten:
                if len(self._kept) >= MOST_KEPT:
                    del self._kept[next(iter(self._kept))]
                # From before the question: the answer may be as old as that.
                self._kept[key] = _Kept(names, now + self._kept_seconds)
        return names

    def _forget(self, kind: ChangeKind, name: str) -> None:
        if kind in {ChangeKind.HAND_OVER, ChangeKind.RESOURCE}:
            with self._lock:
                self._forgotten += 1
                for key in [each for each in self._kept if each[0] == name]:
                    del self._kept[key]

    def _forget_all(self) -> None:
        with self._lock:
            self._forgotten += 1
            self._kept.clear()


def _word(place: Place) -> str:
    return {
        PlaceKind.PROJECT: "project",
        PlaceKind.ISSUE: "issue",
        PlaceKind.SPACE: "space",
        PlaceKind.SPACE_ID: "space",
    }.get(place.kind, "page")


def _unseen(place: Place) -> str:
    return (
        f"the site shows no such {_word(place)}, so nobody can say which project the call reaches"
    )
