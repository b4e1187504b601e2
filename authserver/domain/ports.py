"""What the core asks of the outside: time, chance, digests, signatures, storage, the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from authserver.domain.policy_ports import PolicyStores

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from authserver.domain.audit import AuditEvent
    from authserver.domain.call_counts import CallCountStore
    from authserver.domain.federation_ports import (
        IdentityStore,
        ProviderStore,
        UpstreamSignInStore,
    )
    from authserver.domain.gateway_ports import AccountStore, GatewayStore, HandOverStore
    from authserver.domain.people_ports import (
        AuthorizationRequestStore,
        ConsentStore,
        GrantStore,
        SessionStore,
    )
    from authserver.domain.registration_ports import (
        DeviceStore,
        GroupStore,
        LogoutDeliveryStore,
        RegistrationStore,
    )
    from authserver.domain.store_ports import (
        AssertionStore,
        AuditStore,
        AuthorityStore,
        ClientStore,
        FailureStore,
        KeyStore,
        LeaseStore,
        ResourceStore,
        UserStore,
    )
    from authserver.domain.tokens import AccessToken


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

    def secret_from(self, prefix: str, material: bytes) -> str:
        """The secret that 32 bytes of key material make: the same bytes, the same secret."""
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


class TokenReader(Protocol):
    """Verifies our access tokens: signature, form, claims; not time, not revocation."""

    def read(self, token_value: str) -> AccessToken | None:
        """The verified claims, or `None` for anything that is not our access token.

        The signature must be by a key that is published now; expiry is the caller's to judge.
        """
        ...


class Stores(PolicyStores, Protocol):
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
    def hand_overs(self) -> HandOverStore:
        """How calls reach each resource."""
        ...

    @property
    def accounts(self) -> AccountStore:
        """Accounts of sites that stand for subjects."""
        ...

    @property
    def gateways(self) -> GatewayStore:
        """Gateways."""
        ...

    @property
    def users(self) -> UserStore:
        """Local users."""
        ...

    @property
    def authorization_requests(self) -> AuthorizationRequestStore:
        """Authorization requests under way."""
        ...

    @property
    def grants(self) -> GrantStore:
        """Grants with their codes and refresh tokens."""
        ...

    @property
    def consents(self) -> ConsentStore:
        """Remembered consents."""
        ...

    @property
    def sessions(self) -> SessionStore:
        """Sessions."""
        ...

    @property
    def devices(self) -> DeviceStore:
        """Device authorizations."""
        ...

    @property
    def registrations(self) -> RegistrationStore:
        """Dynamic registration."""
        ...

    @property
    def logout_deliveries(self) -> LogoutDeliveryStore:
        """Clients still to be told of a logout."""
        ...

    @property
    def groups(self) -> GroupStore:
        """Local groups."""
        ...

    @property
    def providers(self) -> ProviderStore:
        """Identity providers."""
        ...

    @property
    def identities(self) -> IdentityStore:
        """Who users are at providers."""
        ...

    @property
    def upstream_sign_ins(self) -> UpstreamSignInStore:
        """Sign-ins under way at providers, and the provider's side of sessions."""
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

    @property
    def call_counts(self) -> CallCountStore:
        """Counted calls."""
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
