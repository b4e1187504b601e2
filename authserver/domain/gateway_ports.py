"""What the core asks of storage about gateways and the hand-over to sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from authserver.domain.gateways import Gateway
    from authserver.domain.hand_over import HandOver, SubjectAccount
    from authserver.domain.stored_secrets import StoredSecret


class GatewayStore(Protocol):
    """Gateways and their keys."""

    def get(self, name: str) -> Gateway | None:
        """By name; in a writing block locked until its end."""
        ...

    def by_key(self, digests: Iterable[tuple[str, bytes]]) -> Gateway | None:
        """The gateway that has a key with one of these (pepper id, digest) pairs, live or not."""
        ...

    def list(self) -> Sequence[Gateway]:
        """All, by name."""
        ...

    def add(self, gateway: Gateway) -> None:
        """Insert with its keys. Raises AlreadyExists."""
        ...

    def save(self, gateway: Gateway) -> None:
        """Replace everything but the keys. Raises NotFound."""
        ...

    def remove(self, name: str) -> None:
        """Delete with its keys. Raises NotFound."""
        ...

    def add_key(self, name: str, key: StoredSecret) -> None:
        """Insert one key. Raises NotFound when there is no such gateway."""
        ...

    def expire_keys(self, name: str, *, keep: str, at: float) -> int:
        """Let the other keys end at `at` at the latest; how many were touched."""
        ...

    def note_use(self, uses: Mapping[str, float]) -> None:
        """Record the last use by secret id; never moves back."""
        ...


class HandOverStore(Protocol):
    """How calls are handed over, one way for each resource."""

    def get(self, resource: str) -> HandOver | None:
        """Of one resource; in a writing block locked until its end."""
        ...

    def list(self) -> Sequence[HandOver]:
        """Of every resource that has one, by its name."""
        ...

    def put(self, hand_over: HandOver) -> None:
        """Insert or replace."""
        ...

    def remove(self, resource: str) -> bool:
        """Delete; False when there was none."""
        ...

    def replace_sealed(self, resource: str, *, before: bytes, after: bytes) -> bool:
        """Store the credential in another seal; False when it is not `before` any more."""
        ...


class AccountStore(Protocol):
    """Which accounts of a site stand for which subjects of ours."""

    def get(self, resource: str, subject: str) -> SubjectAccount | None:
        """One mapping."""
        ...

    def list(
        self,
        resource: str,
        *,
        after: str = "",
        limit: int = 1000,
        text: str = "",
        subjects: Collection[str] = (),
    ) -> Sequence[SubjectAccount]:
        """Of one resource, by subject, those above `after`.

        With `text` only those that contain it in subject or account, whatever the case, or whose
        subject is one of `subjects`.
        """
        ...

    def count(self, resource: str) -> int:
        """How many a resource has."""
        ...

    def stands_for_a_user(self, resource: str, account: str) -> bool:
        """Whether a subject that is no client's is mapped to an account, whatever its case."""
        ...

    def put(self, accounts: Iterable[SubjectAccount]) -> None:
        """Insert or replace every one."""
        ...

    def remove(self, resource: str, subject: str) -> bool:
        """Delete; False when there was none."""
        ...

    def remove_all(self, resource: str) -> int:
        """Delete every mapping of a resource; how many there were."""
        ...
