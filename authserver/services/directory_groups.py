"""Groups out of a provider's directory, where its claims do not tell all of them."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from authserver.domain.errors import DomainError, StorageUnavailable
from authserver.domain.group_rules import CHECK_AFTER_SECONDS, GroupSnapshot, SnapshotState
from authserver.domain.provider_issuers import GUID
from authserver.domain.providers import GroupSource, ProviderKind
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.services.group_claims import readable_groups

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from authserver.domain.providers import GroupsRule, Provider
    from authserver.domain.upstream_ports import UpstreamServer

GRAPH: Final = "graph"
OKTA_API: Final = "okta api"
DIRECTORY_SOURCES: Final = frozenset({GRAPH, OKTA_API})
AFTER_OUTAGE_SECONDS: Final = 60.0
"""How long a directory that did not answer is not asked for the same person again."""
VALUES_REMEMBERED: Final = 100_000
"""Groups that a worker remembers of all people together; whoever was asked for first goes first."""
DETAIL_CHARACTERS: Final = 200


class DirectoryCredentials(Protocol):
    """What opens a provider's directory."""

    def directory_credential(self, provider: Provider) -> str:
        """The secret in clear. Raises UpstreamFailure."""
        ...


class DirectoryPerson(NamedTuple):
    """How a person is called in the directory: tenant and object id (Entra ID), or user id."""

    tenant: str = ""
    object_id: str = ""
    user_id: str = ""

    def is_in(self, provider: Provider) -> bool:
        """Whether the provider's directory can be asked for this person."""
        source, kind = provider.groups.source, provider.kind
        if source is GroupSource.GRAPH and kind is ProviderKind.ENTRA:
            # Both become part of an address.
            return all(GUID.fullmatch(each) for each in (self.tenant, self.object_id))
        return source is GroupSource.OKTA_API and kind is ProviderKind.OKTA and self.user_id != ""


class _Remembered(NamedTuple):
    snapshot: GroupSnapshot
    until: float


@dataclass(slots=True)
class _Flight:
    """Somebody asks at this moment; `snapshot` is there when `landed`, unless that broke down."""

    landed: threading.Event = field(default_factory=threading.Event)
    snapshot: GroupSnapshot | None = None


class DirectoryGroups:
    """Asks directories, and remembers for a while what calls with foreign tokens need."""

    def __init__(
        self,
        *,
        server: UpstreamServer,
        credentials: DirectoryCredentials,
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Remember nothing yet.

        `aside` makes a context in which this thread only waits, so that another may work.
        """
        self._server = server
        self._credentials = credentials
        self._aside = aside
        self._remembered: dict[tuple[str, GroupsRule, DirectoryPerson], _Remembered] = {}
        self._flights: dict[tuple[str, GroupsRule, DirectoryPerson], _Flight] = {}
        self._count = 0
        self._lock = threading.Lock()

    def ask(
        self, provider: Provider, person: DirectoryPerson, *, now: float, seconds: float
    ) -> GroupSnapshot:
        """All groups of the person, or a snapshot that says it was an outage.

        Never raises for what the provider does.
        """
        source = _source(provider)
        try:
            credential = self._credential(provider)
            if source == GRAPH:
                listed = self._server.graph_groups(
                    provider, person.tenant, person.object_id, credential, seconds=seconds
                )
            else:
                listed = self._server.okta_groups(
                    provider, person.user_id, credential, seconds=seconds
                )
        except UpstreamFailure as failure:
            detail = f"{source} gave no list: {failure.problem}: {failure.detail}"
            return _outage(source, detail, now)
        read = readable_groups(listed)
        if read.is_partial:
            detail = f"{source} told more groups than are kept, or some that cannot be read"
            return GroupSnapshot(read.values, SnapshotState.TRUNCATED, source, now, detail)
        return GroupSnapshot(read.values, SnapshotState.COMPLETE, source, now)

    def _credential(self, provider: Provider) -> str:
        try:
            return self._credentials.directory_credential(provider)
        except (StorageUnavailable, UpstreamFailure):
            raise
        except DomainError as trouble:
            # A key file is missing, or every secret has expired: nobody's groups are less for that.
            detail = f"our credential cannot be used: {trouble}"
            raise UpstreamFailure(SignInProblem.PROVIDER_REFUSED, detail) from None

    def recall_or_ask(
        self, provider: Provider, person: DirectoryPerson, *, now: float, seconds: float
    ) -> GroupSnapshot:
        """The same, at most `CHECK_AFTER_SECONDS` old; after an outage not asked again at once.

        Of calls at the same moment one asks, and the others wait for its answer, at most `seconds`:
        a script that begins with fifty at a time would use up the places for calls, and its
        person would be nobody for as long as an outage is remembered.
        """
        key = (provider.name, provider.groups, person)
        known = self._remembered.get(key)
        if known is not None and known.snapshot.fetched_at <= now < known.until:
            return known.snapshot
        with self._lock:
            flight = self._flights.get(key)
            others = flight is not None
            if flight is None:
                flight = self._flights[key] = _Flight()
        if others:
            with self._aside():
                flight.landed.wait(seconds)
            waited = "somebody else asks for this person, and has no answer yet"
            return flight.snapshot or _outage(_source(provider), waited, now)
        try:
            snapshot = flight.snapshot = self.ask(provider, person, now=now, seconds=seconds)
            lasts = AFTER_OUTAGE_SECONDS if snapshot.is_outage else CHECK_AFTER_SECONDS
            self._remember(key, _Remembered(snapshot, now + lasts))
        finally:
            with self._lock:
                del self._flights[key]
            flight.landed.set()
        return snapshot

    def _remember(self, key: tuple[str, GroupsRule, DirectoryPerson], thing: _Remembered) -> None:
        with self._lock:
            self._drop(key)
            self._remembered[key] = thing
            self._count += _weight(thing)
            while self._count > VALUES_REMEMBERED:
                self._drop(next(iter(self._remembered)))

    def _drop(self, key: tuple[str, GroupsRule, DirectoryPerson]) -> None:
        known = self._remembered.pop(key, None)
        if known is not None:
            self._count -= _weight(known)


def _source(provider: Provider) -> str:
    return GRAPH if provider.groups.source is GroupSource.GRAPH else OKTA_API


def _outage(source: str, detail: str, now: float) -> GroupSnapshot:
    told = detail[:DETAIL_CHARACTERS]
    return GroupSnapshot((), SnapshotState.UNKNOWN, source, now, told, is_outage=True)


def _weight(thing: _Remembered) -> int:
    """Somebody without groups takes place, too."""
    return len(thing.snapshot.values) + 10
