"""Creations that their caller may ask for again without making a second one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from authserver.domain.errors import Conflict, DomainError

if TYPE_CHECKING:
    from collections.abc import Collection

UNANSWERED: Final = 0
"""The status of a creation that was done, and whose answer nobody has written down yet."""
REPEATABLE_SECONDS: Final = 86_400.0
"""How long a key counts."""


class KeyTaken(Conflict):
    """Something was made with this key, and its answer is not there: being written, or lost."""


class KeyReused(DomainError):
    """The key came with another request before."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A creation by the digests of its key and of its request; `caller` is whose key it is.

    `sealed` is the answer under a key that the caller's key gives, empty while there is none;
    `status` is its HTTP status, or `UNANSWERED`. Times are seconds since the epoch.
    """

    caller: str
    key_digest: bytes
    request_digest: bytes = field(repr=False)
    status: int
    sealed: bytes = field(repr=False)
    expires_at: float


class KeptAnswerStore(Protocol):
    """Answers to creations."""

    def get(self, caller: str, key_digests: Collection[bytes]) -> KeptAnswer | None:
        """The one with any of these digests, expired ones included."""
        ...

    def claim(self, answer: KeptAnswer, now: float) -> bool:
        """Insert, in place of one that is over at `now`; False when the key is taken.

        Whoever asks while another transaction claims the same key waits for that one's end.
        """
        ...

    def fill(self, answer: KeptAnswer) -> None:
        """Write the answer down."""
        ...
