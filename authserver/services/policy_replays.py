"""What decided calls would have got under another policy: counted, not listed."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.audit_records import PAGE_MAX, AuditQuery
from authserver.domain.decisions import DenyReason
from authserver.domain.policy_documents import DEFAULT_DOCUMENT
from authserver.domain.resources import ResourceStatus
from authserver.services.audit_searches import every_record
from authserver.services.decision_replay import NotReplayable, recorded_call
from authserver.services.policy_history import policy_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from authserver.domain.audit_ports import AuditDatabase
    from authserver.domain.audit_records import AuditRecord
    from authserver.domain.operations import OperationCatalogue
    from authserver.domain.policy_documents import PolicyDocument
    from authserver.domain.ports import Clock, Database
    from authserver.domain.resources import ProtectedResource
    from authserver.services.decision_replay import RecordedCall
    from authserver.services.policy_verdicts import PolicyVerdicts
    from authserver.services.site_policies import SitePolicy

DAYS: Final = 7
MOST_RECORDS: Final = 1_000_000
"""Of one replay; the newest are looked at."""
ANSWER_SECONDS: Final = 15.0
"""So long whoever asks over the network waits; `authserver policy replay` takes what it needs."""
MOST_GROUPS: Final = 1000
"""Rows that are told apart; what comes after is counted as `others`."""
PROGRESS_RECORDS: Final = 50_000
_LOOKED_AT_ONCE: Final = 500
_DAY: Final = 86_400.0
_BY_POLICY: Final = frozenset(
    {
        *(DenyReason.BASIC_BLOCKED, DenyReason.OAUTH1_BLOCKED, DenyReason.SESSION_BLOCKED),
        *(DenyReason.CREDENTIAL_MISSING, DenyReason.ATLASSIAN_TOKEN_BLOCKED),
        *(DenyReason.PRESENTATION_NOT_ALLOWED, DenyReason.POLICY_DENIED),
        *(DenyReason.GROUP_NOT_ALLOWED, DenyReason.CLIENT_NOT_ALLOWED),
        *(DenyReason.EMAIL_DOMAIN_NOT_ALLOWED, DenyReason.NETWORK_NOT_ALLOWED),
        *(DenyReason.ORIGIN_NOT_ALLOWED, DenyReason.READ_ONLY, DenyReason.OPERATION_NOT_ALLOWED),
        *(DenyReason.PROJECT_NOT_ALLOWED, DenyReason.PROJECT_UNCERTAIN),
        *(DenyReason.UNKNOWN_PATH, DenyReason.UNKNOWN_METHOD, DenyReason.NO_SCOPE_LIST),
        DenyReason.INSUFFICIENT_SCOPE,
    }
)
"""Refusals that another policy may take back; the others stay, whatever it says."""


class ReplayGroup(NamedTuple):
    """Calls that go the same way: of one caller at one site, by one rule (or reason)."""

    resource: str
    rule: str
    caller: str


@dataclass
class PolicyReplay:
    """What became of the records. Counters of groups hold `MOST_GROUPS` at most, and `others`."""

    since: float
    looked_at: int = 0
    unchanged: int = 0
    not_replayable: int = 0
    """Records that say too little: calls that no policy was asked about, or of older versions."""
    uncertain: int = 0
    """Allowed then, and limited to projects now: nobody found out then which ones were reached."""
    refused: Counter[ReplayGroup] = field(default_factory=Counter)
    """Allowed then, refused now."""
    allowed: Counter[ReplayGroup] = field(default_factory=Counter)
    """Refused then, allowed now; the rule is the one that refused."""
    is_cut: bool = False
    """Whether older records than the last one looked at were left out."""

    @property
    def newly_refused(self) -> int:
        """Calls."""
        return self.refused.total()

    @property
    def newly_allowed(self) -> int:
        """Calls."""
        return self.allowed.total()


OTHERS: Final = ReplayGroup("", "others", "")


class PolicyReplays:
    """Judges decided calls again under documents that do not count yet."""

    def __init__(
        self,
        *,
        database: Database,
        records: AuditDatabase,
        catalogue: OperationCatalogue,
        verdicts: PolicyVerdicts,
        clock: Clock,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._records = records
        self._catalogue = catalogue
        self._verdicts = verdicts
        self._clock = clock

    def replay(
        self,
        drafts: Mapping[str, PolicyDocument],
        *,
        days: float = DAYS,
        most: int = MOST_RECORDS,
        within_seconds: float = math.inf,
        progress: Callable[[int], None] | None = None,
    ) -> PolicyReplay:
        """The newest `most` decisions of the last `days`, with `drafts` in their documents' places.

        After `within_seconds` older ones are left out, too. Memory is bounded whatever there is on
        record; `progress` is told from time to time how many records were looked at.

        Raises:
            StorageUnavailable: the database cannot answer.
        """
        found = PolicyReplay(since=self._clock.now() - days * _DAY)
        end = self._clock.monotonic() + within_seconds
        for resource, policy in self._policies(drafts):
            room = most - found.looked_at
            query = AuditQuery(
                since=found.since, action="call", resource=resource.name, limit=PAGE_MAX
            )
            records = every_record(self._records, query)
            for record in islice(records, room):
                if found.looked_at % _LOOKED_AT_ONCE == 0 and self._clock.monotonic() >= end:
                    found.is_cut = True
                    return found
                self._count(found, resource, policy, record)
                if progress is not None and found.looked_at % PROGRESS_RECORDS == 0:
                    progress(found.looked_at)
            if found.looked_at >= most and next(records, None) is not None:
                found.is_cut = True
                break
        return found

    def _policies(
        self, drafts: Mapping[str, PolicyDocument]
    ) -> Sequence[tuple[ProtectedResource, SitePolicy]]:
        """Of every site that one of the drafts is for."""
        with self._database.reading() as stores:
            return [
                (each, policy_with(stores, self._catalogue, each, drafts))
                for each in stores.resources.list()
                if each.is_site
                and each.status is not ResourceStatus.DELETED
                and (DEFAULT_DOCUMENT in drafts or each.name in drafts)
            ]

    def _count(
        self,
        found: PolicyReplay,
        resource: ProtectedResource,
        policy: SitePolicy,
        record: AuditRecord,
    ) -> None:
        found.looked_at += 1
        try:
            call = recorded_call(record, resource, self._catalogue.of_kind(resource.kind))
        except NotReplayable:
            found.not_replayable += 1
            return
        verdict = self._verdicts.of(policy, call.facts, call.scopes)
        caller = caller_of(call)
        if call.is_allowed and verdict.reason is not None:
            rule = verdict.rule or str(verdict.reason)
            _add(found.refused, ReplayGroup(resource.name, rule, caller))
        elif call.is_allowed and not verdict.is_certain:
            found.uncertain += 1
        elif not call.is_allowed and verdict.reason is None and _may_be_taken_back(call):
            if verdict.is_certain:
                rule = call.rule or call.reason
                _add(found.allowed, ReplayGroup(resource.name, rule, caller))
            else:
                found.uncertain += 1
        else:
            found.unchanged += 1


def caller_of(call: RecordedCall) -> str:
    """Who called, so that equal callers are one row."""
    caller = call.facts.caller
    if caller.username:
        return f"user {caller.username}"
    if caller.is_service:
        return f"service {caller.client_id}"
    return caller.client_id or str(caller.way)


def largest(groups: Counter[ReplayGroup], most: int) -> Iterator[tuple[ReplayGroup, int]]:
    """The rows with the most calls, largest first, equal ones by name."""
    yield from sorted(groups.items(), key=lambda item: (-item[1], item[0]))[:most]


def _may_be_taken_back(call: RecordedCall) -> bool:
    return call.reason in _BY_POLICY


def _add(groups: Counter[ReplayGroup], group: ReplayGroup) -> None:
    groups[group if group in groups or len(groups) < MOST_GROUPS else OTHERS] += 1
