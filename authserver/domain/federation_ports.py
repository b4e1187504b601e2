"""What the core asks of storage where identity providers are involved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from authserver.domain.list_ports import IdentityLists

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.external_tokens import ExternalDenial
    from authserver.domain.group_rules import GroupRule
    from authserver.domain.identities import Identity, UpstreamSession
    from authserver.domain.people_ports import Digests
    from authserver.domain.provider_documents import DocumentKind, ProviderDocument
    from authserver.domain.providers import Provider, ProviderDomain, ProviderSecret
    from authserver.domain.upstream_sign_ins import UpstreamAttempt


class ProviderStore(Protocol):
    """Providers with their secrets, domains, group rules, documents and denials."""

    def get(self, name: str) -> Provider | None:
        """By name, removed ones included; in a writing block locked until its end."""
        ...

    def list(self) -> Sequence[Provider]:
        """All but removed ones, by name."""
        ...

    def by_issuer(self, issuer: str) -> Sequence[Provider]:
        """All but removed ones with exactly this issuer (or template), by name."""
        ...

    def add(self, provider: Provider) -> None:
        """Insert with its secrets. Raises AlreadyExists (tombstones count)."""
        ...

    def save(self, provider: Provider) -> None:
        """Replace everything but name, creation and secrets. Raises NotFound."""
        ...

    def add_secret(self, name: str, secret: ProviderSecret) -> None:
        """Insert one client secret."""
        ...

    def expire_secrets(self, name: str, *, keep: str, at: float) -> int:
        """Let every other live secret end at `at` at the latest; how many were touched."""
        ...

    def replace_sealed(self, name: str, secret_id: str, *, before: bytes, after: bytes) -> bool:
        """Store a secret in another seal; False when it is not `before` any more.

        An empty `secret_id` stands for the secret of the directory (`GroupsRule`).
        """
        ...

    def domains(self) -> Sequence[ProviderDomain]:
        """All, by domain."""
        ...

    def domain(self, domain: str) -> ProviderDomain | None:
        """One domain."""
        ...

    def put_domain(self, domain: ProviderDomain) -> None:
        """Insert or replace."""
        ...

    def remove_domain(self, domain: str) -> bool:
        """Forget; False when it was not there."""
        ...

    def rules(self, name: str) -> Sequence[GroupRule]:
        """The group rules of one provider, by external group, effect and value."""
        ...

    def add_rule(self, rule: GroupRule) -> None:
        """Insert. Raises AlreadyExists for the same provider, group, effect and value."""
        ...

    def remove_rule(self, name: str, rule_id: str) -> bool:
        """Delete; False when it was not there."""
        ...

    def document(self, name: str, kind: DocumentKind) -> ProviderDocument | None:
        """A document as last read; `None` until one was put."""
        ...

    def claim_fetch(self, name: str, kind: DocumentKind, *, at: float, not_after: float) -> bool:
        """Set `asked_at` to `at` unless somebody asked later than `not_after`.

        True for one caller at most (one conditional UPDATE, or the first INSERT). Who asked more
        than a day ahead of `at` had a wrong clock and does not count.
        """
        ...

    def put_document(self, document: ProviderDocument) -> None:
        """Insert or replace."""
        ...

    def denials(self, name: str, now: float) -> Sequence[ExternalDenial]:
        """What counts no more of a provider's, at `now`."""
        ...

    def add_denial(self, denial: ExternalDenial) -> None:
        """Insert, or widen the one of the same provider, kind and value."""
        ...

    def remove_denial(self, denial: ExternalDenial) -> bool:
        """Delete; False when it was not there."""
        ...


class IdentityStore(IdentityLists, Protocol):
    """Identities at providers, and what their groups gave."""

    def find(self, provider: str, subject_key: str) -> Identity | None:
        """The linked one; in a writing block locked until its end."""
        ...

    def of(self, subject: str) -> Sequence[Identity]:
        """The linked ones of a user, by provider."""
        ...

    def list(self, provider: str) -> Sequence[Identity]:
        """The linked ones of a provider, by subject."""
        ...

    def hold(self, provider: str) -> Sequence[Identity]:
        """The same, locked until the end."""
        ...

    def add(self, identity: Identity) -> None:
        """Insert. Raises AlreadyExists while the same person is linked to somebody."""
        ...

    def save(self, identity: Identity) -> None:
        """Replace everything but provider, subject key, subject, creation. Raises NotFound."""
        ...

    def unlink(self, provider: str, subject_key: str, at: float) -> bool:
        """End it, with the groups it gave; False when it was not linked."""
        ...

    def unlinked_at(self, provider: str, subject_key: str) -> float | None:
        """When it was unlinked; `None` while it is linked, never was, or that is long ago."""
        ...

    def set_groups(self, provider: str, subject: str, groups: frozenset[str]) -> None:
        """The local groups that this provider's groups give the user: these and no others.

        Names of no group are passed over.
        `GroupStore.of`, `get` and `list` count them as members; `leave` does not reach them.
        """
        ...

    def groups_by(self, provider: str, subject: str) -> frozenset[str]:
        """What `set_groups` stored."""
        ...

    def derived(self, provider: str) -> Mapping[str, frozenset[str]]:
        """What `set_groups` stored of one provider for everybody, by subject."""
        ...

    def clear_groups(self, provider: str) -> None:
        """Let the provider's groups give nobody anything."""
        ...

    def unlink_all(self, provider: str, at: float) -> None:
        """End every identity at a provider, with the groups they gave."""
        ...

    def due_for_sleep(
        self, provider: str, *, checked_before: float, limit: int
    ) -> Sequence[Identity]:
        """Linked ones that are awake and were last checked before then, longest ago first."""
        ...

    def due_for_warning(
        self, provider: str, *, checked_before: float, limit: int
    ) -> Sequence[Identity]:
        """The same for those who were not warned since their last check."""
        ...


class UpstreamSignInStore(Protocol):
    """Sign-ins under way at providers, and the provider's side of sessions."""

    def add(self, attempt: UpstreamAttempt) -> None:
        """Insert."""
        ...

    def spend(self, digests: Digests, now: float) -> UpstreamAttempt | None:
        """Delete and return it: exactly once for all workers, and not when it has expired."""
        ...

    def put_session(self, session: UpstreamSession) -> None:
        """Insert, or replace the one of the same session."""
        ...

    def session(self, session_id: str) -> UpstreamSession | None:
        """The provider's side of one session."""
        ...

    def sessions(
        self, provider: str, *, upstream_sid: str | None = None, subject_key: str | None = None
    ) -> Sequence[UpstreamSession]:
        """Those of a provider that fit everything given."""
        ...

    def spend_logout(self, provider: str, jti: str, expires_at: float) -> bool:
        """True exactly once for a logout token's `jti`, for all workers."""
        ...
