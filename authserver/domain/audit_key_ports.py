"""What the core asks of the keys that guard the audit chain."""

from __future__ import annotations

from typing import Protocol


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
