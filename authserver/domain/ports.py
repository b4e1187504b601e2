"""What the core asks of the outside: time, chance, digests, signatures, storage, the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from authserver.domain.audit import AuditEvent
    from authserver.domain.authority import Change, NumberedChange
    from authserver.domain.clients import Client
    from authserver.domain.credentials import VerifiedAssertion
    from authserver.domain.keys import KeyState, SigningAlgorithm, SigningKey
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.stored_secrets import StoredSecret
    from authserver.domain.tokens import AccessToken
    from authserver.domain.users import User


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never jumps and counts suspended time (CLOCK_BOOTTIME)."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Entropy(Protocol):
    """The only source of randomness."""

    def token_bytes(self, count: int) -> bytes:
        """`count` bytes from the system's cryptographic generator."""
        ...


class SecretDigester(Protocol):
    """Keyed digests of high-entropy secrets (HMAC-SHA-256 under a pepper)."""

    @property
    def current_pepper(self) -> str:
        """Id of the pepper for new digests."""
        ...

    @property
    def peppers(self) -> Sequence[str]:
        """Ids of every pepper known, so that each check does the same work."""
        ...

    def digest(self, purpose: str, value: str, pepper_id: str) -> bytes:
        """32 bytes. `purpose` separates uses (`client_secret`); an unknown pepper still works.

        For an unknown `pepper_id` the answer matches nothing, after the same work.
        """
        ...


class PasswordHasher(Protocol):
    """bcrypt in a bounded pool: for what people choose or bring."""

    def hash(self, password: str) -> bytes:
        """A bcrypt hash over a pre-hash, so that every byte of the password counts."""
        ...

    def matches(self, password: str, hashed: bytes) -> bool:
        """Whether `password` belongs to our own `hashed`.

        Raises:
            StorageUnavailable: the pool is full; nothing was compared.
        """
        ...

    def matches_imported(self, secret: str, hashed: bytes) -> bool:
        """The same for a bcrypt hash made elsewhere (no pre-hash; over 72 bytes never match)."""
        ...

    def is_hash(self, hashed: bytes) -> bool:
        """Whether the text is a bcrypt hash this pool can check (format and cost)."""
        ...


class SecretMaker(Protocol):
    """Makes secrets and identifiers with a readable prefix and a checksum."""

    def secret(self, prefix: str) -> str:
        """A secret of 256 bit: `asv_cs_…` for prefix `cs`, with its checksum."""
        ...

    def looks_like(self, prefix: str, value: str) -> bool:
        """Whether prefix, alphabet, length and checksum fit (no secret comparison)."""
        ...

    def one_time_password(self) -> str:
        """A password for one use, of at least 100 bit, that a person can type."""
        ...

    def identifier(self) -> str:
        """128 bit as 22 base64url characters: `jti`, grant ids, request ids."""
        ...


class TokenSigner(Protocol):
    """Signs our access tokens with the active key of a ring."""

    def sign(self, token: AccessToken, algorithm: SigningAlgorithm) -> str:
        """The compact JWT, `typ: at+jwt` (RFC 9068).

        Raises:
            StorageUnavailable: no active key can be used now.
        """
        ...


class TokenReader(Protocol):
    """Verifies our access tokens: signature, form, claims; not time, not revocation."""

    def read(self, token_value: str) -> AccessToken | None:
        """The verified claims, or `None` for anything that is not our access token.

        The signature must be by a key that is published now; expiry is the caller's to judge.
        """
        ...


class Keyring(Protocol):
    """The published keys of one moment, parsed once: an immutable snapshot."""

    def sign(self, token: AccessToken, algorithm: SigningAlgorithm) -> str:
        """The compact JWT, `typ: at+jwt` (RFC 9068).

        Raises:
            StorageUnavailable: there is no active key of the algorithm.
        """
        ...

    def read(self, token_value: str) -> AccessToken | None:
        """The verified claims, or `None` for anything that is not our access token."""
        ...

    def jwks(self) -> bytes:
        """The public document (RFC 7517)."""
        ...

    def etag(self) -> str:
        """Entity tag of the document, with its quotes."""
        ...


class AssertionVerifier(Protocol):
    """Verifies client assertions (RFC 7523) against a client's registered keys."""

    def claimed_client(self, assertion: str) -> str | None:
        """The client id that an unverified assertion names; `None` when it is malformed."""
        ...

    def verify(self, assertion: str, client: Client, now: float) -> VerifiedAssertion | None:
        """Signature, claims, times and audience; not yet single use."""
        ...


class PublicKeys(Protocol):
    """Checks public keys that administrators register."""

    def normalise(self, jwks: object) -> tuple[Mapping[str, object], ...]:
        """The keys of a JWK set, public members only.

        Raises:
            InvalidField: names the member (`jwks.keys[0].crv`) and what is allowed.
        """
        ...


class ChainKey(Protocol):
    """One secret key of the audit chain (HMAC-SHA-256)."""

    @property
    def key_id(self) -> str:
        """1 to 32 letters, digits or hyphens; stands in every record it authenticates."""
        ...

    def mac(self, message: bytes) -> bytes:
        """32 bytes."""
        ...


class ChainKeys(Protocol):
    """The audit chain's keys: new records use the current one, old ones keep theirs."""

    @property
    def current(self) -> ChainKey:
        """The key for new records."""
        ...

    def find(self, key_id: str) -> ChainKey | None:
        """The key of that id, or `None` when it is not known here."""
        ...


class CheckpointSigner(Protocol):
    """Signs audit checkpoints (Ed25519, RFC 8032)."""

    @property
    def key_id(self) -> str:
        """1 to 32 letters, digits or hyphens."""
        ...

    def sign(self, statement: bytes) -> bytes:
        """64 bytes."""
        ...


class CheckpointVerifier(Protocol):
    """Checks signatures of audit checkpoints."""

    def verify(self, key_id: str, statement: bytes, signature: bytes) -> bool:
        """Whether the key of that id signed the statement; False for an unknown key."""
        ...


class KeyMaker(Protocol):
    """Makes and opens signing keys."""

    def make(self, algorithm: SigningAlgorithm, now: float) -> SigningKey:
        """A new key in state `next`, its private part sealed."""
        ...


class ClientStore(Protocol):
    """Clients and their secrets."""

    def get(self, client_id: str) -> Client | None:
        """The client, deleted ones included."""
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
        """Overwrite the secret of the same `secret_id`; False when it is gone."""
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
        """By name, deleted ones included."""
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


class UserStore(Protocol):
    """Local users."""

    def get_by_username(self, username: str) -> User | None:
        """By canonical user name."""
        ...

    def count_administrators(self) -> int:
        """Enabled administrators."""
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


class AuthorityStore(Protocol):
    """The sequence of everything that takes power away or makes cached knowledge stale."""

    def seq(self) -> int:
        """Where the sequence stands."""
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
        """Append one record."""
        ...


class Stores(Protocol):
    """What one transaction gives access to."""

    @property
    def clients(self) -> ClientStore:
        """Clients."""
        ...

    @property
    def resources(self) -> ResourceStore:
        """Protected resources."""
        ...

    @property
    def users(self) -> UserStore:
        """Local users."""
        ...

    @property
    def keys(self) -> KeyStore:
        """Signing keys."""
        ...

    @property
    def authority(self) -> AuthorityStore:
        """The authority's sequence."""
        ...

    @property
    def assertions(self) -> AssertionStore:
        """Spent client assertions."""
        ...

    @property
    def failures(self) -> FailureStore:
        """Counted failures."""
        ...

    @property
    def leases(self) -> LeaseStore:
        """Leases."""
        ...

    @property
    def audit(self) -> AuditStore:
        """Audit records."""
        ...


class Database(Protocol):
    """Transactions. Any storage trouble comes out as `StorageUnavailable`.

    Leaving the block normally commits, durably; an exception rolls back and goes on.
    """

    def reading(self) -> AbstractContextManager[Stores]:
        """A consistent read."""
        ...

    def writing(self) -> AbstractContextManager[Stores]:
        """A write; on SQLite it takes the write lock at once (BEGIN IMMEDIATE)."""
        ...


class Journal(Protocol):
    """Records of acts whose only write is the record."""

    def append(self, event: AuditEvent) -> None:
        """Durable against the death of the process when it returns.

        Raises:
            StorageUnavailable: it could not be written; the act must not happen.
        """
        ...
