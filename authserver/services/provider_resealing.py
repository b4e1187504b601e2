"""The part of changing the key-encryption key that concerns identity providers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from authserver.domain.errors import Conflict
from authserver.domain.providers import DIRECTORY_SECRET_PURPOSE, SECRET_PURPOSE, secret_context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.key_ports import SecretResealer
    from authserver.domain.ports import Stores
    from authserver.domain.providers import Provider
    from authserver.services.administration import Act, Administration


@dataclass(frozen=True, slots=True)
class SealedProviderSecret:
    """A secret of ours at a provider; an empty `secret_id` is the one for its directory."""

    provider: str
    secret_id: str
    sealed: bytes = field(repr=False)

    @property
    def purpose(self) -> str:
        """What it is sealed for."""
        return SECRET_PURPOSE if self.secret_id else DIRECTORY_SECRET_PURPOSE

    @property
    def context(self) -> str:
        """Where it belongs."""
        return secret_context(self.provider, self.secret_id) if self.secret_id else self.provider


def sealed_secrets(providers: Sequence[Provider], now: float) -> Sequence[SealedProviderSecret]:
    """What has to open again; nobody opens a secret that has ended."""
    found = []
    for provider in providers:
        found += [
            SealedProviderSecret(provider.name, each.secret_id, each.sealed)
            for each in provider.secrets
            if each.is_live(now)
        ]
        if provider.groups.directory_secret:
            found.append(SealedProviderSecret(provider.name, "", provider.groups.directory_secret))
    return found


class ProviderResealing:
    """Seals the secrets of providers anew."""

    def __init__(self, *, administration: Administration, secrets: SecretResealer) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._secrets = secrets

    def reseal_in(self, stores: Stores, act: Act) -> Sequence[SealedProviderSecret]:
        """Seal those under the newest key file that were not yet; they as they are now.

        Raises:
            DomainError: one does not open.
            Conflict: one was changed at this moment.
        """
        resealed = []
        for before in sealed_secrets(stores.providers.list(), self._administration.clock.now()):
            after = self._secrets.reseal(
                before.sealed, purpose=before.purpose, context=before.context
            )
            if after is None:
                continue
            if not stores.providers.replace_sealed(
                before.provider, before.secret_id, before=before.sealed, after=after
            ):
                raise Conflict(
                    f"a secret of provider {before.provider} has just changed: repeat the command"
                )
            self._administration.record(
                stores,
                act,
                "provider.secret_resealed",
                before.provider,
                {
                    "secret": before.secret_id or "directory",
                    "before": {"key_file": self._secrets.key_file(before.sealed)},
                    "after": {"key_file": self._secrets.key_file(after)},
                },
            )
            resealed.append(SealedProviderSecret(before.provider, before.secret_id, after))
        return resealed

    def key_files(self, stores: Stores) -> frozenset[str]:
        """Names of the key files that open them. Raises DomainError: not sealed in a known way."""
        secrets = sealed_secrets(stores.providers.list(), self._administration.clock.now())
        return frozenset(self._secrets.key_file(each.sealed) for each in secrets)
