"""How calls are handed over, as a worker remembers it under the authority's lease."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from authserver.domain.authority import ChangeKind
from authserver.domain.errors import DomainError, StorageUnavailable
from authserver.domain.hand_over import CREDENTIAL_PURPOSE, HandOver, HandOverKind
from authserver.services.remembering import Remembered

if TYPE_CHECKING:
    from authserver.domain.key_ports import SecretSealer
    from authserver.domain.ports import Database, Stores
    from authserver.services.authority import AuthorityView


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
        self._sealer = sealer
        # Each answer in a tuple: an empty answer is an answer.
        self._ways: Remembered[str, tuple[OpenedHandOver | None]] = Remembered(
            database, view, ChangeKind.HAND_OVER, self._load_way
        )
        self._accounts: Remembered[tuple[str, str], tuple[str | None]] = Remembered(
            database,
            view,
            ChangeKind.HAND_OVER,
            _load_account,
            concerns=lambda key, resource_name: key[0] == resource_name,
        )
        self._persons: Remembered[tuple[str, str], tuple[bool]] = Remembered(
            database,
            view,
            ChangeKind.HAND_OVER,
            _load_person,
            concerns=lambda key, resource_name: key[0] == resource_name,
        )

    def of(self, resource_name: str) -> OpenedHandOver | None:
        """How calls to a resource are handed over; `None` when nobody has said.

        Raises:
            StorageUnavailable: the database is needed and does not answer, or the credential
                does not open; the text is for operators.
        """
        found = self._ways.get(resource_name)
        return None if found is None else found[0]

    def account(self, resource_name: str, subject: str) -> str | None:
        """The account of the site that stands for the subject there; `None` when there is none.

        Raises:
            StorageUnavailable: the database is needed and does not answer.
        """
        found = self._accounts.get((resource_name, subject))
        return None if found is None else found[0]

    def is_a_person(self, resource_name: str, account: str) -> bool:
        """Whether an account of the site stands for a user of ours there.

        Raises:
            StorageUnavailable: the database is needed and does not answer.
        """
        found = self._persons.get((resource_name, account))
        return found is not None and found[0]

    def _load_way(self, stores: Stores, resource_name: str) -> tuple[OpenedHandOver | None]:
        stored = stores.hand_overs.get(resource_name)
        return (None if stored is None else self._open(stored),)

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


def _load_account(stores: Stores, key: tuple[str, str]) -> tuple[str | None]:
    stored = stores.accounts.get(*key)
    return (None if stored is None else stored.account,)


def _load_person(stores: Stores, key: tuple[str, str]) -> tuple[bool]:
    return (stores.accounts.stands_for_a_user(*key),)
