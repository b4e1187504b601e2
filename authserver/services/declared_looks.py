"""Looking at identity providers outside of the transaction that changes them.

A provider takes seconds to answer, and nobody may write meanwhile: first it is noted what would be
asked of which provider, then they are asked, then what they answered is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from authserver.domain.errors import Conflict
from authserver.domain.provider_documents import ProviderMetadata
from authserver.services.provider_descriptions import described
from authserver.services.provider_findings import ProviderCheck

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.group_rules import GroupRule
    from authserver.domain.providers import Provider

_NOT_ASKED: Final = frozenset({"created_at", "secrets", "sends_issuer"})
"""What is different each time, and no part of what a provider is asked."""


class Looks(Protocol):
    """Looks at a provider."""

    def examine(self, provider: Provider, rules: Sequence[GroupRule], now: float) -> ProviderCheck:
        """What is found."""
        ...


class NotedLooks:
    """Notes which providers would be asked; says that they can be worked with."""

    def __init__(self) -> None:
        """Nobody yet."""
        self.providers: dict[str, Provider] = {}

    def examine(
        self,
        provider: Provider,
        rules: Sequence[GroupRule],  # noqa: ARG002 - the port's
        now: float,  # noqa: ARG002 - the port's
    ) -> ProviderCheck:
        """Something that would be usable; it is never kept."""
        self.providers[provider.name] = provider
        return ProviderCheck((), ProviderMetadata(provider.issuer, "", "", ""), ({},))


class KnownLooks:
    """What was found before."""

    def __init__(
        self, providers: Mapping[str, Provider], checks: Mapping[str, ProviderCheck]
    ) -> None:
        """By the names of the providers."""
        self._providers = providers
        self._checks = checks

    def examine(
        self,
        provider: Provider,
        rules: Sequence[GroupRule],  # noqa: ARG002 - the port's
        now: float,  # noqa: ARG002 - the port's
    ) -> ProviderCheck:
        """What was found of this very provider. Raises Conflict: it was another."""
        asked = self._providers.get(provider.name)
        if asked is None or _asked(asked) != _asked(provider):
            raise Conflict(f"provider {provider.name} has just changed: run the command again")
        return self._checks[provider.name]


def _asked(provider: Provider) -> dict[str, object]:
    return {name: part for name, part in described(provider).items() if name not in _NOT_ASKED}
