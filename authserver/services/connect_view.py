"""The Connect keys of sites, as a worker remembers them under the authority's lease."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from authserver.domain.authority import ChangeKind
from authserver.domain.connect_keys import CONNECT_PURPOSE
from authserver.domain.errors import DomainError
from authserver.services.remembering import Remembered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.connect_keys import ConnectKey
    from authserver.domain.key_ports import SecretSealer
    from authserver.domain.ports import Database, Stores
    from authserver.services.authority import AuthorityView


@dataclass(frozen=True, slots=True)
class OpenedConnectKey:
    """A key that is ready for use; `trouble` says, for operators, why its secret does not open."""

    key: ConnectKey
    secret: bytes = field(repr=False)
    before: bytes = field(repr=False)
    trouble: str = ""

    def secrets(self, now: float) -> Sequence[bytes]:
        """The secrets that count at `now`, the newest first."""
        overlaps = self.before and now < self.key.before_until
        return (self.secret, self.before) if overlaps else (self.secret,)


class ConnectView:
    """What verifying needs to know of the keys of a site.

    Only to be believed after `AuthorityView.ensure_fresh`. All keys of a site are one thing in
    memory, so that issuers without one, of which strangers can name any number, cost nothing.
    """

    def __init__(self, database: Database, view: AuthorityView, sealer: SecretSealer) -> None:
        """Know nothing yet; read the keys of a site anew when one of them changes."""
        self._sealer = sealer
        self._keys: Remembered[str, Mapping[str, OpenedConnectKey]] = Remembered(
            database, view, ChangeKind.CONNECT_KEY, self._load
        )

    def of(self, resource_name: str) -> Mapping[str, OpenedConnectKey]:
        """The keys of a registered site by issuer, stopped ones too.

        Raises:
            StorageUnavailable: the database is needed and does not answer.
        """
        return self._keys.get(resource_name) or {}

    def _load(self, stores: Stores, resource_name: str) -> Mapping[str, OpenedConnectKey]:
        return {key.issuer: self._opened(key) for key in stores.connect_keys.list(resource_name)}

    def _opened(self, key: ConnectKey) -> OpenedConnectKey:
        try:
            secret = self._open(key, key.sealed)
        except DomainError as error:
            # One key that does not open must not stop the others.
            trouble = f"the secret of Connect key {key.issuer} at {key.resource}: {error}"
            return OpenedConnectKey(key, b"", b"", trouble)
        try:
            before = self._open(key, key.sealed_before)
        except DomainError:
            # It may have ended long ago, and the file that opens it with it.
            before = b""
        return OpenedConnectKey(key, secret, before)

    def _open(self, key: ConnectKey, sealed: bytes) -> bytes:
        if not sealed:
            return b""
        return self._sealer.open(sealed, purpose=CONNECT_PURPOSE, context=key.context)
