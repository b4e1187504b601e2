"""Our credentials at providers: client secrets, and what reads groups from their directories."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from authserver.domain.errors import Conflict, InvalidField
from authserver.domain.providers import ProviderSecret
from authserver.services.provider_fields import check_secret
from authserver.services.provider_guards import guard_provider
from authserver.services.provider_lookup import existing_provider, provider_changed

if TYPE_CHECKING:
    from authserver.domain.ports import SecretMaker
    from authserver.domain.providers import Provider
    from authserver.services.administration import Act, Administration

MOST_LIVE_SECRETS: Final = 2
"""One in use and its successor."""
LONGEST_LIFE: Final = 10 * 366 * 86_400
HINT_CHARACTERS: Final = 4
SHORTEST_WITH_HINT: Final = 20
"""Of a shorter one, four characters are too much to show."""


class CredentialSealer(Protocol):
    """Seals our credentials for the use they have."""

    def seal_secret(self, provider_name: str, secret_id: str, value: str) -> bytes:
        """A client secret as it is kept."""
        ...

    def seal_directory_secret(self, provider_name: str, value: str) -> bytes:
        """The credential that reads the provider's directory, as it is kept."""
        ...


@dataclass(frozen=True, slots=True)
class SecretSeals:
    """Seals what providers gave us."""

    credentials: CredentialSealer
    secret_maker: SecretMaker

    def client_secret(
        self, provider: str, value: str, now: float, expires_in: float | None
    ) -> ProviderSecret:
        """A client secret, sealed.

        Raises:
            InvalidField: it is none, or its life is out of range; the text never repeats it.
        """
        check_secret("secret", value)
        if expires_in is not None and not 0 < expires_in <= LONGEST_LIFE:
            raise InvalidField("secret_expires_in", "more than 0 seconds, at most ten years")
        secret_id = self.secret_maker.identifier()
        return ProviderSecret(
            secret_id=secret_id,
            sealed=self.credentials.seal_secret(provider, secret_id, value),
            hint=value[-HINT_CHARACTERS:] if len(value) >= SHORTEST_WITH_HINT else "",
            created_at=now,
            expires_at=None if expires_in is None else now + expires_in,
        )

    def directory_secret(self, provider: str, value: str) -> bytes:
        """The credential for the provider's directory, sealed. Raises InvalidField."""
        check_secret("secret", value)
        return self.credentials.seal_directory_secret(provider, value)


class ProviderSecrets:
    """Use cases of our credentials at providers; values are sealed and never shown again."""

    def __init__(self, *, administration: Administration, seals: SecretSeals) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._seals = seals

    def add(
        self, name: str, value: str, act: Act, *, expires_in: float | None = None
    ) -> ProviderSecret:
        """Store a further client secret: the newest live one is used from now on.

        `expires_in` is seconds from now, `None` for never.

        Raises:
            NotFound: there is no such provider.
            Forbidden: somebody administers by it, and the act may not touch such providers.
            InvalidField: the secret or its life is not allowed.
            Conflict: the provider uses no secret, or has as many live ones as there may be.
        """
        now = self._administration.clock.now()
        secret = self._seals.client_secret(name, value, now, expires_in)
        with self._administration.changing(provider_changed(name, now), takes_power=True) as stores:
            provider = existing_provider(stores, name)
            guard_provider(stores, act, name)
            if not provider.auth.uses_secret:
                raise Conflict(f"provider {name} authenticates us by {provider.auth}: no secret")
            live = [each for each in provider.secrets if each.is_live(now)]
            if len(live) >= MOST_LIVE_SECRETS:
                raise Conflict(
                    f"provider {name} has {len(live)} live secrets, the most there may be: end the "
                    f"old one first by authserver provider secret expire {name}"
                )
            stores.providers.add_secret(name, secret)
            self._administration.record(
                stores,
                act,
                "provider.secret_added",
                name,
                {"secret_id": secret.secret_id, "expires_at": secret.expires_at},
            )
        return secret

    def expire(self, name: str, act: Act, *, keep: str = "", overlap_seconds: float = 0.0) -> int:
        """End every client secret but one, the newest unless `keep` names another by its id.

        They end after `overlap_seconds` at the latest. How many were touched.

        Raises:
            NotFound: there is no such provider.
            Forbidden: somebody administers by it, and the act may not touch such providers.
            Conflict: there is no live secret that would be left.
            InvalidField: the time is out of range.
        """
        if not 0 <= overlap_seconds <= LONGEST_LIFE:
            raise InvalidField("overlap", "0 seconds to ten years")
        now = self._administration.clock.now()
        with self._administration.changing(provider_changed(name, now), takes_power=True) as stores:
            provider = existing_provider(stores, name)
            guard_provider(stores, act, name)
            live = [each for each in provider.secrets if each.is_live(now)]
            left = [each for each in live if keep in ("", each.secret_id)]
            if not left:
                raise Conflict(f"provider {name} has no such live secret: nothing was ended")
            kept = max(left, key=lambda each: each.created_at)
            ended = stores.providers.expire_secrets(
                name, keep=kept.secret_id, at=now + overlap_seconds
            )
            self._administration.record(
                stores,
                act,
                "provider.secrets_expired",
                name,
                {"kept": kept.secret_id, "ended": ended, "overlap_seconds": overlap_seconds},
            )
        return ended

    def set_directory_secret(self, name: str, value: str, act: Act) -> Provider:
        """Store what reads groups from the provider's directory, in place of what there was.

        Raises:
            NotFound: there is no such provider.
            Forbidden: somebody administers by it, and the act may not touch such providers.
            InvalidField: the secret is not allowed.
            Conflict: no directory is asked for groups.
        """
        now = self._administration.clock.now()
        sealed = self._seals.directory_secret(name, value)
        with self._administration.changing(provider_changed(name, now), takes_power=True) as stores:
            provider = existing_provider(stores, name)
            guard_provider(stores, act, name)
            if not provider.groups.asks_directory:
                raise Conflict(
                    f"provider {name} asks no directory for groups: first run authserver provider "
                    f"update {name} --groups-source graph|okta-api"
                )
            after = replace(provider, groups=replace(provider.groups, directory_secret=sealed))
            stores.providers.save(after)
            self._administration.record(
                stores, act, "provider.secret_added", name, {"directory": True}
            )
        return after
