"""What the core asks of storage for API tokens, policies, Connect keys and mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from authserver.domain.list_ports import ApiTokenLists, MailLists

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.api_tokens import ApiToken, ApiTokenFilter, ApiTokenStatus, LastUse
    from authserver.domain.connect_keys import ConnectKey
    from authserver.domain.declarations import MadeObjectStore
    from authserver.domain.gateways import KeyDigests
    from authserver.domain.mail import MailKind, MailStatus, WaitingMail
    from authserver.domain.people_ports import Digests
    from authserver.domain.policy_documents import PolicyVersion
    from authserver.domain.repeats import KeptAnswerStore
    from authserver.domain.token_pick_ups import TokenPickUp


class ApiTokenStore(ApiTokenLists, Protocol):
    """API tokens. Filters mean what `ApiTokenFilter` says, revoked and expired ones included."""

    def get(self, token_id: str) -> ApiToken | None:
        """By id; in a writing block locked until its end."""
        ...

    def by_secret(self, digests: KeyDigests) -> ApiToken | None:
        """Whose secret has one of these digests; nothing is locked."""
        ...

    def page(
        self, chosen: ApiTokenFilter, *, after: str = "", limit: int = 1000
    ) -> Sequence[ApiToken]:
        """Those meant, by id, beginning behind `after`."""
        ...

    def count(self, chosen: ApiTokenFilter, at_most: int | None = None) -> int:
        """How many are meant."""
        ...

    def ids(self, chosen: ApiTokenFilter, among: frozenset[ApiTokenStatus]) -> Sequence[str]:
        """The ids of those meant that are in one of `among`, in the order of their characters."""
        ...

    def count_lineages(self, chosen: ApiTokenFilter) -> int:
        """How many there are where a token and those it was rotated into count as one."""
        ...

    def add(self, token: ApiToken) -> None:
        """Insert. Raises AlreadyExists."""
        ...

    def save(self, token: ApiToken) -> None:
        """Replace everything, the secret too, but the last use. Raises NotFound."""
        ...

    def set_status(
        self,
        chosen: ApiTokenFilter,
        *,
        among: frozenset[ApiTokenStatus],
        to: ApiTokenStatus,
        at: float,
        reason: str,
        without_secret: ApiTokenStatus | None = None,
    ) -> Sequence[ApiToken]:
        """One conditional UPDATE of all that are meant and in one of `among`; those changed.

        Those that have no secret become `without_secret` instead, if that is said. They are given
        back as they are now, by id, whatever their number.
        """
        ...

    def shorten(self, chosen: ApiTokenFilter, longest: float) -> Sequence[ApiToken]:
        """Let those that are meant end `longest` seconds after their making at the latest.

        One conditional UPDATE; those it changed are given back as they are now, by id.
        """
        ...

    def note_use(self, uses: Mapping[str, LastUse]) -> None:
        """Record last uses by token id; never moves back."""
        ...


class PolicyStore(Protocol):
    """Versions of policy documents; none is ever changed or deleted."""

    def names(self) -> Sequence[str]:
        """The documents there are, by name."""
        ...

    def current(self, name: str) -> PolicyVersion | None:
        """The newest version; in a writing block the document is locked until its end."""
        ...

    def seen(self, name: str) -> PolicyVersion | None:
        """The newest version; nothing is locked."""
        ...

    def version(self, name: str, number: int) -> PolicyVersion | None:
        """One version."""
        ...

    def versions(
        self, name: str, *, before: int | None = None, limit: int | None = None
    ) -> Sequence[PolicyVersion]:
        """All versions, newest first; or so many of them, and those before a number."""
        ...

    def add(self, version: PolicyVersion) -> None:
        """Insert. Raises AlreadyExists (the number is taken)."""
        ...


class ConnectKeyStore(Protocol):
    """Keys of Connect apps."""

    def get(self, resource: str, issuer: str) -> ConnectKey | None:
        """One key; in a writing block locked until its end."""
        ...

    def list(self, resource: str | None = None) -> Sequence[ConnectKey]:
        """All, or those of a site, by site and issuer."""
        ...

    def put(self, key: ConnectKey) -> None:
        """Insert, or replace the one of the same site and issuer."""
        ...

    def remove(self, resource: str, issuer: str) -> bool:
        """Delete; False when it was not there."""
        ...

    def replace_sealed(self, before: ConnectKey, after: ConnectKey) -> bool:
        """Store the secrets in other seals; False when one is not as in `before` any more."""
        ...


class MailStore(MailLists, Protocol):
    """The outbox."""

    def add(self, mail: WaitingMail) -> bool:
        """Insert; False when there is one of this key already, and then nothing is changed."""
        ...

    def get(self, mail_id: str) -> WaitingMail | None:
        """One mail; in a writing block locked until its end."""
        ...

    def known(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of `keys` that there is a mail of."""
        ...

    def due(self, now: float, *, limit: int) -> Sequence[WaitingMail]:
        """Waiting ones whose time has come, longest waiting first."""
        ...

    def settle(
        self, mail: WaitingMail, *, tries_before: int, status_before: MailStatus = ...
    ) -> bool:
        """Replace status, words, times, tries, error of one that is as said, by default waiting.

        False when somebody else did that meanwhile.
        """
        ...

    def cancel(self, kinds: frozenset[MailKind], token_ids: frozenset[str]) -> int:
        """Cancel what is unsent of these kinds about these tokens; how many mails."""
        ...

    def replace_sealed(self, mail_id: str, *, before: bytes, after: bytes) -> bool:
        """Put another seal on the words; False when they are not the same any more."""
        ...

    def list(
        self, status: MailStatus | None = None, *, after: str = "", limit: int = 1000
    ) -> Sequence[WaitingMail]:
        """Mails by id, beginning behind `after`."""
        ...


class TokenPickUpStore(Protocol):
    """Tickets for picking up API tokens."""

    def add(self, ticket: TokenPickUp) -> None:
        """Insert."""
        ...

    def find(self, digests: Digests) -> TokenPickUp | None:
        """By its digests, used and expired ones too; in a writing block locked until its end."""
        ...

    def spend(self, ticket: TokenPickUp, at: float) -> bool:
        """True exactly once, for all workers, and not after its end."""
        ...

    def end(self, token_id: str, at: float) -> int:
        """Let the unused ones of a token end at `at`; how many did not end before."""
        ...


class PolicyStores(Protocol):
    """What one transaction gives access to of these; `ports.Stores` has the rest."""

    @property
    def connect_keys(self) -> ConnectKeyStore:
        """Keys of Connect apps."""
        ...

    @property
    def mails(self) -> MailStore:
        """The outbox."""
        ...

    @property
    def pick_ups(self) -> TokenPickUpStore:
        """Tickets for picking up API tokens."""
        ...

    @property
    def kept_answers(self) -> KeptAnswerStore:
        """Answers to creations that may be repeated."""
        ...

    @property
    def made_objects(self) -> MadeObjectStore:
        """What was made by files that are applied."""
        ...

    @property
    def api_tokens(self) -> ApiTokenStore:
        """API tokens."""
        ...

    @property
    def policies(self) -> PolicyStore:
        """Policy documents."""
        ...
