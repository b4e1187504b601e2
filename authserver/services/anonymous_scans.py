"""Looking which operations a site answers to everybody, by asking it without a credential."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.anonymous_scans import (
    AnonymousAnswer,
    AnonymousScan,
    ScanStop,
    verdict_of,
)
from authserver.domain.operations import Effect
from authserver.domain.outbound import OutboundError, OutboundReason, OutboundRefused
from authserver.domain.policy_documents import LegacyWay
from authserver.domain.site_urls import check_site_url
from authserver.services.policy_history import policy_with

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authserver.domain.operations import Operation, OperationCatalogue
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.site_ports import SiteProbe
    from authserver.services.administration import Act, Administration
    from authserver.services.resources import Resources
    from authserver.services.site_policies import SitePolicy

PER_SECOND: Final = 5.0
TOTAL_SECONDS: Final = 600.0
_TOO_MANY: Final = 429
_NEED_AN_ID: Final = "which need an id in their path"
_CHANGES: Final = "which are no GET or may change something"
_REMOVED: Final = "which Atlassian has removed"


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """How much is asked, how fast, and for how long (seconds) at most. `most` 0: everything."""

    per_second: float = PER_SECOND
    total_seconds: float = TOTAL_SECONDS
    most: int = 0


class AnonymousScans:
    """Asks what nobody has to sign in for. Changes nothing at the site and follows no redirect."""

    def __init__(
        self,
        *,
        administration: Administration,
        resources: Resources,
        catalogue: OperationCatalogue,
        probe: SiteProbe,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._resources = resources
        self._catalogue = catalogue
        self._probe = probe

    def scan(
        self,
        name: str,
        act: Act,
        *,
        limits: ScanLimits,
        url: str = "",
        progress: Callable[[int, int], None] | None = None,
    ) -> AnonymousScan:
        """Ask the read operations without parameters in their path, one after the other.

        `url` is another address of the site, such as a gateway's; the context path comes behind it.
        `progress` is told how many were asked, and of how many. The act is on record whatever ends
        it, with what was found until then.

        Raises:
            NotFound: there is no such resource.
            InvalidField: `url` is none that a site can have.
            OutboundRefused: the address must not be called, such as a public one by plain HTTP.
            StorageUnavailable: the database cannot answer.
        """
        resource = self._resources.get(name)
        base = resource.url if not url else check_site_url("url", url)
        clock = self._administration.clock
        with self._administration.database.reading() as stores:
            policy = policy_with(stores, self._catalogue, resource, {})
        at = clock.now()
        standing = policy.legacy_standing(LegacyWay.ANONYMOUS, at)
        operations, skipped = _chosen(self._catalogue.of_kind(resource.kind).operations)
        found = AnonymousScan(
            resource=name,
            base_url=base + resource.context_path,
            is_own=not url,
            started_at=at,
            effect=standing.general.effect,
            rule=standing.general.rule,
            policy=policy.label,
            exceptions=standing.exceptions,
            skipped=skipped,
        )
        try:
            self._ask(found, operations, policy, limits, progress)
        except KeyboardInterrupt:
            found.stopped = ScanStop.INTERRUPTED
            raise
        finally:
            found.left_out = len(operations) - len(found.answers)
            if found.answers:
                self._record(found, resource, act)
        return found

    def _ask(
        self,
        found: AnonymousScan,
        operations: Sequence[Operation],
        policy: SitePolicy,
        limits: ScanLimits,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        clock = self._administration.clock
        wanted = operations[: limits.most] if limits.most else operations
        began = clock.monotonic()
        for number, operation in enumerate(wanted):
            due = began + number / limits.per_second
            if max(due, clock.monotonic()) - began >= limits.total_seconds:
                found.stopped = ScanStop.TIME
                return
            if (early := due - clock.monotonic()) > 0:
                clock.sleep(early)
            found.stopped = self._ask_one(found, operation, policy)
            if found.stopped is not None:
                return
            if progress is not None:
                progress(len(found.answers), len(wanted))
        if len(wanted) < len(operations):
            found.stopped = ScanStop.LIMIT

    def _ask_one(
        self, found: AnonymousScan, operation: Operation, policy: SitePolicy
    ) -> ScanStop | None:
        status, problem = 0, ""
        try:
            status = self._probe.status(found.base_url + operation.template)
        except OutboundRefused:
            raise
        except OutboundError as error:
            if error.reason is OutboundReason.CIRCUIT_OPEN:
                return ScanStop.SITE_DOWN
            problem = str(error.reason)
        effect, rule, _ = policy.legacy_effect(
            LegacyWay.ANONYMOUS, "", operation.template, "", found.started_at
        )
        found.answers.append(
            AnonymousAnswer(operation, status, verdict_of(status), problem, effect, rule)
        )
        return ScanStop.TOO_FAST if status == _TOO_MANY else None

    def _record(self, found: AnonymousScan, resource: ProtectedResource, act: Act) -> None:
        details: dict[str, object] = {
            "url": found.base_url,
            "asked": len(found.answers),
            **found.counts,
            "left_out": found.left_out,
        }
        if found.stopped is not None:
            details["stopped"] = str(found.stopped)
        with self._administration.changing([], takes_power=False) as stores:
            self._administration.record(stores, act, "resource.scanned", resource.name, details)


def _chosen(operations: Sequence[Operation]) -> tuple[list[Operation], Counter[str]]:
    """What is asked, documented as public first, and how many are not, by why."""
    chosen, skipped = [], Counter[str]()
    for each in operations:
        if each.method != "GET" or each.effect is not Effect.READ:
            skipped[_CHANGES] += 1
        elif each.removed:
            skipped[_REMOVED] += 1
        elif "{" in each.template:
            skipped[_NEED_AN_ID] += 1
        else:
            chosen.append(each)
    chosen.sort(key=lambda each: (each.anonymous is not True, each.template))
    return chosen, skipped
