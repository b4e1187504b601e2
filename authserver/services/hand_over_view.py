"""How calls are handed over, as a worker remembers it under the authority's lease."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from authserver.domain.authority import ChangeKind
from authserver.domain.errors import DomainError, StorageUnavailable
from authserver.domain.hand_over import CREDENTIAL_PURPOSE, HandOver, HandOverKind
from authserver.services.directory import MOST_REMEMBERED

if TYPE_CHECKING:
    from authserver.domain.key_ports import SecretSealer
    from authserver.domain.ports import Database
    from authserver.services.authority import AuthorityView

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class OpenedHandOver:
    """A hand-over that is ready for use.

    `account` is whom a service credential belongs to, `header` the name of the identity header.
    `authorization` is the complete value of `Authorization` for the site, a secret; empty where
    the kind has none.
    """

    kind: HandOverKind
    account: str
    header: str
    authorization: str = field(repr=False)

    @property
    def name(self) -> str:
        """The kind, with the header's name behind a colon where there is one."""
        return f"{self.kind}:{self.header}" if self.header else self.kind


class HandOverView:
    """What decisions need to know of the hand-over.

    Both answers are only to be believed after `AuthorityView.ensure_fresh`. That something is not
    there is remembered too: ask with the names of registered resources and the subjects of valid
    tokens, not with what strangers send.
    """

    def __init__(self, database: Database, view: AuthorityView, sealer: SecretSealer) -> None:
        """Know nothing yet; forget what belongs to a resource when its hand-over changes."""
        self._database = database
        self._sealer = sealer
        self._opened: dict[str, OpenedHandOver | None] = {}
        self._accounts: dict[tuple[str, str], str | None] = {}
        self._lock = threading.Lock()
        self._forgotten = 0
        view.on_change(self._forget, self._forget_all)

    def of(self, resource_name: str) -> OpenedHandOver | None:
        """How calls to a resource are handed over; `None` when nobody has said.

        Raises:
            StorageUnavailable: the database is needed and does not answer, or the credential
                does not open; the text is for operators.
        """
        try:
            return self._opened[resource_name]
        except KeyError:
            pass
        forgotten = self._forgotten
        with self._database.reading() as stores:
            stored = stores.hand_overs.get(resource_name)
        opened = None if stored is None else self._open(stored)
        with self._lock:
            # What was read before a change was applied must not be remembered after it.
            if forgotten == self._forgotten:
                _remember(self._opened, resource_name, opened)
        return opened

    def account(self, resource_name: str, subject: str) -> str | None:
        """The account of the site that stands for the subject there; `None` when there is none.

        Raises:
            StorageUnavailable: the database is needed and does not answer.
        """
        key = resource_name, subject
        try:
            return self._accounts[key]
        except KeyError:
            pass
        forgotten = self._forgotten
        with self._database.reading() as stores:
            stored = stores.accounts.get(resource_name, subject)
        account = None if stored is None else stored.account
        with self._lock:
            if forgotten == self._forgotten:
                _remember(self._accounts, key, account)
        return account

    def _open(self, stored: HandOver) -> OpenedHandOver:
        authorization = ""
        if stored.kind is HandOverKind.SERVICE_CREDENTIAL:
            try:
                authorization = self._sealer.open(
                    stored.sealed, purpose=CREDENTIAL_PURPOSE, context=stored.resource
                ).decode()
            except (DomainError, UnicodeDecodeError) as error:
                # The text of a decoding error would hold the bytes.
                why = error if isinstance(error, DomainError) else "it is no text"
                raise StorageUnavailable(
                    f"the service credential of resource {stored.resource}: {why}"
                ) from None
        return OpenedHandOver(stored.kind, stored.account, stored.header, authorization)

    def _forget(self, kind: ChangeKind, resource_name: str) -> None:
        if kind is ChangeKind.HAND_OVER:
            with self._lock:
                self._forgotten += 1
                self._opened.pop(resource_name, None)
                self._accounts = {
                    key: account
                    for key, account in self._accounts.items()
                    if key[0] != resource_name
                }

    def _forget_all(self) -> None:
        with self._lock:
            self._forgotten += 1
            self._opened.clear()
            self._accounts.clear()


def _remember(known: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    if key not in known and len(known) >= MOST_REMEMBERED:
        del known[next(iter(known))]
    known[key] = value
