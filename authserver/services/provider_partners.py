"""Whom those who change identity providers need: for documents, and for what has to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from authserver.domain.ports import Stores
    from authserver.domain.provider_documents import ProviderMetadata
    from authserver.domain.providers import Provider
    from authserver.services.administration import Act


class DocumentKeeper(Protocol):
    """Keeps what a provider published, for all workers."""

    def store_checked(
        self,
        stores: Stores,
        provider: Provider,
        metadata: ProviderMetadata,
        jwks: Sequence[Mapping[str, object]],
        now: float,
    ) -> None:
        """Remember documents that were fetched and checked this moment."""
        ...


class PowerTaker(Protocol):
    """Ends what came by a provider."""

    def stop_in(self, stores: Stores, provider_name: str, act: Act, *, now: float) -> int:
        """End sessions and grants inside the caller's transaction; how many users it reached."""
        ...

    def tenants_stopped_in(
        self, stores: Stores, provider: Provider, tenants: Collection[str], act: Act, *, now: float
    ) -> int:
        """The same for the people of some of its tenants."""
        ...
