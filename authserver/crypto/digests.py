"""Keyed digests: what is stored instead of a secret this server made."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.ports import Entropy

PEPPER_BYTES: Final = 32


class HmacDigester:
    """HMAC-SHA-256 under peppers that carry ids. Satisfies `ports.SecretDigester`.

    `peppers` are 32 bytes each, by id; `current` is the id for new digests.
    """

    def __init__(self, peppers: Mapping[str, bytes], current: str, entropy: Entropy) -> None:
        if current not in peppers:
            raise ValueError("the current pepper is not among the peppers")
        if any(len(pepper) != PEPPER_BYTES for pepper in peppers.values()):
            raise ValueError("a pepper has 32 bytes")
        self._peppers = dict(peppers)
        self._ids = (current, *(each for each in self._peppers if each != current))
        # Nobody knows this key and it dies with the process: its digests match nothing stored.
        self._stand_in = entropy.token_bytes(PEPPER_BYTES)

    def __repr__(self) -> str:
        """Name the ids only."""
        return f"HmacDigester(peppers={self._ids!r})"

    @property
    def current_pepper(self) -> str:
        """Id of the pepper for new digests."""
        return self._ids[0]

    @property
    def peppers(self) -> Sequence[str]:
        """Ids of every pepper known, the current one first."""
        return self._ids

    def digest(self, purpose: str, value: str, pepper_id: str) -> bytes:
        """32 bytes over purpose and value; for an unknown `pepper_id` bytes that match nothing.

        Raises:
            ValueError: the purpose is empty or holds a NUL, which separates it from the value.
        """
        if not purpose or "\0" in purpose:
            raise ValueError("a purpose is a word without NUL")
        key = self._peppers.get(pepper_id, self._stand_in)
        # Any text must digest: what is not UTF-8 came in as lone surrogates and matches nothing.
        message = f"{purpose}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.digest(key, message, "sha256")
