"""A directory of groups at a provider, without the provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from authserver.services.directory_groups import DirectoryGroups
from authserver.services.group_reading import GroupReading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.errors import DomainError
    from authserver.domain.providers import Provider
    from authserver.domain.upstream_ports import UpstreamFailure, UpstreamServer


class ListedDirectory:
    """Lists of groups by person, and a record of who was asked for."""

    def __init__(self) -> None:
        self.groups: Sequence[str] = ("from", "the", "directory")
        self.failure: UpstreamFailure | None = None
        self.locked: DomainError | None = None
        self.asked: list[tuple[object, ...]] = []

    def directory_credential(self, provider: Provider) -> str:
        if self.locked is not None:
            raise self.locked
        return f"credential of {provider.name}"

    def graph_groups(
        self, provider: Provider, tenant: str, object_id: str, credential: str, *, seconds: float
    ) -> Sequence[str]:
        return self._answer(tenant, object_id, credential, seconds)

    def okta_groups(
        self, provider: Provider, user_id: str, credential: str, *, seconds: float
    ) -> Sequence[str]:
        return self._answer(user_id, credential, seconds)

    def _answer(self, *asked: object) -> Sequence[str]:
        self.asked.append(asked)
        if self.failure is not None:
            raise self.failure
        return self.groups


def reading_of(directory: ListedDirectory) -> GroupReading:
    """A reading that asks this directory."""
    server = cast("UpstreamServer", directory)
    return GroupReading(directory=DirectoryGroups(server=server, credentials=directory))
