"""The part of changing the key-encryption key that concerns Connect keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.connect_keys import CONNECT_PURPOSE
from authserver.domain.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.connect_keys import ConnectKey
    from authserver.domain.key_ports import SecretResealer
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration


def sealed_in(key: ConnectKey, now: float) -> Sequence[bytes]:
    """What of a key has to open again; nobody opens a secret that has ended."""
    before = key.sealed_before if now < key.before_until else b""
    return [each for each in (key.sealed, before) if each]


class ConnectResealing:
    """Seals the shared secrets of Connect keys anew."""

    def __init__(self, *, administration: Administration, secrets: SecretResealer) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._secrets = secrets

    def reseal_in(self, stores: Stores, act: Act) -> Sequence[ConnectKey]:
        """Seal those under the newest key file that were not yet; the keys as they are now.

        Raises:
            DomainError: one does not open.
            Conflict: one was changed at this moment.
        """
        resealed = []
        now = self._administration.clock.now()
        for before in stores.connect_keys.list():
            kept = before if now < before.before_until else replace(before, sealed_before=b"")
            after = replace(
                kept,
                sealed=self._resealed(kept.sealed, kept),
                sealed_before=self._resealed(kept.sealed_before, kept),
            )
            if after == kept:
                continue
            if not stores.connect_keys.replace_sealed(before, after):
                raise Conflict(
                    f"the Connect key {before.issuer} of resource {before.resource} has just "
                    "changed: repeat the command"
                )
            self._administration.record(
                stores,
                act,
                "connect_key.secret_resealed",
                before.issuer,
                {
                    "before": {"key_files": self._files_of(before, now)},
                    "after": {"key_files": self._files_of(after, now)},
                },
                client_id=before.client_id,
                resource=before.resource,
            )
            resealed.append(after)
        return resealed

    def key_files(self, stores: Stores) -> frozenset[str]:
        """Names of the key files that open them. Raises DomainError: not sealed in a known way."""
        now = self._administration.clock.now()
        keys = stores.connect_keys.list()
        return frozenset(name for key in keys for name in self._files_of(key, now))

    def _files_of(self, key: ConnectKey, now: float) -> Sequence[str]:
        return sorted({self._secrets.key_file(each) for each in sealed_in(key, now)})

    def _resealed(self, sealed: bytes, key: ConnectKey) -> bytes:
        if not sealed:
            return b""
        moved = self._secrets.reseal(sealed, purpose=CONNECT_PURPOSE, context=key.context)
        return sealed if moved is None else moved
