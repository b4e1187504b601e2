"""Groups out of a provider's directory, where its claims do not tell all of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from authserver.domain.errors import DomainError, StorageUnavailable
from authserver.domain.group_rules import CHECK_AFTER_SECONDS, GroupSnapshot, SnapshotState
from authserver.domain.provider_issuers import GUID
from authserver.domain.providers import GroupSource, ProviderKind
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.services.group_claims import readable_groups

if TYPE_CHECKING:
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


class DirectoryGroups:
    """Asks directories, and remembers for a while what calls with foreign tokens need."""

    def __init__(self, *, server: UpstreamServer, credentials: DirectoryCredentials) -> None:
        """Take the collaborators; remember nothing yet."""
        self._server = server
        self._credentials = credentials
        self._remembered: dict[tuple[str, GroupsRule, DirectoryPerson], _Remembered] = {}
        self._count = 0
        self._lock = threading.Lock()

    def ask(
        self, provider: Provider, person: DirectoryPerson, *, now: float, seconds: float
    ) -> GroupSnapshot:
        """All groups of the person, or a snapshot that says it was an outage.

        Never raises for what the provider does.
        """
        source = GRAPH if provider.groups.source is GroupSource.GRAPH else OKTA_API
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
            return GroupSnapshot(
                (), SnapshotState.UNKNOWN, source, now, detail[:DETAIL_CHARACTERS], is_outage=True
            )
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
        """The same, at most `CHECK_AFTER_SECONDS` old; after an outage not asked again at once."""
        key = (provider.name, provider.groups, person)
        known = self._remembered.get(key)
        if known is not None and known.snapshot.fetched_at <= now < known.until:
            return known.snapshot
        snapshot = self.ask(provider, person, now=now, seconds=seconds)
        lasts = AFTER_OUTAGE_SECONDS if snapshot.is_outage else CHECK_AFTER_SECONDS
        self._remember(key, _Remembered(snapshot, now + lasts))
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


def _weight(thing: _Remembered) -> int:
    """Somebody without groups takes place, too."""
    return len(thing.snapshot.values) + 10
