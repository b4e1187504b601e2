"""The state of an installation: is the database of this version, was it set up, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from authserver.domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from authserver.domain.api_token_looks import ApiTokenLook
    from authserver.domain.clients import Client
    from authserver.domain.connect_keys import ConnectKey
    from authserver.domain.gateways import Gateway
    from authserver.domain.keys import SigningKey
    from authserver.domain.mail import WaitingMail
    from authserver.domain.provider_looks import ProviderLook
    from authserver.domain.rates import CountersLook
    from authserver.domain.resources import ProtectedResource


class NotInstalled(DomainError):
    """Something that `authserver init` or `authserver db upgrade` makes is not there yet.

    `hint` says which of them to run.
    """

    def __init__(self, detail: str, *, hint: str) -> None:
        """Remember what is missing and what makes it."""
        super().__init__(detail)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class SchemaStatus:
    """The database's schema beside the one this version works with, as migration identifiers.

    `current` is "" for a database without our tables; `is_known` is False when `current` is not
    among our migrations: the database belongs to a newer version.
    """

    current: str
    head: str
    is_known: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing was set up yet."""
        return not self.current

    @property
    def is_current(self) -> bool:
        """Whether this version may work on it."""
        return self.current == self.head


@dataclass(frozen=True, slots=True)
class SchemaUpgrade:
    """What an upgrade did, as migration identifiers; `before` is "" for an empty database."""

    before: str
    after: str

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class SealedValue:
    """Something sealed: `what` for people, the key file that opens it, `""` when that is unclear.

    Without a vital one the server answers nothing.
    """

    what: str
    key_file: str
    vital: bool


class InitialisationSteps(Protocol):
    """What `authserver init` does, step by step, in this order; each may be done again."""

    def ensure_key_files(self) -> Sequence[Path]:
        """Make the missing key files; those made now.

        Raises:
            Conflict: files are missing beside a database that needs the old ones.
        """
        ...

    def upgrade_database(self) -> SchemaUpgrade:
        """Create the database where needed and bring its schema up to date.

        Raises:
            Conflict: it belongs to a newer version.
            StorageUnavailable: it does not answer.
        """
        ...

    def remember_issuer(self) -> bool:
        """Store the issuer for ever; True when that happened now.

        Raises:
            Conflict: another issuer is stored.
        """
        ...

    def ensure_signing_keys(self) -> Sequence[str]:
        """Make and activate a first key for each ring without one: `ES256 <kid>` of new ones."""
        ...

    def ensure_administration_api(self) -> bool:
        """Make the resource that tokens for the administration API are for; True when made now.

        Raises:
            Conflict: a site has its name or its identifier.
        """
        ...

    def ensure_administrator(self, username: str) -> str | None:
        """The one-time password of an administrator made now; `None` when there is one already.

        Raises:
            InvalidField: not a user name.
            AlreadyExists: the name belongs to somebody who is not an administrator.
        """
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


class Inspection(Protocol):
    """A look at an installation that changes nothing."""

    def schema(self) -> SchemaStatus:
        """Where the schema stands; the only question while it is not current.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        ...

    def stored_issuer(self) -> str | None:
        """The issuer that was stored for ever; `None` before that."""
        ...

    def database_facts(self) -> Mapping[str, str]:
        """What the database says of itself, by its own names; `dialect` is always there.

        `sqlite`: `journal_mode`, `synchronous`, `foreign_keys`, `version`. `postgresql`:
        `synchronous_commit`, `fsync`, `full_page_writes`, `version`, and `clock` in seconds since
        the epoch.
        """
        ...

    def published_keys(self) -> Sequence[SigningKey]:
        """The keys that stand in the JWKS."""
        ...

    def sealed_values(self) -> Sequence[SealedValue]:
        """What can only be used while its key file is there."""
        ...

    def administrators(self) -> int:
        """Enabled administrators with a local password: they get in when no provider answers."""
        ...

    def clients(self) -> Sequence[Client]:
        """All clients but deleted ones."""
        ...

    def gateways(self) -> Sequence[Gateway]:
        """All gateways."""
        ...

    def resources(self) -> Sequence[ProtectedResource]:
        """All protected resources but deleted ones."""
        ...

    def node_counters(self) -> CountersLook:
        """How the machine's own counters for rate limits stand."""
        ...

    def shared_counters(self) -> CountersLook:
        """How the counters in Redis stand; only to be asked where the settings name one."""
        ...

    def connect_keys(self) -> Sequence[ConnectKey]:
        """All Connect keys."""
        ...

    def api_tokens(self) -> ApiTokenLook:
        """All API tokens together."""
        ...

    def waiting_mails(self) -> Sequence[WaitingMail]:
        """Mail that waits to be sent, a thousand at most."""
        ...

    def providers(self) -> Sequence[ProviderLook]:
        """All identity providers but removed ones, with what is kept of them."""
        ...
