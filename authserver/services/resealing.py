"""Changing the key-encryption key: a new file, then every stored private key sealed under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.key_ports import KeyFileMaker, KeyResealer
    from authserver.domain.keys import SigningKey
    from authserver.services.administration import Act, Administration


class Resealing:
    """Use cases of key-encryption keys."""

    def __init__(
        self, *, administration: Administration, resealer: KeyResealer, key_files: KeyFileMaker
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._resealer = resealer
        self._key_files = key_files

    def add_key_file(self, act: Act) -> str:
        """Make the next key file; its name. Servers seal with it once they have started again.

        Raises:
            DomainError: the file cannot be made.
            StorageUnavailable: the act could not be recorded. When only the end of the
                transaction failed, the file is there.
        """
        with self._administration.changing([], takes_power=False) as stores:
            # A file cannot be rolled back: none is made while the database does not answer.
            stores.keys.list()
            name = self._key_files.make()
            self._administration.record(stores, act, "key_file.made", name, {})
        return name

    def reseal(self, act: Act) -> Sequence[SigningKey]:
        """Seal every stored private key under the newest key file; those that were not yet.

        What a key signs and opens stays as it is, so nothing is told to the workers.

        Raises:
            DomainError: a private key does not open; nothing was changed.
            Conflict: a key ended at this moment; nothing was changed.
        """
        resealed = []
        with self._administration.changing([], takes_power=False) as stores:
            for key in stores.keys.list():
                after = self._resealer.reseal(key) if key.state.is_published else None
                if after is None:
                    continue
                if not stores.keys.replace_sealed(
                    key.kid, before=key.sealed_private, after=after.sealed_private
                ):
                    raise Conflict(f"key {key.kid} has just changed: repeat the command")
                self._administration.record(
                    stores,
                    act,
                    "key.resealed",
                    key.kid,
                    {
                        "before": {"key_file": self._resealer.key_file(key)},
                        "after": {"key_file": self._resealer.key_file(after)},
                    },
                )
                resealed.append(after)
        return resealed

    def key_files_in_use(self) -> Sequence[str]:
        """Names of the key files that stored private keys need, in order.

        Raises:
            DomainError: a private key is not sealed in a known way.
        """
        with self._administration.database.reading() as stores:
            keys = stores.keys.list()
        return sorted({self._resealer.key_file(key) for key in keys if key.state.is_published})
