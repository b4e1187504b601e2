"""Changing the key-encryption key: a new file, then everything sealed is sealed under it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from authserver.domain.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.connect_keys import ConnectKey
    from authserver.domain.hand_over import HandOver
    from authserver.domain.key_ports import CredentialResealer, KeyFileMaker, KeyResealer
    from authserver.domain.keys import SigningKey
    from authserver.domain.mail import WaitingMail
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration
    from authserver.services.connect_resealing import ConnectResealing
    from authserver.services.mail_resealing import MailResealing
    from authserver.services.provider_resealing import ProviderResealing, SealedProviderSecret


@dataclass(frozen=True, slots=True)
class Resealed:
    """What was sealed anew: signing keys, credentials of sites, secrets of ours at providers.

    And the shared secrets of Connect apps, and mail that was not sent yet.
    """

    keys: Sequence[SigningKey]
    credentials: Sequence[HandOver]
    provider_secrets: Sequence[SealedProviderSecret]
    connect_keys: Sequence[ConnectKey] = field(default_factory=list)
    mails: Sequence[WaitingMail] = field(default_factory=list)


class Resealing:
    """Use cases of key-encryption keys."""

    def __init__(
        self,
        *,
        administration: Administration,
        keys: KeyResealer,
        credentials: CredentialResealer,
        providers: ProviderResealing,
        connect: ConnectResealing,
        mails: MailResealing,
        key_files: KeyFileMaker,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._keys = keys
        self._credentials = credentials
        self._providers = providers
        self._connect = connect
        self._mails = mails
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

    def reseal(self, act: Act) -> Resealed:
        """Seal private keys, credentials, secrets under the newest key file, unless they are.

        What a key signs and opens, and what a site gets, stays as it is, so nothing is told to
        the workers.

        Raises:
            DomainError: something sealed does not open; nothing was changed.
            Conflict: a key, a credential or a secret ended at this moment; nothing was changed.
        """
        with self._administration.changing([], takes_power=False) as stores:
            return Resealed(
                self._reseal_keys(stores, act),
                self._reseal_credentials(stores, act),
                self._providers.reseal_in(stores, act),
                self._connect.reseal_in(stores, act),
                self._mails.reseal_in(stores, act),
            )

    def key_files_in_use(self) -> Sequence[str]:
        """Names of the key files that open what is stored, in order.

        Raises:
            DomainError: something is not sealed in a known way.
        """
        with self._administration.database.reading() as stores:
            keys = [key for key in stores.keys.list() if key.state.is_published]
            credentials = _with_credential(stores)
            parts = (self._providers, self._connect, self._mails)
            of_others = frozenset[str]().union(*(part.key_files(stores) for part in parts))
        return sorted(
            {self._keys.key_file(key) for key in keys}
            | {self._credentials.key_file(hand_over) for hand_over in credentials}
            | of_others
        )

    def _reseal_keys(self, stores: Stores, act: Act) -> Sequence[SigningKey]:
        resealed = []
        for key in stores.keys.list():
            after = self._keys.reseal(key) if key.state.is_published else None
            if after is None:
                continue
            if not stores.keys.replace_sealed(
                key.kid, before=key.sealed_private, after=after.sealed_private
            ):
                raise Conflict(f"key {key.kid} has just changed: repeat the command")
            moved = _moved(self._keys.key_file(key), self._keys.key_file(after))
            self._administration.record(stores, act, "key.resealed", key.kid, moved)
            resealed.append(after)
        return resealed

    def _reseal_credentials(self, stores: Stores, act: Act) -> Sequence[HandOver]:
        resealed = []
        for before in _with_credential(stores):
            after = self._credentials.reseal(before)
            if after is None:
                continue
            if not stores.hand_overs.replace_sealed(
                before.resource, before=before.sealed, after=after.sealed
            ):
                raise Conflict(
                    f"the credential of resource {before.resource} has just changed: "
                    "repeat the command"
                )
            moved = _moved(self._credentials.key_file(before), self._credentials.key_file(after))
            self._administration.record(
                stores, act, "resource.credential_resealed", before.resource, moved
            )
            resealed.append(after)
        return resealed


def _with_credential(stores: Stores) -> Sequence[HandOver]:
    return [hand_over for hand_over in stores.hand_overs.list() if hand_over.sealed]


def _moved(before: str, after: str) -> dict[str, object]:
    return {"before": {"key_file": before}, "after": {"key_file": after}}
