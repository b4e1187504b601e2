"""What the core asks of storage, aggregate by aggregate; `ports.Stores` holds them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from authserver.domain.list_ports import ClientLists, UserLists

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.audit import AuditEvent
    from authserver.domain.authority import Change, NumberedChange, Position
    from authserver.domain.clients import Client
    from authserver.domain.keys import KeyState, SigningKey
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.stored_secrets import StoredSecret
    from authserver.domain.users import User


class ClientStore(ClientLists, Protocol):
    """Clients and their secrets."""

    def get(self, client_id: str) -> Client | None:
        """The client, deleted ones included; in a writing block locked until its end."""
        ...

    def list(self) -> Sequence[Client]:
        """All but deleted ones, by id."""
        ...

    def add(self, client: Client) -> None:
        """Insert with its secrets. Raises AlreadyExists (tombstones count)."""
        ...

    def save(self, client: Client) -> None:
        """Replace everything but the secrets. Raises NotFound."""
        ...

    def any_imported(self, now: float) -> bool:
        """Whether any client but a deleted one has an imported (bcrypt) secret live at `now`."""
        ...

    def add_secret(self, client_id: str, secret: StoredSecret) -> None:
        """Insert one secret."""
        ...

    def replace_secret(self, client_id: str, secret: StoredSecret) -> bool:
        """Overwrite how the secret of the same `secret_id` is compared; False when it is gone.

        Its times stay: somebody may have let it expire meanwhile.
        """
        ...

    def expire_secrets(self, client_id: str, *, keep: str, at: float) -> int:
        """Let every other live secret end at `at` at the latest; how many were touched."""
        ...

    def note_use(self, uses: Mapping[str, float]) -> None:
        """Record the last use (seconds since the epoch) by secret id; never moves back."""
        ...


class ResourceStore(Protocol):
    """Protected resources and their credentials."""

    def get(self, name: str) -> ProtectedResource | None:
        """By name, deleted ones included; in a writing block locked until its end."""
        ...

    def list(self) -> Sequence[ProtectedResource]:
        """All but deleted ones, by name."""
        ...

    def add(self, resource: ProtectedResource) -> None:
        """Insert with credentials. Raises AlreadyExists (name or identifier, tombstones too)."""
        ...

    def save(self, resource: ProtectedResource) -> None:
        """Replace everything but the credentials. Raises NotFound."""
        ...

    def add_credential(self, name: str, purpose: str, secret: StoredSecret) -> None:
        """Insert one credential."""
        ...

    def expire_credentials(self, name: str, purpose: str, *, keep: str, at: float) -> int:
        """Let the others of a purpose end at `at` at the latest."""
        ...

    def note_use(self, uses: Mapping[str, float]) -> None:
        """Record the last use by secret id; never moves back."""
        ...


class UserStore(UserLists, Protocol):
    """Local users."""

    def get(self, subject: str) -> User | None:
        """By subject, deleted ones included; in a writing block locked until its end."""
        ...

    def get_by_username(self, username: str) -> User | None:
        """By canonical user name; never a deleted one."""
        ...

    def get_by_email(self, email: str) -> User | None:
        """Who has a local password and this address (case-folded); `None` unless just one.

        A user without a password signs in at a provider; that address disturbs nobody here.
        """
        ...

    def list(self) -> Sequence[User]:
        """All but deleted ones, by user name."""
        ...

    def save(self, user: User) -> None:
        """Replace everything but subject and creation. Raises NotFound, AlreadyExists (name).

        A deleted user's name is free again; its subject never is.
        """
        ...

    def count_administrators(self) -> int:
        """Enabled administrators with a local password: who gets in without any provider."""
        ...

    def add(self, user: User) -> None:
        """Insert. Raises AlreadyExists."""
        ...


class KeyStore(Protocol):
    """Signing keys."""

    def list(self) -> Sequence[SigningKey]:
        """Every key, oldest first, ended ones included."""
        ...

    def add(self, key: SigningKey) -> None:
        """Insert."""
        ...

    def move(self, kid: str, *, expected: KeyState, to: KeyState, at: float) -> bool:
        """Conditional state change; False when the key was not in `expected`.

        A key that ends (`gone`, `revoked`) loses its private part in the same statement.
        """
        ...

    def replace_sealed(self, kid: str, *, before: bytes, after: bytes) -> bool:
        """Store the private part in another seal; False when it is not `before` any more.

        So a key that has ended meanwhile does not get its private part back.
        """
        ...


class AuthorityStore(Protocol):
    """The sequence of everything that takes power away or makes cached knowledge stale."""

    def position(self) -> Position:
        """Where the sequence stands."""
        ...

    def holds(self, position: Position) -> bool:
        """Whether this history has been at the position; False too when nobody can tell any more.

        A restored database may have the number and mean another change.
        """
        ...

    def advance(self, changes: Iterable[Change]) -> int:
        """Append changes, one number each; the last number."""
        ...

    def since(self, seq: int) -> Sequence[NumberedChange]:
        """Changes after `seq`, in order; complete as long as they are kept (`kept_from`)."""
        ...

    def kept_from(self) -> int:
        """The lowest number that `since` still knows; below it a worker must load everything."""
        ...

    def denials(self, now: float) -> Sequence[Change]:
        """All denials that still matter at `now`."""
        ...

    def horizon(self, now: float) -> float:
        """The latest end of any denial that `denials(now)` leaves out, swept ones included.

        Below every time when it leaves none out. What ends later has been denied in full view.
        """
        ...

    def is_denied(self, change_keys: Iterable[tuple[str, str]]) -> Sequence[Change]:
        """The stored denials among these (kind, value) pairs: the direct question."""
        ...


class AssertionStore(Protocol):
    """Single use of client assertions (`jti`, RFC 7523 section 3)."""

    def spend(self, client_id: str, jti: str, expires_at: float) -> bool:
        """True exactly once for a pair, for all workers, durable with the transaction."""
        ...


class FailureStore(Protocol):
    """Counts of failed credentials, by opaque key (a digest), in fixed windows."""

    def add(self, keys: Iterable[str], window_start: float, expires_at: float) -> Mapping[str, int]:
        """Count one failure for each key in the window; the new counts."""
        ...

    def counts(self, keys: Iterable[str], window_start: float) -> Mapping[str, int]:
        """The counts now (absent keys: not failed)."""
        ...

    def take_back(self, keys: Iterable[str], window_start: float) -> None:
        """Count one less for each key in the window: what was counted ahead was no failure."""
        ...


class LeaseStore(Protocol):
    """Named leases, so that one of N workers does a job."""

    def acquire(self, name: str, holder: str, now: float, seconds: float) -> bool:
        """Take or renew; False while somebody else's lease runs."""
        ...

    def release(self, name: str, holder: str) -> None:
        """Give back early."""
        ...


class AuditStore(Protocol):
    """Audit rows of acts with state: written in the act's own transaction."""

    def add(self, event: AuditEvent) -> None:
        """Append one record; it is written last in the transaction, whenever it was added."""
        ...
