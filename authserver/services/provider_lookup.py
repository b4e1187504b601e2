"""What every use case of providers begins and ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import NotFound
from authserver.domain.provider_documents import DocumentKind
from authserver.domain.provider_looks import ProviderLook
from authserver.domain.providers import ProviderStatus
from authserver.domain.tokens import latest_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import Stores
    from authserver.domain.providers import Provider


def existing_provider(stores: Stores, name: str) -> Provider:
    """The provider, locked until the end when writing. Raises NotFound, also for a removed one."""
    provider = stores.providers.get(name)
    if provider is None or provider.status is ProviderStatus.REMOVED:
        raise NotFound("provider", name)
    return provider


def provider_changed(name: str, now: float) -> Sequence[Change]:
    """What workers are told when anything of a provider changes."""
    return [Change(ChangeKind.PROVIDER, name, latest_end(now))]


def looked_at(stores: Stores, provider: Provider) -> ProviderLook:
    """The provider with everything that is kept of it."""
    found = (stores.providers.document(provider.name, kind) for kind in DocumentKind)
    return ProviderLook(
        provider,
        stores.providers.rules(provider.name),
        [each for each in stores.providers.domains() if each.provider == provider.name],
        [each for each in found if each is not None],
    )
